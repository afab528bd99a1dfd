"""Ranges: what is refused of them, and how values become points of the search and back."""

import pytest

from local_sagemaker.tuning.ranges import CategoricalRange, ContinuousRange, IntegerRange, parse, refusals
from tests.local_sagemaker.tuning.tuning_cloud import categorical, continuous, integer


@pytest.mark.parametrize(
    ("ranges", "problem"),
    [
        (integer("depth", "9", "1"), "IntegerParameterRanges, depth: MinValue 9 must be less than MaxValue 1."),
        (integer("depth", "3", "3"), "IntegerParameterRanges, depth: MinValue 3 must be less than MaxValue 3."),
        (
            integer("depth", "1.5", "3"),
            ("IntegerParameterRanges, depth: MinValue '1.5' is no whole number: give one as a text, such as \"10\"."),
        ),
        (
            continuous("rate", "0", "much"),
            (
                "ContinuousParameterRanges, rate: MaxValue 'much' is no "
                'finite number: give one as a text, such as "0.1".'
            ),
        ),
        (
            continuous("rate", "nan", "1"),
            (
                "ContinuousParameterRanges, rate: MinValue 'nan' is no "
                'finite number: give one as a text, such as "0.1".'
            ),
        ),
        (
            continuous("rate", "0", "1e999"),
            (
                "ContinuousParameterRanges, rate: MaxValue '1e999' is no "
                'finite number: give one as a text, such as "0.1".'
            ),
        ),
        (
            continuous("rate", "0", "1", ScalingType="Logarithmic"),
            (
                "ContinuousParameterRanges, rate: ScalingType Logarithmic needs a MinValue greater than 0, and it is "
                "0: raise it, or use Linear."
            ),
        ),
        (
            continuous("rate", "0.5", "1", ScalingType="ReverseLogarithmic"),
            (
                "ContinuousParameterRanges, rate: ScalingType ReverseLogarithmic needs a range within 0 <= x < 1, and "
                "it is from 0.5 to 1: narrow it, or use Linear."
            ),
        ),
        (
            integer("depth", "0", "3", ScalingType="ReverseLogarithmic"),
            (
                "IntegerParameterRanges, depth: ScalingType ReverseLogarithmic is for continuous ranges: use Auto, "
                "Linear or Logarithmic."
            ),
        ),
        (
            integer("depth", "0", "9007199254740993"),
            (
                "IntegerParameterRanges, depth: A range from 0 to 9007199254740993 is beyond 9007199254740992 either "
                "way, which is not emulated: narrow it."
            ),
        ),
        (
            continuous("rate", "-1e308", "1e308"),
            (
                "ContinuousParameterRanges, rate: A range from -1e308 to 1e308 is wider than the greatest float, which "
                "is not emulated: narrow it."
            ),
        ),
        (
            categorical(kind=["a", "b", "a"]),
            "CategoricalParameterRanges, kind: Values has 'a' 2 times: give it once.",
        ),
        (
            {**integer("rate", "1", "3"), **continuous("rate", "0", "1")},
            "ParameterRanges has 2 ranges for the hyperparameter rate: give one.",
        ),
        (
            {},
            (
                "ParameterRanges has no range: give at least one in IntegerParameterRanges, ContinuousParameterRanges "
                "or CategoricalParameterRanges."
            ),
        ),
        (
            {"AutoParameters": [{"Name": "rate", "ValueHint": "1"}], **integer("depth", "1", "3")},
            "ParameterRanges.AutoParameters is not emulated by the local cloud: give ranges in its place.",
        ),
    ],
)
def test_what_no_search_can_use_is_refused(ranges, problem):
    assert list(refusals(ranges)) == [problem]


@pytest.mark.parametrize(
    "ranges",
    [
        integer("depth", "-3", "+4", ScalingType="Linear"),
        integer("depth", "1", "1000", ScalingType="Logarithmic"),
        continuous("rate", "1e-05", ".5", ScalingType="Logarithmic"),
        continuous("rate", "0", "0.999", ScalingType="ReverseLogarithmic"),
        categorical(kind=["one"]),
    ],
)
def test_what_a_search_can_use_is_not(ranges):
    assert list(refusals(ranges)) == []


def test_ranges_are_read_in_the_order_of_their_kinds():
    given = {**categorical(kind=["a"]), **continuous("rate", "0", "1"), **integer("depth", "1", "9")}
    assert [type(item) for item in parse(given)] == [IntegerRange, ContinuousRange, CategoricalRange]


@pytest.mark.parametrize(
    ("item", "logarithmic"),
    [
        (IntegerRange("n", 1, 1000, "Auto"), True),
        (IntegerRange("n", 1, 999, "Auto"), False),
        (IntegerRange("n", 0, 10**6, "Auto"), False),
        (IntegerRange("n", 1, 10**6, "Linear"), False),
        (IntegerRange("n", 1, 3, "Logarithmic"), True),
        (ContinuousRange("x", 1e-4, 0.1, "Auto"), True),
        (ContinuousRange("x", 0.0, 1.0, "Auto"), False),
        (ContinuousRange("x", 0.5, 0.9, "ReverseLogarithmic"), True),
    ],
)
def test_auto_is_logarithmic_where_the_ends_are_far_apart(item, logarithmic):
    assert item.distribution().log is logarithmic


def test_the_reverse_of_the_logarithm_searches_the_distance_from_one():
    item = ContinuousRange("decay", 0.9, 0.999, "ReverseLogarithmic")
    distribution = item.distribution()
    assert [distribution.low, distribution.high] == pytest.approx([0.001, 0.1])
    assert float(item.text(distribution.low)) == pytest.approx(0.999)
    assert item.text(1.0) == "0.9"
    point = item.point("0.95")
    assert point is not None
    assert float(item.text(point)) == pytest.approx(0.95)


@pytest.mark.parametrize(
    ("item", "text", "point"),
    [
        (IntegerRange("n", 1, 9, "Auto"), "9", 9),
        (IntegerRange("n", 1, 9, "Auto"), "10", None),
        (IntegerRange("n", 1, 9, "Auto"), "2.5", None),
        (ContinuousRange("x", 0.0, 1.0, "Auto"), "1e-3", 0.001),
        (ContinuousRange("x", 0.0, 1.0, "Auto"), "2", None),
        (ContinuousRange("x", 0.0, 1.0, "Auto"), "", None),
        (CategoricalRange("k", ('"a"', '"b"')), '"b"', '"b"'),
        (CategoricalRange("k", ('"a"', '"b"')), "b", None),
    ],
)
def test_a_value_has_a_point_where_it_is_in_the_range(item, text, point):
    assert item.point(text) == point
