"""What is remembered of an answer that is passed on in parts: its digest, and all of it where that is asked for."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from local_sagemaker.containers.container_client import ContainerResponse

if TYPE_CHECKING:
    from collections.abc import Mapping


class Transcript:
    """An answer, as it is passed on.

    Parameters
    ----------
    status, headers
        Of the answer; names in lower case.
    most
        Bytes of the body that are kept: a longer one is not kept at all.
    """

    def __init__(self, status: int, headers: Mapping[str, str], most: int) -> None:
        self._status = status
        self._headers = headers
        self._most = most
        self._digest = sha256()
        self._parts: list[bytes] | None = []
        self._kept = 0

    @classmethod
    def of(cls, response: ContainerResponse) -> Transcript:
        """Give that of a whole answer."""
        transcript = cls(response.status, response.headers, len(response.body))
        transcript.add(response.body)
        return transcript

    def add(self, part: bytes) -> None:
        """Take note of the next part."""
        self._digest.update(part)
        if self._parts is not None:
            self._kept += len(part)
            if self._kept > self._most:
                self._parts = None
            else:
                self._parts.append(part)

    @property
    def status(self) -> int:
        """HTTP status."""
        return self._status

    @property
    def response(self) -> ContainerResponse | None:
        """The answer; None where it is too long to be kept."""
        if self._parts is None:
            return None
        return ContainerResponse(self._status, self._headers, b"".join(self._parts))

    def differs_from(self, other: Transcript) -> bool:
        """Say whether status or body are not the same."""
        return (self._status, self._digest.digest()) != (other._status, other._digest.digest())
