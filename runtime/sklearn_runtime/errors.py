"""Errors of the runtime: what a request may be refused for, and why a model cannot be loaded.

::

    Exception
    ├── RequestError                    a request that cannot be answered; becomes an HTTP response
    │   ├── BadRequest             400
    │   │   ├── MalformedBody      400  the body is not what its content type says
    │   │   ├── InvalidRows        400  readable, but not the rows of numbers that the model takes
    │   │   ├── MissingValue       400  an empty field, null or NaN, and the model takes none
    │   │   ├── InputRefused       400  scikit-learn raised ValueError; the message is scikit-learn's
    │   │   └── UnknownMethod      400  no such method, or the model does not have it
    │   ├── NotAcceptable          406
    │   ├── PayloadTooLarge        413
    │   └── UnsupportedMediaType   415
    └── ModelLoadError                  the program or the model cannot be loaded; the process ends
"""

# ruff: noqa: N818 - the classes are named as HTTP names the statuses, and a client reads the names.
from __future__ import annotations

import json
import reprlib
from typing import Any, Optional

__all__ = [
    "BadRequest",
    "InputRefused",
    "InvalidRows",
    "MalformedBody",
    "MissingValue",
    "ModelLoadError",
    "NotAcceptable",
    "PayloadTooLarge",
    "RequestError",
    "UnknownMethod",
    "UnsupportedMediaType",
    "error_body",
    "shown",
]

SHOWN_CHARACTERS = 40
"""How much of an offending value a message repeats."""


class RequestError(Exception):
    """A request that is answered with an error status.

    Parameters
    ----------
    message : str
        What was wrong, with the offending value, what is allowed and the remedy.
    row, column : int, optional
        Where it was, counted from 0 as in the array; a CSV header is not counted.

    Attributes
    ----------
    status : int
        HTTP status of the response.
    type : str
        Name of the class, the ``type`` of the error body.
    """

    status = 500

    def __init__(self, message: str, row: Optional[int] = None, column: Optional[int] = None) -> None:
        super().__init__(message)
        self.message = message
        self.row = row
        self.column = column

    @property
    def type(self) -> str:
        return type(self).__name__

    def body(self) -> bytes:
        """The JSON body of the response, see `error_body`."""
        return error_body(self.type, self.message, self.row, self.column)

    def __reduce__(self) -> Any:
        return (type(self), (self.message, self.row, self.column))


class BadRequest(RequestError):
    """The request cannot be answered as it is."""

    status = 400


class MalformedBody(BadRequest):
    """The body is not what its content type says."""


class InvalidRows(BadRequest):
    """The body can be read, but is not the rows of numbers that the model takes."""


class MissingValue(BadRequest):
    """A value is missing, and the model takes no missing values."""


class InputRefused(BadRequest):
    """scikit-learn raised ValueError on the rows; the message is scikit-learn's."""


class UnknownMethod(BadRequest):
    """The method asked for does not exist, or the model does not have it."""


class NotAcceptable(RequestError):
    """The prediction cannot be written in any content type that the client accepts."""

    status = 406


class PayloadTooLarge(RequestError):
    """The body is larger than the server takes."""

    status = 413


class UnsupportedMediaType(RequestError):
    """The content type of the request is not supported."""

    status = 415


class ModelLoadError(Exception):
    """The user's program or the model cannot be loaded; the message is one line, made for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(" ".join(reason.split()))


def error_body(type_name: str, message: str, row: Optional[int] = None, column: Optional[int] = None) -> bytes:
    """The body of every error response.

    Example
    -------
    >>> error_body("MissingValue", "row 0, column 2 is empty", 0, 2)
    b'{"error": {"type": "MissingValue", "message": "row 0, column 2 is empty", "row": 0, "column": 2}}'
    """
    error = {"type": type_name, "message": message, "row": row, "column": column}
    return json.dumps({"error": error}).encode("ascii")


def shown(value: object) -> str:
    """The ``repr`` of an offending value, cut so that a message cannot carry a payload.

    Example
    -------
    >>> shown("abc")
    "'abc'"
    """
    if isinstance(value, (str, bytes)):
        # Only the start is formatted: a cell may be megabytes long.
        return repr(value[:SHOWN_CHARACTERS]) + ("..." if len(value) > SHOWN_CHARACTERS else "")
    # reprlib bounds depth and items: what came in a request may be nested without end.
    text = reprlib.repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "..."
