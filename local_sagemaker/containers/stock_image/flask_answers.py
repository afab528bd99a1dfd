"""What Flask, the web framework of AWS's image, makes of what a hook returns."""

from __future__ import annotations

import json
from typing import Any

from sklearn_runtime.server.http_response import Answer

__all__ = ["answer_of", "typed_answer"]

# https://github.com/pallets/werkzeug/blob/2.0.3/src/werkzeug/utils.py, get_content_type
_WITH_CHARSET = (
    "application/ecmascript",
    "application/javascript",
    "application/sql",
    "application/xml",
    "application/xml-dtd",
    "application/xml-external-parsed-entity",
)


def answer_of(result: Any) -> Answer:
    """Give the answer that a returned value becomes.

    Parameters
    ----------
    result
        A tuple of body and content type, a response of Flask's kind, str or bytes (which become HTML), or a dict
        (which becomes JSON).

    Raises
    ------
    TypeError
        Flask takes no such value.

    Example
    -------
    >>> answer_of(("<a/>", "application/xml"))[:3]
    (200, 'application/xml; charset=utf-8', b'<a/>')
    """
    if isinstance(result, tuple):
        return typed_answer(result[0], result[1])
    if hasattr(result, "get_data") and hasattr(result, "status_code"):
        return Answer(int(result.status_code), str(result.content_type), result.get_data())
    if isinstance(result, (str, bytes, bytearray)):
        return typed_answer(result, "text/html")
    if isinstance(result, dict):
        return typed_answer(json.dumps(result, sort_keys=True, separators=(",", ":")) + "\n", "application/json")
    raise TypeError(
        f"the hook returned a {type(result).__name__}: AWS's image takes a tuple of body and content type, str, bytes, "
        "a dict or a flask.Response"
    )


def typed_answer(body: Any, mimetype: str | None) -> Answer:
    """Give the answer of a body: str, bytes, or an iterable of them.

    Parameters
    ----------
    body
        None is an empty one.
    mimetype
        None is JSON; text gets a charset.
    """
    content_type = "application/json" if mimetype is None else mimetype
    if content_type.startswith("text/") or content_type in _WITH_CHARSET or content_type.endswith("+xml"):
        content_type += "; charset=utf-8"
    pieces = [body] if isinstance(body, (str, bytes, bytearray)) else body or ()
    return Answer(200, content_type, b"".join(map(_encoded, pieces)))


def _encoded(piece: Any) -> bytes:
    return piece.encode("utf-8") if isinstance(piece, str) else piece
