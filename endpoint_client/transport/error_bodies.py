"""Bodies of errors that are not of the service: a proxy's page, a gateway's list."""

from __future__ import annotations

import json
from typing import Any


def make_readable(response_dict: dict[str, Any], **_: Any) -> None:
    """Make of an error's body what botocore's parser reads: an object of JSON, or any text in UTF-8.

    Of another encoding, or of JSON that is no object, the parser itself would fail, with what is no error of botocore.

    Parameters
    ----------
    response_dict : dict
        What botocore parses, with ``status_code`` and ``body``; as a handler of ``before-parse`` gets it.

    Example
    -------
    >>> answer = {"status_code": 403, "body": b'["no"]'}
    >>> make_readable(answer)
    >>> answer["body"]
    b'{"message": "[\\\\"no\\\\"]"}'
    """
    if response_dict["status_code"] < 300:
        return
    text = response_dict["body"].decode("utf-8", "replace")
    response_dict["body"] = text.encode()
    try:
        is_object = isinstance(json.loads(text), dict)
    except ValueError:
        return
    if not is_object:
        response_dict["body"] = json.dumps({"message": text}).encode()
