"""The shapes in which clients write a table as JSON: plain rows, ``instances``, records, and pandas' ``split``."""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Optional, Tuple

from sklearn_runtime.errors import InvalidRows, shown

__all__ = ["FORMS", "table"]

FORMS = (
    '[[1.0, 2.0]], {"instances": [[1.0, 2.0]]}, {"columns": ["a", "b"], "data": [[1.0, 2.0]]} or [{"a": 1.0, "b": 2.0}]'
)
"""What a message shows as allowed."""

_SPLIT_KEYS = {"columns", "data", "index"}


def table(data: Any) -> "Tuple[List[Any], Optional[Tuple[str, ...]]]":
    """The rows of a decoded JSON body, and the names of their columns where it has them.

    Parameters
    ----------
    data
        A list of rows; one flat list; a list of records, all with the same keys; an object with ``instances``, which is
        one of these; an object with ``columns`` and ``data``, as ``DataFrame.to_json(orient="split")`` writes it.

    Raises
    ------
    InvalidRows
        Any other object or value; records of different keys, with row.

    Example
    -------
    >>> table([{"a": 1, "b": 2}, {"b": 4, "a": 3}])
    ([[1, 2], [3, 4]], ('a', 'b'))
    """
    if isinstance(data, dict) and set(data) == {"instances"}:
        data = data["instances"]
    if isinstance(data, dict) and {"columns", "data"} <= set(data) <= _SPLIT_KEYS:
        return _split(data)
    if not isinstance(data, list):
        found = f"an object with the keys {_keys(data)}" if isinstance(data, dict) else shown(data)
        raise InvalidRows(f"the body is {found}, not rows: send {FORMS}")
    if data and all(isinstance(row, dict) for row in data):
        return _records(data)
    if data and not any(isinstance(row, list) for row in data):
        return [data], None
    return data, None


def _split(data: Dict[str, Any]) -> "Tuple[List[Any], Tuple[str, ...]]":
    columns, rows = data["columns"], data["data"]
    if not isinstance(columns, list) or not all(isinstance(name, (str, float)) for name in columns):
        raise InvalidRows(f"columns is {shown(columns)}: send a list of names")
    if not isinstance(rows, list):
        raise InvalidRows(f"data is {shown(rows)}: send a list of rows")
    for index, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != len(columns):
            wanted = f"a list of {len(columns)} values, as columns has"
            raise InvalidRows(f"row {index} is {shown(row)}: send {wanted}", index)
    # pandas writes numbers for the names of a frame without names; they are no names to a model either.
    named = all(isinstance(name, str) for name in columns)
    return rows, tuple(columns) if named else ()


def _records(records: List[Dict[str, Any]]) -> "Tuple[List[Any], Tuple[str, ...]]":
    columns = tuple(records[0])
    for index, record in enumerate(records):
        if record.keys() != records[0].keys():
            differing = _keys(record.keys() ^ records[0].keys())
            raise InvalidRows(
                f"row {index} has other columns than row 0: {differing} is in one of them only; send null for what is "
                "missing",
                index,
            )
    return [[record[name] for name in columns] for record in records], columns


def _keys(keys: Iterable[str]) -> str:
    return ", ".join(map(shown, sorted(keys)[:5]))
