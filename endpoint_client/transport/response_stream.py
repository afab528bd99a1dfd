"""The answer of InvokeEndpointWithResponseStream, piece by piece."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ResponseStreamingError
from urllib3.exceptions import HTTPError

if TYPE_CHECKING:
    from collections.abc import Iterator


class ResponseStream:
    """Bytes that come as the container sends them.

    Parameters
    ----------
    answer : mapping
        What boto3 gave.

    Attributes
    ----------
    content_type : str
    """

    def __init__(self, answer: Any) -> None:
        self._events = answer["Body"]
        self.content_type: str = answer.get("ContentType", "")

    def __iter__(self) -> Iterator[bytes]:
        """Give the pieces.

        Raises
        ------
        ClientError
            The container, or the service, broke the answer off and said so.
        BotoCoreError
            It broke off without a word.
        """
        try:
            for event in self._events:
                # Events of a kind that is not known yet have no bytes.
                yield event.get("PayloadPart", {}).get("Bytes", b"")
        except HTTPError as error:
            # botocore passes on what urllib3 raises here.
            raise ResponseStreamingError(error=error) from error
        finally:
            self._events.close()
