"""Reads the rows of a request as the model wants them read: text as sent, a header told from a row, texts one a row."""

from __future__ import annotations

import contextlib
import csv
import io
from typing import Any, List, Optional, Sequence, Tuple, Union

import numpy as np

from sklearn_runtime.codecs.cells import parse_number
from sklearn_runtime.content_types import CSV, MediaType, request_type
from sklearn_runtime.rows.column_kinds import UNKNOWN
from sklearn_runtime.rows.decoding import decode_rows
from sklearn_runtime.rows.model_columns import ModelColumns, model_columns
from sklearn_runtime.rows.typed_columns import typed_column

__all__ = ["read_rows"]

HEADER_BYTES = 1 << 16
"""How much of a CSV is looked at for its header."""


def read_rows(
    body: Union[bytes, bytearray, str], content_type: Optional[str], model: Any, float32: bool = False
) -> Any:
    """The rows of a request, see `decoding.decode_rows`.

    Parameters
    ----------
    body : bytes or str
    content_type : str, optional
    model : object
        What ``model_fn`` returned. Where it takes one text a row, a list of texts is one row each.
    float32 : bool
        Cast the numbers of text formats to float32.

    Raises
    ------
    RequestError
        415, or 400 with row and column.

    Example
    -------
    >>> from sklearn.feature_extraction.text import HashingVectorizer
    >>> read_rows(b'["one text", "another"]', "application/json", HashingVectorizer()).tolist()
    [['one text'], ['another']]
    """
    takes = model_columns(model)
    if not takes.may_hold_text:
        return decode_rows(body, content_type, float32)
    data = body.encode("utf-8") if isinstance(body, str) else body
    media = request_type(content_type, data)
    if media.name == CSV and "header" not in media.parameters:
        content_type = f"{content_type}; header={'present' if _has_header(data, media, takes) else 'absent'}"
    rows = decode_rows(data, content_type, float32, text=takes.has_text)
    if takes.documents and media.name != CSV and type(rows) is np.ndarray and len(rows) == 1:
        return rows.reshape(-1, 1)
    return rows


def _has_header(data: Union[bytes, bytearray], media: MediaType, takes: ModelColumns) -> bool:
    first, second = _first_lines(data, media)
    cells = [cell.strip() for cell in first]
    names = {name.strip() for name in takes.names or ()}
    if names and names == set(cells):
        return True
    if not any(cells) or any(parse_number(cell) is not None for cell in cells):
        return False
    if takes.records or (takes.needs_frame and not names) or names.intersection(cells):
        return True
    columns = [takes.column(place) for place in range(len(cells))]
    if any(cell and typed_column([cell], column)[1] is not None for cell, column in zip(cells, columns)):
        return True
    # A line of text before a line with numbers is a header; between lines of text it would be a guess.
    return any(column.kind == UNKNOWN for column in columns) and any(parse_number(cell) is not None for cell in second)


def _first_lines(data: Union[bytes, bytearray], media: MediaType) -> Tuple[Sequence[str], Sequence[str]]:
    charset = "latin-1" if media.charset == "iso-8859-1" else "utf-8-sig"
    reader = csv.reader(io.StringIO(data[:HEADER_BYTES].decode(charset, "ignore"), newline=""))
    lines: List[List[str]] = [[], []]
    with contextlib.suppress(csv.Error):  # the decoder says what is wrong
        for place in range(2):
            lines[place] = next(reader, [])
    return lines[0], lines[1]
