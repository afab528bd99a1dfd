"""One request to an endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Invocation(NamedTuple):
    """A body, what it is, and what is wanted for it.

    Attributes
    ----------
    body : bytes
    content_type, accept : str
        What the body is, and what the answer shall be.
    options : mapping of str to str
        Parameters of InvokeEndpoint beside these, for example ``TargetVariant``.
    """

    body: bytes
    content_type: str
    accept: str
    options: Mapping[str, str] = {}
