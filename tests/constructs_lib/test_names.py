import aws_cdk as cdk
import pytest

from constructs_lib.names import dashboard_name_problems, name_problems


@pytest.mark.parametrize("name", ["a", "AllTraffic", "churn--2", "x" * 63])
def test_names_by_the_rules_pass(name):
    assert name_problems("variant name", name) == []


@pytest.mark.parametrize("name", ["", "-a", "a-", "a_b", "x" * 64, "ä"])
def test_other_names_are_refused_with_the_rule(name):
    (problem,) = name_problems("variant name", name)
    assert problem == (
        f"variant name {name!r} is not a name; use at most 63 letters, digits and hyphens, no hyphen at either end"
    )


def test_a_token_is_not_looked_at():
    assert name_problems("endpoint_name", cdk.Aws.STACK_NAME) == []


def test_a_dashboard_has_a_name_of_its_own_rules():
    assert dashboard_name_problems("churn_2-eu") == []
    assert dashboard_name_problems(cdk.Aws.STACK_NAME) == []
    assert dashboard_name_problems("my dashboard") == [
        "dashboard_name 'my dashboard' is not a name; use at most 255 letters, digits, hyphens and underscores"
    ]
