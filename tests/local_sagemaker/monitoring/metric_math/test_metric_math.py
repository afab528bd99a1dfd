"""Expressions are computed as the CloudWatch user guide says, and what is not emulated is refused by name."""

import doctest
import importlib

import pytest

from local_sagemaker.monitoring.metric_math.errors import MetricMathError
from local_sagemaker.monitoring.metric_math.evaluation import FUNCTIONS, Scope, check, evaluate
from local_sagemaker.monitoring.metric_math.syntax import Negation, Number, Operation, Reference, parse
from local_sagemaker.monitoring.metric_math.values import Series

PERIOD = 60
TIMES = range(0, 300, PERIOD)


def series(*values: float | None, label: str = "m", period: int = PERIOD) -> Series:
    """Make a series of five minutes; None where a value is missing."""
    return Series(
        label, period, {number * period: float(value) for number, value in enumerate(values) if value is not None}
    )


METRICS = {
    # The user guide's own.
    "metric1": series(30, 20, 0, 0),
    "metric2": series(20, None, 20, None),
    "flag": series(1, 1, 0, 0, None),
    "some": series(30, None, 0, 0, 30),
    "other": series(0, 0, 20, None, 20),
    # Of an endpoint.
    "errors": series(1, 0, 2, None, 5, label="Errors"),
    "requests": series(4, 0, 8, 5, None, label="Requests"),
    "slow": series(7, period=300),
    "none": series(),
}


def result(expression: str) -> object:
    """Compute an expression of `METRICS`: a number, or the values of each minute."""
    value = evaluate(expression, Scope(METRICS, {"e1": evaluate_e1()}.get, TIMES))
    if isinstance(value, float):
        return value
    if isinstance(value, Series):
        return [value.values.get(moment) for moment in TIMES]
    return [[one.values.get(moment) for moment in TIMES] for one in value]


def evaluate_e1() -> Series:
    return series(10, 10, 10, 10, 10, label="e1")


def five(value: float) -> list[float]:
    return [value] * 5


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("metric1 < metric2", [0, 0, 1, 0, None]),
        ("metric1 >= 30", [1, 0, 0, 0, None]),
        ("metric1 > 15 AND metric2 > 15", [1, 0, 0, 0, None]),
        ("IF(flag, some, other)", [30, 0, 20, None, None]),
        ("IF(flag, 5, other)", [5, 5, 20, None, None]),
        ("IF(flag, some, 5)", [30, 0, 5, 5, None]),
        ("IF(flag, some)", [30, 0, None, None, None]),
        ("IF(metric1 < 25, 10, 2)", [2, 10, 10, 10, None]),
        ("IF(1, some, other)", [30, None, 0, 0, 30]),
        ("IF(0, some, other)", [0, 0, 20, None, 20]),
        ("IF(0, some)", [None] * 5),
    ],
)
def test_the_examples_of_the_user_guide(expression, expected):
    assert result(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("errors", [1, 0, 2, None, 5]),
        ("100 * errors / requests", [25, None, 25, 0, None]),  # no division by zero, and 5 / nothing is one
        ("errors + requests", [5, 0, 10, 5, 5]),
        ("errors - requests", [-3, 0, -6, -5, 5]),
        ("-errors", [-1, 0, -2, None, -5]),
        ("errors ^ 2", [1, 0, 4, None, 25]),
        ("(0 - 8) ^ (errors / 2)", [None, 1, -8, None, None]),  # a root of a negative number is none
        ("1000 ^ (errors * 100)", [1e300, 1, None, None, None]),  # nor what is too large
        ("errors == 1 OR errors == 2", [1, 0, 1, None, 0]),
        ("errors && requests", [1, 0, 1, 0, 0]),
        ("errors || requests", [1, 0, 1, 1, 1]),
        ("errors != requests", [1, 0, 1, 1, 1]),
        ("errors <= 1", [1, 1, 0, None, 0]),
        ("e1 + errors", [11, 10, 12, 10, 15]),
        ("[errors, requests] * 2", [[2, 0, 4, None, 10], [8, 0, 16, 10, None]]),
        ("2 * [errors]", [[2, 0, 4, None, 10]]),
        ("[errors, requests] - [errors, errors]", [[0, 0, 0, None, 0], [3, 0, 6, 5, -5]]),
        ("[METRICS('err'), e1]", [[1, 0, 2, None, 5], five(10)]),
        ("SUM([errors, requests])", [5, 0, 10, 5, 5]),
        ("AVG([errors, requests])", [2.5, 0, 5, 2.5, 2.5]),
        ("MIN([errors, requests])", [1, 0, 2, 5, 5]),
        ("MAX(METRICS('r'))", [30, 20, 20, 5, 20]),
        ("DATAPOINT_COUNT([errors, requests])", [2, 2, 2, 1, 1]),
        ("STDDEV([errors, requests])", [1.5, 0, 3, 0, 0]),
        ("SUM(errors)", 8),
        ("AVG(errors)", 2),
        ("MIN(errors)", 0),
        ("MAX(errors)", 5),
        ("DATAPOINT_COUNT(errors)", 4),
        ("errors - AVG(errors)", [-1, -2, 0, None, 3]),
        ("errors * MAX(none)", [None] * 5),
        ("errors + STDDEV(none) + MIN(none) + AVG(none)", [None] * 5),
        ("RATE(errors)", [None, -1 / 60, 2 / 60, None, 3 / 120]),
        ("DIFF(errors)", [None, -1, 2, None, 3]),
        ("DIFF_TIME(errors)", [None, 60, 60, None, 120]),
        ("RUNNING_SUM(errors)", [1, 1, 3, None, 8]),
        ("ABS(errors - requests)", [3, 0, 6, 5, 5]),
        ("CEIL([errors / 2])", [[1, 0, 1, None, 3]]),
        ("FLOOR(errors / 2)", [0, 0, 1, None, 2]),
        ("LOG10(errors * 100)", [2, None, pytest.approx(2.30103), None, pytest.approx(2.69897)]),
        ("LOG(errors)", [0, None, pytest.approx(0.6931472), None, pytest.approx(1.6094379)]),
        ("FILL(errors, 9)", [1, 0, 2, 9, 5]),
        ("FILL(errors, REPEAT)", [1, 0, 2, 2, 5]),
        ("FILL(none, REPEAT)", [None] * 5),
        ("FILL(errors, LINEAR)", [1, 0, 2, 3.5, 5]),
        ("FILL(requests, errors)", [4, 0, 8, 5, 5]),
        ("FILL([none, errors], MAX(errors))", [five(5), [1, 0, 2, 5, 5]]),
        ("FILL(metric2, metric1)", [20, 20, 20, 0, None]),
        ("FILL(none, 0) + FILL(slow, 0) * 0", None),
        ("errors / PERIOD(errors)", [1 / 60, 0, 2 / 60, None, 5 / 60]),
        ("TIME_SERIES(PERIOD(slow) / 60)", five(5)),
        ("METRIC_COUNT(METRICS())", len(METRICS)),
        ("errors * METRIC_COUNT([errors, requests])", [2, 0, 4, None, 10]),
        ("2 < 3", 1),
        ("1 / 0 + errors", [None] * 5),
    ],
)
def test_functions_and_operators(expression, expected):
    if expected is None:
        with pytest.raises(MetricMathError, match="periods of 60 and 300 s"):
            result(expression)
    else:
        assert result(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("2 * 3 ^ 2", 18),
        ("2 ^ 3 ^ 2", 512),
        ("-2 ^ 2", -4),
        ("2 ^ -1", 0.5),
        ("10 - 4 - 3", 3),
        ("12 / 2 / 3", 2),
        ("1 + 1 == 2 AND 3 > 2 OR 0", 1),
        (".5 + 1.5e1 + 2.", 17.5),
    ],
)
def test_what_binds_more_closely(expression, expected):
    assert result(expression) == expected


def test_the_structure_of_an_expression():
    assert parse(" -m1/2 ") == Operation("/", Negation(Reference("m1")), Number(2.0))


@pytest.mark.parametrize("function", ["SEARCH", "ANOMALY_DETECTION_BAND", "INSIGHT_RULE_METRIC", "SORT", "sum"])
def test_a_function_that_is_not_emulated_is_named_with_those_that_are(function):
    for expression in (f"{function}(errors)", f"2 * [-SUM({function}(errors))]"):
        with pytest.raises(MetricMathError, match=rf"the function {function} is not emulated .* ABS, AVG"):
            check(expression)
    with pytest.raises(MetricMathError, match=f"the function {function} is not emulated"):
        result(f"{function}(errors)")


def test_what_is_emulated_passes_the_check():
    check("IF(FILL(METRICS('x'), REPEAT) > -1, [errors, 2], TIME_SERIES(0))")
    assert set(FUNCTIONS) >= {"ABS", "FILL", "IF", "METRICS", "PERIOD", "RATE", "RUNNING_SUM", "SUM"}


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("", "it breaks off"),
        ("errors +", "it breaks off"),
        ("errors errors", "a value is expected, not 'errors'"),
        ("(errors", r"'\)' is expected, not 'the end'"),
        ("[errors requests]", "',' is expected, not 'requests'"),
        ("errors * )", r"a value is expected, not '\)'"),
        ("errors; requests", "nothing is known that begins with '; requests'"),
        ("missing * 2", "no metric and no expression has the Id 'missing'"),
        ("REPEAT", "'REPEAT' is no value"),
        ("'text' + 1", "'text' is no value"),
        ("ABS(5)", "ABS takes a time series"),
        ("SUM(5)", "SUM takes a time series"),
        ("SUM([])", "at least one time series"),
        ("SUM(METRICS('nothing'))", "at least one time series"),
        ("SUM(errors, requests)", "SUM takes 1 argument, not 2"),
        ("SUM([errors, slow])", "periods of 60 and 300 s stand together"),
        ("errors + slow", "periods of 60 and 300 s stand together"),
        ("IF(errors, slow)", "periods of 60 and 300 s stand together"),
        ("[errors, 5]", "an array holds time series, not numbers"),
        ("[errors] + [errors, requests]", "arrays of 1 and of 2 time series"),
        ("FILL(errors)", "FILL takes time series, and what stands"),
        ("FILL(5, 0)", "FILL takes a time series"),
        ("FILL(errors, [errors])", "not with an array"),
        ("FILL(errors, OTHER)", "not with OTHER"),
        ("IF(errors)", "IF takes a condition"),
        ("IF([errors], 1, 0)", "IF takes numbers and time series, not arrays"),
        ("IF(1, 2, 3)", "IF takes at least one time series"),
        ("METRICS(errors)", "METRICS takes nothing, or a part of Ids between quotes"),
        ("METRIC_COUNT(errors)", "METRIC_COUNT takes an array"),
        ("PERIOD(e1)", "PERIOD takes the Id of a metric"),
        ("PERIOD(errors * 2)", "PERIOD takes the Id of a metric"),
        ("TIME_SERIES(errors)", "TIME_SERIES takes a number"),
    ],
)
def test_what_is_wrong_is_said(expression, reason):
    with pytest.raises(MetricMathError, match=reason):
        result(expression)


@pytest.mark.parametrize("name", ["evaluation", "functions", "syntax", "tokens", "values"])
def test_examples(name):
    module = importlib.import_module(f"local_sagemaker.monitoring.metric_math.{name}")
    assert doctest.testmod(module).failed == 0
