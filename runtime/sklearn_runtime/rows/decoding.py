"""The rows of a request: one row or many, by position or with column names, ready for a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional, Sequence, Tuple, Union

import numpy as np

from sklearn_runtime.codecs.arrow import decode_arrow_file_rows, decode_arrow_stream_rows, decode_parquet_rows
from sklearn_runtime.codecs.csv_text import decode_csv_rows
from sklearn_runtime.codecs.json_text import decode_json_rows
from sklearn_runtime.codecs.jsonlines import decode_jsonlines_rows
from sklearn_runtime.codecs.npy import decode_npy
from sklearn_runtime.codecs.npz import decode_npz
from sklearn_runtime.content_types import (
    ARROW_FILE,
    ARROW_STREAM,
    CSV,
    JSON,
    JSON_LINES,
    NPY,
    NPZ,
    PARQUET,
    request_type,
)
from sklearn_runtime.errors import InvalidRows, MalformedBody, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from typing_extensions import Self

    _Base = np.ndarray[Any, np.dtype[Any]]
else:
    _Base = np.ndarray

__all__ = ["NamedRows", "decode_rows"]

_TEXT_TYPES = (JSON, JSON_LINES, CSV)
_COLUMN_DECODERS = {
    PARQUET: decode_parquet_rows,
    ARROW_STREAM: decode_arrow_stream_rows,
    ARROW_FILE: decode_arrow_file_rows,
}


class NamedRows(_Base):
    """Rows whose columns came with names, for example from the header of a CSV.

    An ndarray in every other respect, so that it passes through any hook; what is computed from it has no names.

    Attributes
    ----------
    columns : tuple of str, or None
    """

    columns: Optional[Tuple[str, ...]]

    def __new__(cls, rows: "NDArray[Any]", columns: Sequence[str]) -> "Self":
        named = np.asarray(rows).view(cls)
        named.columns = tuple(columns)
        return named

    def __array_finalize__(self, source: Any) -> None:
        self.columns = None


def decode_rows(
    body: Union[bytes, bytearray, str],
    content_type: Optional[str] = None,
    float32: bool = False,
    text: bool = False,
) -> Any:
    """Read the rows of a request.

    Parameters
    ----------
    body : bytes or str
    content_type : str, optional
        See `content_types.request_type`. ``text/csv; header=present`` and ``header=absent`` (RFC 4180) say whether the
        first line is a header.
    float32 : bool
        Cast JSON, JSON lines and CSV to float32, as the AWS image's own server does.
    text : bool
        Whether the model has columns of text: cells of JSON, JSON lines and CSV are then given as they were sent, even
        where all are numbers (a category "007" is not 7).

    Returns
    -------
    ndarray of shape (rows, columns)
        float64; NPY keeps the dtype that was sent. Where the request holds text, or with `text`: of dtype object, each
        cell a str, float, bool or None (missing). `NamedRows` where the columns have names. From npz a
        scipy.sparse.csr_matrix.

    Raises
    ------
    RequestError
        415, or 400 with row and column.

    Example
    -------
    >>> decode_rows(b"1,2,3", "text/csv")
    array([[1., 2., 3.]])
    """
    data = body.encode("utf-8") if isinstance(body, str) else body
    media = request_type(content_type, data)
    columns = None
    if media.name == NPY:
        rows = _npy_rows(decode_npy(data))
    elif media.name == CSV:
        header = {"present": True, "absent": False}.get(media.parameters.get("header", "").lower())
        rows, columns = decode_csv_rows(data, media.charset, header, text=text)
    elif media.name == NPZ:
        rows = decode_npz(data)
    elif media.name in _COLUMN_DECODERS:
        rows, columns = _COLUMN_DECODERS[media.name](data)
    elif media.name == JSON_LINES:
        rows, columns = decode_jsonlines_rows(data, media.charset, text=text)
    else:
        rows, columns = decode_json_rows(data, media.charset, text=text)
    # The size of a sparse matrix would be its entries.
    if 0 in rows.shape:
        raise InvalidRows(f"the body holds no values: it has {rows.shape[0]} rows of {rows.shape[1]} columns")
    if float32 and media.name in _TEXT_TYPES and rows.dtype != object:
        rows = rows.astype(np.float32)
    return rows if columns is None else NamedRows(rows, columns)


def _npy_rows(array: "NDArray[Any]") -> "NDArray[Any]":
    if array.ndim == 1:
        array = array.reshape(1, -1)
    if array.ndim != 2:
        raise InvalidRows(
            f"the array has shape {shown(array.shape)}: send rows, an array of 2 dimensions, or one row of 1 dimension"
        )
    if array.dtype.kind in "SU":
        try:
            return array.astype(str).astype(object)
        except (ValueError, SystemError):  # NumPy raises SystemError for a code point that Unicode does not have
            raise MalformedBody(
                f"the array of dtype {array.dtype} holds bytes that are not text: send numbers"
            ) from None
    if array.dtype.kind in "mM":
        raise InvalidRows(f"the array has dtype {array.dtype}, a model takes numbers: send for example float64")
    return array
