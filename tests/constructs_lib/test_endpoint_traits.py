import pytest

from constructs_lib import EndpointTraits


def test_the_shadow_is_the_last_of_all_variants():
    traits = EndpointTraits(variant_names=["Champion"], shadow_variant_name="Challenger")
    assert traits.all_variant_names == ("Champion", "Challenger")
    assert EndpointTraits().all_variant_names == ("AllTraffic",)


@pytest.mark.parametrize(
    ("traits", "problem"),
    [
        (EndpointTraits(variant_names=[]), "variant_names is empty; give the names of the production variants"),
        (EndpointTraits(variant_names=["a_b"]), "variant name 'a_b' is not a name"),
        (
            EndpointTraits(kind="batch"),  # type: ignore[arg-type]
            "kind 'batch' is none; give one of 'instances', 'serverless', 'asynchronous'",
        ),
    ],
)
def test_what_no_endpoint_has_is_said(traits, problem):
    (found,) = traits.problems()
    assert problem in found
