"""Ranges of hyperparameters: what a tuning job tries."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Scaling: TypeAlias = Literal["Auto", "Linear", "Logarithmic", "ReverseLogarithmic"]


@dataclass(frozen=True, kw_only=True)
class IntegerRange:
    """Whole numbers from `minimum` to `maximum`, both among them.

    Parameters
    ----------
    minimum, maximum
        The ends.
    scaling
        ``Logarithmic`` where powers matter, as from 1 to 10,000; ``Linear``; ``Auto``: SageMaker chooses.

    Example
    -------
    >>> IntegerRange(minimum=2, maximum=64, scaling="Logarithmic").render("max-depth")
    {'Name': 'max-depth', 'MinValue': '2', 'MaxValue': '64', 'ScalingType': 'Logarithmic'}
    """

    minimum: int
    maximum: int
    scaling: Scaling = "Auto"

    def problems(self, name: str) -> Iterator[str]:
        """Say what SageMaker would refuse."""
        for value in (self.minimum, self.maximum):
            if isinstance(value, bool) or not isinstance(value, int):
                yield f"range {name!r} has the end {value!r}, which is no whole number; give one, or a ContinuousRange"
                return
        yield from _end_problems(name, self.minimum, self.maximum, self.scaling)

    def render(self, name: str) -> dict[str, Any]:
        """Return the range as CreateHyperParameterTuningJob takes it."""
        return _render(name, str(self.minimum), str(self.maximum), self.scaling)


@dataclass(frozen=True, kw_only=True)
class ContinuousRange:
    """Numbers between `minimum` and `maximum`.

    Parameters
    ----------
    minimum, maximum
        The ends.
    scaling
        As for `IntegerRange`; ``ReverseLogarithmic`` for numbers from 0 up to, but not including, 1 that matter near 1.

    Example
    -------
    >>> ContinuousRange(minimum=0.001, maximum=1.0, scaling="Logarithmic").render("C")
    {'Name': 'C', 'MinValue': '0.001', 'MaxValue': '1.0', 'ScalingType': 'Logarithmic'}
    """

    minimum: float
    maximum: float
    scaling: Scaling = "Auto"

    def problems(self, name: str) -> Iterator[str]:
        """Say what SageMaker would refuse."""
        for value in (self.minimum, self.maximum):
            if isinstance(value, bool) or not isinstance(value, int | float) or value - value != 0:
                yield f"range {name!r} has the end {value!r}, which is no finite number; give one"
                return
        yield from _end_problems(name, self.minimum, self.maximum, self.scaling)

    def render(self, name: str) -> dict[str, Any]:
        """Return the range as CreateHyperParameterTuningJob takes it."""
        return _render(name, repr(float(self.minimum)), repr(float(self.maximum)), self.scaling)


@dataclass(frozen=True, kw_only=True)
class CategoricalRange:
    """One of some values, which keep their type on their way to the script.

    Parameters
    ----------
    values
        Texts, numbers, booleans or None; each once.

    Example
    -------
    >>> CategoricalRange(values=["l1", "l2"]).render("penalty")
    {'Name': 'penalty', 'Values': ['"l1"', '"l2"']}
    """

    values: Sequence[Any]

    def problems(self, name: str) -> Iterator[str]:
        """Say what SageMaker would refuse."""
        if not 1 <= len(self.values) <= _MOST_VALUES:
            yield f"range {name!r} has {len(self.values)} values; give 1 to {_MOST_VALUES}"
        texts = [json.dumps(value) for value in self.values]
        for text in sorted({text for text in texts if texts.count(text) > 1}):
            yield f"range {name!r} has the value {text} {texts.count(text)} times; give each once"

    def render(self, name: str) -> dict[str, Any]:
        """Return the range as CreateHyperParameterTuningJob takes it."""
        return {"Name": name, "Values": [json.dumps(value) for value in self.values]}


ParameterRange: TypeAlias = "IntegerRange | ContinuousRange | CategoricalRange"


def render_ranges(ranges: Mapping[str, ParameterRange]) -> dict[str, list[dict[str, Any]]]:
    """Return the ranges, by their kinds."""
    kinds = {
        "IntegerParameterRanges": IntegerRange,
        "ContinuousParameterRanges": ContinuousRange,
        "CategoricalParameterRanges": CategoricalRange,
    }
    rendered = {
        kind: [one.render(name) for name, one in ranges.items() if isinstance(one, owner)]
        for kind, owner in kinds.items()
    }
    return {kind: found for kind, found in rendered.items() if found}


def _end_problems(name: str, minimum: float, maximum: float, scaling: str) -> Iterator[str]:
    if minimum >= maximum:
        yield f"range {name!r} goes from {minimum} to {maximum}; give a maximum above the minimum"
    if scaling not in get_args(Scaling):
        yield f"range {name!r} has the scaling {scaling!r}; choose one of {', '.join(map(repr, get_args(Scaling)))}"
    elif scaling == "Logarithmic" and minimum <= 0:
        yield f"range {name!r} is Logarithmic and begins at {minimum}; give a minimum above 0, or another scaling"
    elif scaling == "ReverseLogarithmic" and not (minimum >= 0 and maximum < 1):
        yield (
            f"range {name!r} is ReverseLogarithmic and goes from {minimum} to {maximum}; give ends from 0 up to, but "
            "not including, 1, or another scaling"
        )


def _render(name: str, minimum: str, maximum: str, scaling: str) -> dict[str, Any]:
    return {"Name": name, "MinValue": minimum, "MaxValue": maximum, "ScalingType": scaling}


_MOST_VALUES = 30
