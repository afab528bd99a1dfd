"""How AWS's image reads and writes bodies: the three formats of `sagemaker_containers._encoders`, and their quirks."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import numpy as np

__all__ = ["CSV", "JSON", "NPY", "TEXT_TYPES", "UnsupportedFormatError", "decode", "encode"]

JSON, CSV, NPY = "application/json", "text/csv", "application/x-npy"

#: A body of exactly one of these types is given to input_fn as str, any other as bytes.
TEXT_TYPES = (JSON, CSV)

_ALL = f"{JSON}, {CSV} or {NPY}, written exactly so"


class UnsupportedFormatError(Exception):
    """A content type that the image does not know."""


def decode(content: Any, content_type: str) -> Any:
    """Give the array that a body holds.

    One row of CSV has 1 dimension. The one thing that the image does and this does not: it unpickles the objects of an
    NPY array, and so runs code that came with a request.

    Parameters
    ----------
    content : str or bytes
        Text for `TEXT_TYPES`.
    content_type : str
        As it was sent: parameters and capitals make it another one.

    Raises
    ------
    UnsupportedFormatError
        Of the type.
    ValueError, csv.Error
        The body is not what the type says.

    Example
    -------
    >>> decode("1,2", "text/csv")
    array([1., 2.])
    """
    if content_type == JSON:
        return np.array(json.loads(content))
    if content_type == CSV:
        return _decode_csv(content)
    if content_type == NPY:
        return np.load(io.BytesIO(content), allow_pickle=False)
    raise UnsupportedFormatError(
        f"AWS's image does not read {content_type!r}: give a Content-Type of {_ALL}, or write an input_fn"
    )


def encode(prediction: Any, content_type: str) -> Any:
    """Write a prediction.

    Parameters
    ----------
    prediction : array_like
        For JSON whatever has ``tolist``, or is made of what JSON knows; for CSV and NPY whatever `numpy.array` takes.
    content_type : str
        An Accept header as it was sent: a list or a ``q=`` make it another one.

    Returns
    -------
    str or bytes
        Objects in NPY are pickled, as the image does.

    Raises
    ------
    UnsupportedFormatError
        Of the type.
    TypeError
        It cannot be written as JSON.

    Example
    -------
    >>> encode(np.array([0, 1]), "text/csv")
    '0\\n1\\n'
    """
    if content_type == JSON:
        return json.dumps(prediction, default=_listed)
    if content_type == CSV:
        return _encode_csv(prediction)
    if content_type == NPY:
        stream = io.BytesIO()
        np.save(stream, prediction)
        return stream.getvalue()
    raise UnsupportedFormatError(
        f"AWS's image does not write {content_type!r}: give an Accept of {_ALL}, or write an output_fn"
    )


def _decode_csv(text: str) -> Any:
    rows = np.array(list(csv.reader(io.StringIO(text), strict=True))).squeeze()
    try:
        return rows.astype(float)
    except ValueError:
        return rows


def _encode_csv(prediction: Any) -> str:
    array = np.array(prediction)
    if array.ndim == 1:
        array = array.reshape(-1, 1)
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n", strict=True).writerows(array)
    return stream.getvalue()


def _listed(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    return json.JSONEncoder().default(value)
