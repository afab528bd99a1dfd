"""Media types of requests, as API Gateway treats them: text by its template, bytes as they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

JSON = "application/json"


def is_text(media_type: str) -> bool:
    """Say whether a type is text.

    Example
    -------
    >>> [is_text(name) for name in ("text/csv", "application/jsonlines", "application/x-npy")]
    [True, True, False]
    """
    return media_type.startswith("text/") or "json" in media_type


def content_type_problems(media_types: Sequence[str]) -> Iterator[str]:
    """Say which of the types that were given are none."""
    if isinstance(media_types, str) or not media_types:
        yield f"content_types is {media_types!r}; give a list of media types, such as ['application/json', 'text/csv']"
        return
    for media_type in media_types:
        if not re.fullmatch(r"[a-z]+/[a-z0-9][a-z0-9.+-]*", media_type):
            yield (
                f"content_types has {media_type!r}, which is no media type; give one in lower case and without "
                "parameters, such as 'text/csv' or 'application/x-npy'"
            )


def templates(media_types: Sequence[str]) -> dict[str, str]:
    """Return what passes each type of text on: the body as it came, for no number is to change on its way."""
    return {media_type: "$input.body" for media_type in media_types if is_text(media_type)}


def binary_media_types(media_types: Sequence[str]) -> list[str]:
    """Return the types that are bytes: no template is there for them, since it would make them text."""
    return [media_type for media_type in media_types if not is_text(media_type)]
