"""The ranges of tuned hyperparameters: what is refused of them, and how a value becomes a point of the search.

Rules: "Define Hyperparameter Ranges" in the developer guide; that AWS takes no range of one number, and no text twice,
is what users report (https://github.com/aws/amazon-sagemaker-feedback/issues/195). AWS does not say how it chooses a
scale for ScalingType Auto: here a range of positive numbers whose ends are a factor of `_WIDE` apart is searched
logarithmically.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

_WIDE = 1000.0
# The last whole number up to which a float holds each.
_GREATEST = 2**53
_WHOLE_NUMBER = re.compile(r"[+-]?\d+")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True)
class CategoricalRange:
    """Some texts to choose from.

    Parameters
    ----------
    name
        Of the hyperparameter.
    values
        The texts.
    """

    kind: ClassVar[str] = "CategoricalParameterRanges"

    name: str
    values: tuple[str, ...]

    @property
    def combinations(self) -> float:
        """How many values there are."""
        return len(self.values)

    def distribution(self) -> CategoricalDistribution:
        """Give what the search takes."""
        from optuna.distributions import CategoricalDistribution

        return CategoricalDistribution(self.values)

    def text(self, point: Any) -> str:
        """Give a point of the search as the hyperparameter's value."""
        return str(point)

    def point(self, text: str) -> str | None:
        """Give the point of a value; None where it is outside of the range."""
        return text if text in self.values else None


@dataclass(frozen=True)
class IntegerRange:
    """Whole numbers between two, which belong to it.

    Parameters
    ----------
    name
        Of the hyperparameter.
    low, high
        The ends.
    scaling
        ScalingType.
    """

    kind: ClassVar[str] = "IntegerParameterRanges"

    name: str
    low: int
    high: int
    scaling: str

    @property
    def combinations(self) -> float:
        """How many values there are."""
        return self.high - self.low + 1

    def distribution(self) -> IntDistribution:
        """Give what the search takes."""
        from optuna.distributions import IntDistribution

        return IntDistribution(self.low, self.high, log=_logarithmic(self.low, self.high, self.scaling))

    def text(self, point: Any) -> str:
        """Give a point of the search as the hyperparameter's value."""
        return str(int(point))

    def point(self, text: str) -> int | None:
        """Give the point of a value; None where it is outside of the range."""
        found = int(text) if _WHOLE_NUMBER.fullmatch(text) else None
        return found if found is not None and self.low <= found <= self.high else None


@dataclass(frozen=True)
class ContinuousRange:
    """Numbers between two, which belong to it.

    Parameters
    ----------
    name
        Of the hyperparameter.
    low, high
        The ends.
    scaling
        ScalingType. ReverseLogarithmic searches the distance from 1 on a logarithmic scale.
    """

    kind: ClassVar[str] = "ContinuousParameterRanges"

    name: str
    low: float
    high: float
    scaling: str

    @property
    def combinations(self) -> float:
        """How many values there are."""
        return math.inf

    def distribution(self) -> FloatDistribution:
        """Give what the search takes."""
        from optuna.distributions import FloatDistribution

        if self.scaling == "ReverseLogarithmic":
            return FloatDistribution(1 - self.high, 1 - self.low, log=True)
        return FloatDistribution(self.low, self.high, log=_logarithmic(self.low, self.high, self.scaling))

    def text(self, point: Any) -> str:
        """Give a point of the search as the hyperparameter's value."""
        value = 1 - point if self.scaling == "ReverseLogarithmic" else point
        return repr(float(min(max(value, self.low), self.high)))

    def point(self, text: str) -> float | None:
        """Give the point of a value; None where it is outside of the range."""
        value = float(text) if _NUMBER.fullmatch(text) else math.nan
        if not self.low <= value <= self.high:
            return None
        return min(max(1 - value, 1 - self.high), 1 - self.low) if self.scaling == "ReverseLogarithmic" else value


Range = CategoricalRange | IntegerRange | ContinuousRange


def parse(ranges: Mapping[str, Any]) -> tuple[Range, ...]:
    """Read ParameterRanges that `refusals` has nothing against.

    Example
    -------
    >>> parse({"IntegerParameterRanges": [{"Name": "depth", "MinValue": "1", "MaxValue": "9"}]})
    (IntegerRange(name='depth', low=1, high=9, scaling='Auto'),)
    """
    return (
        *(
            IntegerRange(item["Name"], int(item["MinValue"]), int(item["MaxValue"]), item.get("ScalingType") or "Auto")
            for item in ranges.get(IntegerRange.kind) or []
        ),
        *(
            ContinuousRange(
                item["Name"], float(item["MinValue"]), float(item["MaxValue"]), item.get("ScalingType") or "Auto"
            )
            for item in ranges.get(ContinuousRange.kind) or []
        ),
        *(CategoricalRange(item["Name"], tuple(item["Values"])) for item in ranges.get(CategoricalRange.kind) or []),
    )


def refusals(ranges: Mapping[str, Any]) -> Iterator[str]:
    """Say why ranges are refused.

    Parameters
    ----------
    ranges
        ParameterRanges.

    Example
    -------
    >>> next(refusals({"IntegerParameterRanges": [{"Name": "depth", "MinValue": "9", "MaxValue": "1"}]}))
    'IntegerParameterRanges, depth: MinValue 9 must be less than MaxValue 1.'
    """
    if ranges.get("AutoParameters"):
        yield "ParameterRanges.AutoParameters is not emulated by the local cloud: give ranges in its place."
    kinds = (IntegerRange.kind, ContinuousRange.kind, CategoricalRange.kind)
    names = [item["Name"] for kind in kinds for item in ranges.get(kind) or []]
    if not names:
        yield f"ParameterRanges has no range: give at least one in {', '.join(kinds[:-1])} or {kinds[-1]}."
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"ParameterRanges has {names.count(name)} ranges for the hyperparameter {name}: give one."
    for kind in kinds[:-1]:
        for item in ranges.get(kind) or []:
            for problem in _of_numbers(item, whole=kind == IntegerRange.kind):
                yield f"{kind}, {item['Name']}: {problem}"
    for item in ranges.get(CategoricalRange.kind) or []:
        values = item["Values"]
        for value in sorted({value for value in values if values.count(value) > 1}):
            times = values.count(value)
            yield f"{CategoricalRange.kind}, {item['Name']}: Values has {value!r} {times} times: give it once."


def _of_numbers(item: Mapping[str, str], *, whole: bool) -> Iterator[str]:
    broken = False
    for end in ("MinValue", "MaxValue"):
        text = item[end]
        if not (_WHOLE_NUMBER if whole else _NUMBER).fullmatch(text) or not math.isfinite(float(text)):
            broken = True
            noun, example = ("whole number", "10") if whole else ("finite number", "0.1")
            yield f'{end} {text!r} is no {noun}: give one as a text, such as "{example}".'
    if broken:
        return
    low, high = float(item["MinValue"]), float(item["MaxValue"])
    if low >= high:
        yield f"MinValue {item['MinValue']} must be less than MaxValue {item['MaxValue']}."
        return
    if (whole and max(-int(item["MinValue"]), int(item["MaxValue"])) > _GREATEST) or math.isinf(high - low):
        limit = f"beyond {_GREATEST} either way" if whole else "wider than the greatest float"
        yield f"A range from {item['MinValue']} to {item['MaxValue']} is {limit}, which is not emulated: narrow it."
        return
    scaling = item.get("ScalingType")
    if scaling == "Logarithmic" and low <= 0:
        yield (
            f"ScalingType Logarithmic needs a MinValue greater than 0, and it is {item['MinValue']}: raise it, or use "
            "Linear."
        )
    if scaling == "ReverseLogarithmic" and whole:
        yield "ScalingType ReverseLogarithmic is for continuous ranges: use Auto, Linear or Logarithmic."
    elif scaling == "ReverseLogarithmic" and not (low >= 0 and high < 1):
        yield (
            "ScalingType ReverseLogarithmic needs a range within 0 <= x < 1, and it is from "
            f"{item['MinValue']} to {item['MaxValue']}: narrow it, or use Linear."
        )


def _logarithmic(low: float, high: float, scaling: str) -> bool:
    return scaling == "Logarithmic" or (scaling == "Auto" and low > 0 and high / low >= _WIDE)
