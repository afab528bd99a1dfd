"""The value of an expression, among the metrics and expressions that it may name."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from local_sagemaker.monitoring.metric_math import functions, values
from local_sagemaker.monitoring.metric_math.errors import MetricMathError
from local_sagemaker.monitoring.metric_math.functions import AGGREGATING, TRANSFORMING
from local_sagemaker.monitoring.metric_math.syntax import (
    Array,
    Call,
    Keyword,
    Negation,
    Number,
    Operation,
    Reference,
    Text,
    parse,
)
from local_sagemaker.monitoring.metric_math.values import Series

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_sagemaker.monitoring.metric_math.syntax import Node
    from local_sagemaker.monitoring.metric_math.values import Value

_OTHERS = ("FILL", "IF", "METRICS", "METRIC_COUNT", "PERIOD", "TIME_SERIES")
FUNCTIONS = tuple(sorted((*TRANSFORMING, *AGGREGATING, *_OTHERS)))


class Scope(NamedTuple):
    """What an expression may name.

    Attributes
    ----------
    metrics
        By Id.
    expression
        Gives the value of another expression, by Id; None where there is none.
    times
        Of a series that has a value everywhere, in seconds; its step is the period.
    """

    metrics: Mapping[str, Series]
    expression: Callable[[str], Value | None]
    times: range


def evaluate(expression: str, scope: Scope) -> Value:
    """Give the value of an expression.

    Raises
    ------
    MetricMathError
        It is not one, or the local cloud does not emulate what stands in it.

    Example
    -------
    >>> errors, requests = Series("errors", 60, {0: 1.0, 60: 0.0}), Series("requests", 60, {0: 4.0, 60: 5.0})
    >>> scope = Scope({"e": errors, "r": requests}, lambda _: None, range(0, 120, 60))
    >>> evaluate("100 * e / r", scope).values
    {0: 25.0, 60: 0.0}
    >>> evaluate("SEARCH('x')", scope)
    Traceback (most recent call last):
    local_sagemaker.monitoring.metric_math.errors.MetricMathError: the function SEARCH is not emulated by the local \
cloud, which has ABS, AVG, CEIL, DATAPOINT_COUNT, DIFF, DIFF_TIME, FILL, FLOOR, IF, LOG, LOG10, MAX, METRICS, \
METRIC_COUNT, MIN, PERIOD, RATE, RUNNING_SUM, STDDEV, SUM and TIME_SERIES
    """
    return _evaluate(parse(expression), scope)


def check(expression: str) -> None:
    """Go on, unless an expression cannot be evaluated whatever the values are.

    Raises
    ------
    MetricMathError
        It is not one, or has a function that the local cloud does not emulate.
    """
    _check(parse(expression))


def _check(node: Node) -> None:
    if isinstance(node, Call):
        if node.function not in FUNCTIONS:
            *most, last = FUNCTIONS
            raise MetricMathError(
                f"the function {node.function} is not emulated by the local cloud, which has {', '.join(most)} and "
                f"{last}"
            )
        for argument in node.arguments:
            _check(argument)
    elif isinstance(node, Array):
        for item in node.items:
            _check(item)
    elif isinstance(node, Negation):
        _check(node.operand)
    elif isinstance(node, Operation):
        _check(node.left)
        _check(node.right)


def _evaluate(node: Node, scope: Scope) -> Value:
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Reference):
        return _named(node.id, scope)
    if isinstance(node, Negation):
        return values.operate("*", -1.0, _evaluate(node.operand, scope))
    if isinstance(node, Operation):
        return values.operate(node.operator, _evaluate(node.left, scope), _evaluate(node.right, scope))
    if isinstance(node, Array):
        return _array(node, scope)
    if isinstance(node, Call):
        return _call(node, scope)
    raise MetricMathError(f"{node[0]!r} is no value")


def _named(name: str, scope: Scope) -> Value:
    found = scope.metrics[name] if name in scope.metrics else scope.expression(name)
    if found is None:
        raise MetricMathError(f"no metric and no expression has the Id {name!r}")
    return found


def _array(node: Array, scope: Scope) -> list[Series]:
    found: list[Series] = []
    for item in node.items:
        value = _evaluate(item, scope)
        if isinstance(value, float):
            raise MetricMathError("an array holds time series, not numbers")
        found += [value] if isinstance(value, Series) else value
    return found


def _call(node: Call, scope: Scope) -> Value:
    name, arguments = node
    if name in TRANSFORMING:
        return functions.transform(name, _evaluate(_only(node), scope))
    if name in AGGREGATING:
        return functions.aggregate(name, _evaluate(_only(node), scope))
    if name == "METRICS":
        if not arguments:
            return list(scope.metrics.values())
        wanted = _only(node)
        if not isinstance(wanted, Text):
            raise MetricMathError("METRICS takes nothing, or a part of Ids between quotes")
        return [series for identifier, series in scope.metrics.items() if wanted.value in identifier]
    if name == "METRIC_COUNT":
        return float(len(_series(_evaluate(_only(node), scope), "METRIC_COUNT takes an array of time series")))
    if name == "PERIOD":
        metric = _only(node)
        if not isinstance(metric, Reference) or metric.id not in scope.metrics:
            raise MetricMathError("PERIOD takes the Id of a metric")
        return float(scope.metrics[metric.id].period)
    if name == "TIME_SERIES":
        value = _evaluate(_only(node), scope)
        if not isinstance(value, float):
            raise MetricMathError("TIME_SERIES takes a number")
        return Series(name, scope.times.step, {}).with_values((moment, value) for moment in scope.times)
    if name == "FILL":
        return _fill(node, scope)
    if name == "IF":
        return _if(node, scope)
    _check(node)
    raise AssertionError(f"{name} is checked and not evaluated")


def _fill(node: Call, scope: Scope) -> Series | list[Series]:
    if len(node.arguments) != 2:
        raise MetricMathError("FILL takes time series, and what stands where a value is missing")
    value = _evaluate(node.arguments[0], scope)
    if isinstance(value, float):
        raise MetricMathError("FILL takes a time series or an array of them, not a number")
    given = node.arguments[1]
    filler: Value | str
    if isinstance(given, Keyword):
        filler = given.name
        if filler not in ("LINEAR", "REPEAT"):
            raise MetricMathError(f"FILL fills with a number, a time series, REPEAT or LINEAR, not with {filler}")
    else:
        filler = _evaluate(given, scope)
    if isinstance(filler, list):
        raise MetricMathError("FILL fills with a number, a time series, REPEAT or LINEAR, not with an array")

    def fill(series: Series) -> Series:
        start = scope.times.start // series.period * series.period
        return functions.fill(series, filler, range(start, scope.times.stop, series.period))

    return values.each(fill, value)


def _if(node: Call, scope: Scope) -> Series:
    if len(node.arguments) not in (2, 3):
        raise MetricMathError("IF takes a condition, a value where it holds, and maybe one where it does not")
    found: list[float | Series] = []
    for argument in node.arguments:
        value = _evaluate(argument, scope)
        if isinstance(value, list):
            raise MetricMathError("IF takes numbers and time series, not arrays")
        found.append(value)
    return functions.choose(found[0], found[1], found[2] if len(found) == 3 else None)


def _only(node: Call) -> Node:
    if len(node.arguments) != 1:
        raise MetricMathError(f"{node.function} takes 1 argument, not {len(node.arguments)}")
    return node.arguments[0]


def _series(value: Value, otherwise: str) -> list[Series]:
    if not isinstance(value, list):
        raise MetricMathError(otherwise)
    return value
