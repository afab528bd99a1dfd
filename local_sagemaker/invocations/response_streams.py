"""The answer of InvokeEndpointWithResponseStream: the model's response as events of AWS's event stream.

The container's response is read to its end first, so the parts come together: our runtime answers in one piece.
Encoding: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html (the same for every service).
"""

from __future__ import annotations

import struct
import zlib

from local_sagemaker.invocations.invocation_errors import Answer

# Bytes of an event's payload; AWS does not say how it cuts a response.
_PART_BYTES = 64 * 1024
_STRING = 7


def streamed(answer: Answer) -> Answer:
    """Give a whole response as an event stream.

    Parameters
    ----------
    answer
        What InvokeEndpoint would have answered.
    """
    body = answer.body
    parts = [body[start : start + _PART_BYTES] for start in range(0, len(body), _PART_BYTES)]
    headers = {name: value for name, value in answer.headers.items() if name != "Content-Type"}
    if "Content-Type" in answer.headers:
        headers["X-Amzn-SageMaker-Content-Type"] = answer.headers["Content-Type"]
    headers["Content-Type"] = "application/vnd.amazon.eventstream"
    return Answer(answer.status, headers, b"".join(encode_part(part) for part in parts))


def encode_part(payload: bytes) -> bytes:
    """Encode one PayloadPart event.

    Parameters
    ----------
    payload
        A part of the response.

    Returns
    -------
    bytes
        Total length, header length and their CRC, headers, payload, CRC of it all.
    """
    headers = b"".join(
        _header(name, value)
        for name, value in (
            (":message-type", "event"),
            (":event-type", "PayloadPart"),
            (":content-type", "application/octet-stream"),
        )
    )
    prelude = struct.pack(">II", len(headers) + len(payload) + 16, len(headers))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + payload
    return message + struct.pack(">I", zlib.crc32(message))


def _header(name: str, value: str) -> bytes:
    return struct.pack(f">B{len(name)}sBH{len(value)}s", len(name), name.encode(), _STRING, len(value), value.encode())
