"""Numbers with their units, as short as a card needs them: 1.2k, 35 ms, 4.1 %, $0.23."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Unit(NamedTuple):
    """What a number counts.

    Parameters
    ----------
    family
        ``number``, ``percent``, ``time`` (base: seconds), ``bytes`` or ``money``.
    factor
        What one of it is in the family's base.
    suffix
        What follows each number besides, such as ``/s``.
    """

    family: str
    factor: float = 1.0
    suffix: str = ""


NUMBER = Unit("number")
NO_VALUE = "\u2013"
"""Stands where there is none."""

_SCALES: dict[str, tuple[tuple[float, str], ...]] = {
    "number": ((1.0, ""), (1e3, "k"), (1e6, "M"), (1e9, "G"), (1e12, "T")),
    "bytes": ((1.0, " B"), (1e3, " kB"), (1e6, " MB"), (1e9, " GB"), (1e12, " TB")),
    "time": ((1e-6, " µs"), (1e-3, " ms"), (1.0, " s"), (60.0, " min"), (3600.0, " h")),
    "percent": ((1.0, " %"),),
    "money": ((1.0, ""), (1e3, "k"), (1e6, "M")),
}
_NAMES = {
    **dict.fromkeys(("none", "count"), NUMBER),
    **dict.fromkeys(("percent", "%"), Unit("percent")),
    **dict.fromkeys(("microseconds", "µs", "us"), Unit("time", 1e-6)),
    **dict.fromkeys(("milliseconds", "ms"), Unit("time", 1e-3)),
    **dict.fromkeys(("seconds", "s"), Unit("time", 1.0)),
    **dict.fromkeys(("usd", "$"), Unit("money")),
    **dict.fromkeys(("bytes", "b"), Unit("bytes")),
    **dict.fromkeys(("kilobytes", "kb"), Unit("bytes", 1e3)),
    **dict.fromkeys(("megabytes", "mb"), Unit("bytes", 1e6)),
    **dict.fromkeys(("gigabytes", "gb"), Unit("bytes", 1e9)),
    **dict.fromkeys(("terabytes", "tb"), Unit("bytes", 1e12)),
}
_RATES = {"second": "/s", "s": "/s", "minute": "/min", "min": "/min", "hour": "/h", "h": "/h"}
_BRACKETED = re.compile(r"[(\[]\s*([^()\[\]]+?)\s*[)\]]\s*$")
# Single letters are units only where they stand in brackets.
_LAST_WORD = re.compile(
    r"(?:^|[\s,])(%|ms|µs|us|seconds|milliseconds|microseconds|percent|USD(?:/\w+)?|[MG]B)\s*$", re.IGNORECASE
)


def unit_named(name: str) -> Unit | None:
    """Give the unit of a name, one of CloudWatch's or short; None where it is none.

    Example
    -------
    >>> unit_named("Count/Second"), unit_named("ms")
    (Unit(family='number', factor=1.0, suffix='/s'), Unit(family='time', factor=0.001, suffix=''))
    """
    base, _, rate = name.strip().lower().partition("/")
    unit = _NAMES.get(base.strip())
    if unit is None or (rate and rate.strip() not in _RATES):
        return None
    return unit._replace(suffix=_RATES[rate.strip()]) if rate else unit


def unit_in(text: str) -> Unit | None:
    """Give the unit that a label or title ends with; None where there is none.

    Example
    -------
    >>> unit_in("p99 latency (ms)")
    Unit(family='time', factor=0.001, suffix='')
    >>> unit_in("Requests")
    """
    found = _BRACKETED.search(text) or _LAST_WORD.search(text)
    return unit_named(found[1]) if found else None


def common_unit(units: Iterable[Unit | None]) -> Unit | None:
    """Give the one unit that all have; None where they differ, or nothing is known."""
    found = set(units)
    return found.pop() if len(found) == 1 else None


def format_value(value: float | None, unit: Unit | None = None, *, exact: bool = False) -> str:
    """Write a value with three digits that count.

    Parameters
    ----------
    value
        None where there is none.
    exact
        With all its digits, unscaled.

    Example
    -------
    >>> format_value(1234), format_value(35_000, unit_named("Microseconds")), format_value(4.06, unit_named("Percent"))
    ('1.23k', '35 ms', '4.06 %')
    >>> format_value(0.2304, unit_named("USD/hour"))
    '$0.23/h'
    """
    unit = unit or NUMBER
    if value is None or not math.isfinite(value):
        return NO_VALUE
    number = value * unit.factor
    scale, name = (1.0, _name_at(unit, 1.0)) if exact else _scale(abs(number), unit)
    digits = (
        f"{value if exact and scale == unit.factor else number / scale:.12g}" if exact else _three(number / scale, unit)
    )
    sign = "-" if digits.startswith("-") else ""
    money = "$" if unit.family == "money" else ""
    return f"{sign}{money}{digits.lstrip('-')}{name}{unit.suffix}"


def format_ticks(ticks: Sequence[float], unit: Unit | None = None) -> list[str]:
    """Write the ticks of an axis: all at one scale, with as many decimals as tell them apart.

    Example
    -------
    >>> format_ticks([0, 500, 1000, 1500])
    ['0', '0.5k', '1k', '1.5k']
    >>> format_ticks([0, 20_000, 40_000], unit_named("Microseconds"))
    ['0 ms', '20 ms', '40 ms']
    """
    unit = unit or NUMBER
    numbers = [tick * unit.factor for tick in ticks]
    scale, name = _scale(max((abs(number) for number in numbers), default=0.0), unit)
    money = "$" if unit.family == "money" else ""
    written = []
    for number in numbers:
        digits = f"{round(number / scale, 10):.6g}"
        if unit.family == "money" and "." in digits:
            # Cents, not tenths.
            digits = digits if len(digits.partition(".")[2]) > 1 else f"{number / scale:.2f}"
        bare = digits in ("0", "-0")
        scaled = name if not bare or name.startswith(" ") else ""
        sign = "-" if digits.startswith("-") and not bare else ""
        written.append(f"{sign}{money}{digits.lstrip('-')}{scaled}{unit.suffix}")
    return written


def display_scale(size: float, unit: Unit | None = None) -> float:
    """Give the value that is written as one, where the largest has that size: a thousand for 1.2k."""
    unit = unit or NUMBER
    return _scale(size * unit.factor, unit)[0] / unit.factor


def _scale(size: float, unit: Unit) -> tuple[float, str]:
    """Choose the largest scale that leaves at least one before the point."""
    scales = _SCALES[unit.family]
    # Zero has no size: it is written in the unit that it came in.
    size = size or unit.factor
    # What would be rounded up to the next scale is written in that.
    fitting = [entry for entry in scales if size >= entry[0] * 0.9995]
    return fitting[-1] if fitting else scales[0]


def _name_at(unit: Unit, scale: float) -> str:
    return dict(_SCALES[unit.family])[scale]


def _three(number: float, unit: Unit) -> str:
    if unit.family == "money":
        return f"{number:.2f}"
    decimals = max(0, 2 - math.floor(math.log10(abs(number)))) if number else 0
    text = f"{number:.{min(decimals, 6)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
