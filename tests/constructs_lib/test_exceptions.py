import pytest

from constructs_lib.exceptions import ConfigurationError, EntryPointError, ImageError, ModelDataError, Problems


def test_one_problem_is_the_message():
    assert str(ConfigurationError("weight is -1; give 0 or more")) == "weight is -1; give 0 or more"


def test_several_problems_are_a_list_under_the_path_of_the_construct():
    error = ConfigurationError("first", "second", path="Churn/Model")
    assert str(error) == "[Churn/Model] 2 problems:\n  - first\n  - second"
    assert error.problems == ("first", "second")


@pytest.mark.parametrize("kind", [EntryPointError, ImageError, ModelDataError])
def test_every_error_is_a_configuration_error(kind):
    assert issubclass(kind, ConfigurationError)


def fail(error: Exception) -> None:
    raise error


def test_problems_of_several_sources_are_raised_together(stack):
    problems = Problems(stack)
    problems.add(["first"])
    with problems.collect():
        fail(ImageError("second", "third"))
    with pytest.raises(ConfigurationError) as caught:
        problems.raise_all()
    assert caught.value.problems == ("first", "second", "third")


def test_no_problem_raises_nothing(stack):
    problems = Problems(stack)
    problems.add([])
    problems.raise_all()
    assert not problems


def test_other_errors_are_not_collected(stack):
    with pytest.raises(KeyError), Problems(stack).collect():
        fail(KeyError())
