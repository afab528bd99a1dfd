"""Where the columns of a model stand in a request: by name where both have names, else by place."""

from __future__ import annotations

import collections
from typing import List, Optional, Sequence, Tuple

from sklearn_runtime.errors import InvalidRows, shown
from sklearn_runtime.rows.model_columns import ModelColumns

__all__ = ["column_order"]

NAMES_SHOWN = 10


def column_order(shape: Tuple[int, ...], columns: Optional[Sequence[str]], takes: ModelColumns) -> Optional[List[int]]:
    """Where each column of the fit stands in a request.

    Parameters
    ----------
    shape : tuple
        Of the request: rows, columns.
    columns : sequence of str, or None
        The request's names. Each means the model's column of exactly that name, else the one that differs only in the
        blanks around it.
    takes : ModelColumns

    Returns
    -------
    list of int or None
        In the order of the fit; None where the request has that order.

    Raises
    ------
    InvalidRows
        The number of the columns is not that of the fit, or the names are not; the message names those that are
        missing and those that the model does not know.

    Example
    -------
    >>> column_order((1, 2), ["b", "a"], ModelColumns(names=("a", "b")))
    [1, 0]
    """
    if columns and takes.names:
        order = _places(_matched(columns, takes.names), takes.names)
        return None if order == list(range(shape[1])) else order
    if takes.n_features is not None and shape[1] != takes.n_features:
        raise InvalidRows(_wrong_count(shape, takes))
    if takes.needs_frame and not takes.names:
        lacking = [key for key in takes.columns if isinstance(key, str) and key not in (columns or ())]
        if lacking or not columns:
            raise InvalidRows(f"the model picks columns by name: send names, among them {_listed(lacking)}")
    return None


def _matched(columns: Sequence[str], names: Sequence[str]) -> Sequence[str]:
    """The request's columns by the model's names; what matches none keeps its own."""
    # In time linear in the columns: a request chooses how many there are.
    known, sent = set(names), set(columns)
    if known >= sent:
        return columns
    lacking = {name.strip(): name for name in reversed(names) if name not in sent}
    return [name if name in known else lacking.get(name.strip(), name) for name in columns]


def _places(columns: Sequence[str], names: Sequence[str]) -> List[int]:
    places = {name: place for place, name in enumerate(columns)}
    known = set(names)
    missing = [name for name in names if name not in places]
    unknown = [name for name in columns if name not in known]
    twice = sorted(name for name, count in collections.Counter(columns).items() if count > 1)
    faults = [
        f"{what} {_listed(faulty)}"
        for what, faulty in (("it lacks", missing), ("the model does not know", unknown), ("it repeats", twice))
        if faulty
    ]
    if faults:
        raise InvalidRows(
            f"the header does not name the model's columns: {'; '.join(faults)}. The model was fitted on "
            f"{_listed(names)}, in any order here; for a first line that is no header send text/csv; header=absent",
            column=columns.index(unknown[0]) if unknown else None,
        )
    return [places[name] for name in names]


def _wrong_count(shape: Tuple[int, ...], takes: ModelColumns) -> str:
    fitted = f" ({_listed(takes.names)})" if takes.names else ""
    message = f"the rows have {shape[1]} columns, the model takes {takes.n_features}{fitted}"
    if shape[0] == 1 and takes.n_features == 1:
        message += "; a flat list is one row: send [[1.0], [2.0]] for rows of one value"
    return message


def _listed(names: Sequence[str]) -> str:
    listed = ", ".join(map(shown, names[:NAMES_SHOWN]))
    return listed if len(names) <= NAMES_SHOWN else f"{listed} and {len(names) - NAMES_SHOWN} more"
