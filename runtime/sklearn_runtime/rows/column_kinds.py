"""What a column of a model's input holds, as the fitted part that takes it knows: text, numbers or booleans."""

from __future__ import annotations

import numbers
from typing import TYPE_CHECKING, Any, Iterable, NamedTuple, Optional

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "BOOLEAN",
    "NUMBER",
    "TEXT",
    "UNKNOWN",
    "Column",
    "column_of_categories",
    "column_of_statistic",
    "is_missing",
    "merged",
]

TEXT, BOOLEAN, NUMBER, UNKNOWN = "text", "boolean", "number", "unknown"
_CERTAINTY = (TEXT, BOOLEAN, NUMBER, UNKNOWN)


class Column(NamedTuple):
    """What one column holds.

    Attributes
    ----------
    kind : str
        ``text``, ``boolean``, ``number``, or ``unknown``: numbers if every cell of a request is one, else text.
    missing : None or NaN
        What stands for a missing value in a column of text or booleans.
    takes_missing : bool
        Whether an imputer, or an encoder fitted with missing values, takes the column.
    categories : ndarray, optional
        All values that an encoder takes; None where it takes others too, or where there is no encoder.
    """

    kind: str = UNKNOWN
    missing: Optional[float] = np.nan
    takes_missing: bool = False
    categories: "Optional[NDArray[Any]]" = None


def is_missing(value: Any) -> bool:
    """Whether a cell is None or NaN."""
    return value is None or (isinstance(value, float) and value != value)


def column_of_categories(categories: "NDArray[Any]", others_are_errors: bool) -> Column:
    """The column that an encoder was fitted on.

    Parameters
    ----------
    categories : ndarray
        One of the encoder's ``categories_``.
    others_are_errors : bool
        Whether the encoder raises ValueError for any other value.

    Example
    -------
    >>> column = column_of_categories(np.array(["no", "yes", None], dtype=object), others_are_errors=False)
    >>> column.kind, column.missing, column.takes_missing
    ('text', None, True)
    """
    values = categories.tolist()
    missing = [value for value in values if is_missing(value)]
    return Column(
        _kind(value for value in values if not is_missing(value)),
        # An encoder that was fitted without missing values knows none: NaN is what pandas would give it.
        None if missing and all(value is None for value in missing) else np.nan,
        bool(missing) or not others_are_errors,
        categories if others_are_errors else None,
    )


def column_of_statistic(statistic: Any, missing_values: Any) -> Column:
    """The column that a ``SimpleImputer`` was fitted on.

    Parameters
    ----------
    statistic : object
        One of the imputer's ``statistics_``: what it puts in the place of a missing value.
    missing_values : object
        What the imputer takes for missing.
    """
    kind = UNKNOWN if is_missing(statistic) else _kind([statistic])
    return Column(kind, None if missing_values is None else np.nan, is_missing(missing_values))


def _kind(values: Iterable[Any]) -> str:
    kinds = set(map(_kind_of, values))
    return kinds.pop() if len(kinds) == 1 else UNKNOWN


def _kind_of(value: Any) -> str:
    if isinstance(value, str):
        return TEXT
    if isinstance(value, (bool, np.bool_)):
        return BOOLEAN
    return NUMBER if isinstance(value, numbers.Number) else UNKNOWN


def merged(one: Column, other: Column) -> Column:
    """What a column holds that two parts of a model take: text if one of them knows text, and what is known at all."""
    first, second = sorted((one, other), key=lambda column: _CERTAINTY.index(column.kind))
    if second.kind == UNKNOWN:
        return first
    return first._replace(takes_missing=first.takes_missing and second.takes_missing)
