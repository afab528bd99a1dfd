from typing import Any

import pytest

from constructs_lib import CategoricalRange, ContinuousRange, IntegerRange
from constructs_lib.tuning.ranges import render_ranges


def test_values_keep_their_type_on_the_way_to_the_script():
    ranges: dict[str, Any] = {
        "a": CategoricalRange(values=["l1", 2, True, None]),
        "b": IntegerRange(minimum=1, maximum=2),
    }
    rendered = render_ranges(ranges)
    assert rendered["CategoricalParameterRanges"] == [{"Name": "a", "Values": ['"l1"', "2", "true", "null"]}]
    assert rendered["IntegerParameterRanges"][0]["MinValue"] == "1"
    assert "ContinuousParameterRanges" not in rendered


@pytest.mark.parametrize(
    ("one", "message"),
    [
        (IntegerRange(minimum=2, maximum=2), "goes from 2 to 2; give a maximum above the minimum"),
        (ContinuousRange(minimum=0, maximum=1, scaling="Logarithmic"), "is Logarithmic and begins at 0"),
        (ContinuousRange(minimum=0.5, maximum=1, scaling="ReverseLogarithmic"), "is ReverseLogarithmic and goes from"),
        (ContinuousRange(minimum=float("nan"), maximum=1), "has the end nan, which is no finite number"),
        (CategoricalRange(values=[]), "has 0 values; give 1 to 30"),
        (CategoricalRange(values=["a", "b", "a"]), 'has the value "a" 2 times; give each once'),
    ],
)
def test_what_sagemaker_would_refuse_is_named(one, message):
    (problem,) = one.problems("x")
    assert problem.startswith("range 'x' ")
    assert message in problem


def test_what_is_no_number_is_named():
    wrong: Any = IntegerRange(minimum=1.5, maximum=2)  # type: ignore[arg-type]
    (problem,) = wrong.problems("x")
    assert "has the end 1.5, which is no whole number; give one, or a ContinuousRange" in problem
    scaling: Any = "Log"
    (problem,) = IntegerRange(minimum=1, maximum=2, scaling=scaling).problems("x")
    assert "has the scaling 'Log'; choose one of 'Auto'" in problem
