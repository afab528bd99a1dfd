"""The columns of an Arrow table as rows: one array of numbers where all are, else an array of cells."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from sklearn_runtime.errors import InvalidRows, MalformedBody, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Column", "feature_columns", "table_rows"]

_DTYPES: Dict[str, Any] = {
    "halffloat": np.float16,
    "float": np.float32,
    "double": np.float64,
    **{f"{sign}int{bits}": np.dtype(f"{sign}int{bits}") for sign in ("", "u") for bits in (8, 16, 32, 64)},
}
"""NumPy's dtypes for Arrow's types of numbers."""

_TEXT = ("string", "large_string", "string_view")
_INDEX_NAME = re.compile(r"__index_level_\d+__")
_EXTENSION = b"ARROW:extension:name"


class Column(NamedTuple):
    """A column that a model can take.

    Attributes
    ----------
    place : int
        Its place in the table.
    name : str
    kind : str
        ``number``, ``boolean``, ``decimal``, ``missing`` (null only) or ``text``.
    """

    place: int
    name: str
    kind: str


def feature_columns(pyarrow: Any, schema: Any) -> "Tuple[List[Column], Optional[Tuple[str, ...]]]":
    """The columns of a table that are features, and their names.

    Parameters
    ----------
    pyarrow : module
    schema : pyarrow.Schema

    Returns
    -------
    columns : list of Column
        All but those that pandas wrote for the index of a data frame.
    names : tuple of str, or None
        None where pandas numbered the columns.

    Raises
    ------
    InvalidRows
        A column holds neither numbers nor text; with column.
    """
    frame = _pandas_metadata(schema)
    index = {name for name in frame.get("index_columns", ()) if isinstance(name, str)}
    columns = [
        Column(place, field.name, _kind(pyarrow, field, place))
        for place, field in enumerate(schema)
        if field.name not in index and not _INDEX_NAME.fullmatch(field.name)
    ]
    return columns, None if _is_numbered(frame) else tuple(column.name for column in columns)


def _pandas_metadata(schema: Any) -> Dict[str, Any]:
    """What pandas wrote of its data frame, as JSON; nothing else in it is used."""
    try:
        frame = json.loads((schema.metadata or {}).get(b"pandas", b"{}").decode("utf-8"))
    except (ValueError, RecursionError):
        return {}
    return frame if isinstance(frame, dict) else {}


def _is_numbered(frame: Dict[str, Any]) -> bool:
    levels = frame.get("column_indexes")
    first = levels[0] if isinstance(levels, list) and levels else None
    return isinstance(first, dict) and str(first.get("pandas_type", "")).startswith(("int", "uint"))


def _kind(pyarrow: Any, field: Any, place: int) -> str:
    holds, types = field.type, pyarrow.types
    if isinstance(holds, pyarrow.BaseExtensionType) or _EXTENSION in (field.metadata or {}):
        raise _refusal(field, place, "an extension type")
    if types.is_dictionary(holds):
        holds = holds.value_type
    if str(holds) in _TEXT:
        return "text"
    if types.is_integer(holds) or types.is_floating(holds):
        return "number"
    if types.is_boolean(holds):
        return "boolean"
    if types.is_decimal(holds):
        return "decimal"
    if types.is_null(holds):
        return "missing"
    raise _refusal(field, place, str(holds), ", as a number or text" if types.is_temporal(holds) else "")


def _refusal(field: Any, place: int, holds: str, remedy: str = "") -> InvalidRows:
    return InvalidRows(
        f"column {place} ({shown(field.name)}) holds {holds[:80]}, a model takes numbers, booleans and text: send it "
        f"otherwise{remedy}, or leave it out",
        column=place,
    )


def table_rows(table: Any, columns: Sequence[Column], text_bytes: int) -> "NDArray[Any]":
    """The rows of a table.

    Parameters
    ----------
    table : pyarrow.Table
        Validated: what it refers to is there, and its text is UTF-8.
    columns : sequence of Column
    text_bytes : int
        Bytes of text that its string views may stand for; other text is bounded by what was sent.

    Returns
    -------
    ndarray of shape (rows, columns)
        float64 where no column is text: booleans as 1 and 0, null as NaN, decimals as the nearest float. Else object:
        str, float, bool, and None for null and NaN.

    Raises
    ------
    MalformedBody
        Views that stand for more text than `text_bytes`.
    """
    shape = (table.num_rows, len(columns))
    if all(column.kind != "text" for column in columns):
        numbers = np.empty(shape, dtype=np.float64)
        for place, column in enumerate(columns):
            numbers[:, place] = _joined(table.column(column.place), column.kind)
        return numbers
    cells = np.empty(shape, dtype=object)
    for place, column in enumerate(columns):
        values = table.column(column.place)
        if column.kind == "text":
            text_bytes -= _view_bytes(values)
            if text_bytes < 0:
                raise MalformedBody("the Arrow stream has views of more text than it may take: send fewer rows at once")
            cells[:, place] = _joined(values, "text")
        elif column.kind == "boolean":
            cells[:, place] = values.to_pylist()
        else:
            floats = _joined(values, column.kind)
            cells[:, place] = floats
            cells[np.isnan(floats), place] = None
    return cells


def _joined(column: Any, kind: str) -> "NDArray[Any]":
    """The values of all chunks; a value of a dictionary becomes one Python object, however often it is used."""
    joined = np.empty(len(column), dtype=object if kind == "text" else np.float64)
    dictionaries: Dict[Any, NDArray[Any]] = {}
    start = 0
    for chunk in column.chunks:
        if hasattr(chunk, "dictionary"):
            # Batches share a dictionary: it is decoded once, not once a batch.
            key = _identity(chunk.dictionary)
            if key not in dictionaries:
                dictionaries = {key: _with_null(_plain(chunk.dictionary, joined.dtype, kind))}
            values = dictionaries[key][_codes(chunk.indices)]
        else:
            values = _plain(chunk, joined.dtype, kind)
        joined[start : start + len(chunk)] = values
        start += len(chunk)
    return joined


def _identity(array: Any) -> Any:
    buffers = [None if buffer is None else buffer.address for buffer in array.buffers()]
    return (*buffers, array.offset, len(array))


def _with_null(values: "NDArray[Any]") -> "NDArray[Any]":
    """The values of a dictionary, and behind them what null is: NaN as a number, None as text."""
    longer = np.empty(len(values) + 1, dtype=values.dtype)
    longer[:-1] = values
    longer[-1] = None
    return longer


def _codes(indices: Any) -> "NDArray[np.int64]":
    codes = _buffer_values(indices).astype(np.int64)
    codes[_is_null(indices)] = -1
    return codes


def _buffer_values(array: Any) -> "NDArray[Any]":
    """Numbers and booleans straight from memory: pyarrow's own way imports pandas, for half a second."""
    if not len(array):
        return np.empty(0, dtype=np.float64)
    end = array.offset + len(array)
    if str(array.type) == "bool":
        return _bits(array.buffers()[1], end)[array.offset :]
    values: NDArray[Any] = np.frombuffer(array.buffers()[1], dtype=_DTYPES[str(array.type)], count=end)
    return values[array.offset :]


def _is_null(array: Any) -> "NDArray[np.bool_]":
    validity = array.buffers()[0]
    if not array.null_count or validity is None:
        return np.zeros(len(array), dtype=bool)
    return np.logical_not(_bits(validity, array.offset + len(array))[array.offset :])


def _bits(buffer: Any, count: int) -> "NDArray[np.uint8]":
    return np.unpackbits(np.frombuffer(buffer, dtype=np.uint8, count=(count + 7) // 8), bitorder="little")[:count]


def _plain(chunk: Any, dtype: Any, kind: str) -> "NDArray[Any]":
    if kind == "missing":
        return np.full(len(chunk), None, dtype=dtype)
    if kind == "decimal":
        # Arrow's own cast of a decimal is not always the nearest float.
        return np.array([None if value is None else float(value) for value in chunk.to_pylist()], dtype=dtype)
    if str(chunk.type) == "string_view":
        return np.array(chunk.to_pylist(), dtype=dtype)
    if kind == "text":
        return np.asarray(chunk.to_numpy(zero_copy_only=False), dtype=object)
    values = _buffer_values(chunk).astype(np.float64)
    values[_is_null(chunk)] = np.nan
    return values


def _view_bytes(column: Any) -> int:
    """Bytes of text that string views stand for: several may be views of the same bytes."""
    total = 0
    for chunk in column.chunks:
        array = chunk.dictionary if hasattr(chunk, "dictionary") else chunk
        if str(array.type) == "string_view" and len(array):
            views = np.frombuffer(array.buffers()[1], dtype=np.int32).reshape(-1, 4)
            lengths = views[array.offset : array.offset + len(array), 0]
            total += int(lengths.clip(min=0).sum(dtype=np.int64))
    return total
