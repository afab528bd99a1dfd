"""The messages of AWS's event stream that InvokeEndpointWithResponseStream answers with.

Encoding: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html (the same for every service).
Events: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_ResponseStream.html.
"""

from __future__ import annotations

import json
import struct
import zlib

_STRING = 7


def payload_part(payload: bytes) -> bytes:
    """Encode a PayloadPart: a part of the response."""
    return _message(
        {":message-type": "event", ":event-type": "PayloadPart", ":content-type": "application/octet-stream"}, payload
    )


def model_stream_error(code: str, message: str) -> bytes:
    """Encode a ModelStreamError, which is the last message of its stream.

    Parameters
    ----------
    code
        ``ModelInvocationTimeExceeded`` or ``StreamBroken``.
    message
        Text.
    """
    headers = {
        ":message-type": "exception",
        ":exception-type": "ModelStreamError",
        ":content-type": "application/json",
    }
    return _message(headers, json.dumps({"Message": message, "ErrorCode": code}).encode())


def _message(headers: dict[str, str], payload: bytes) -> bytes:
    """Give total length, header length and their CRC, headers, payload, and the CRC of it all."""
    head = b"".join(_header(name, value) for name, value in headers.items())
    prelude = struct.pack(">II", len(head) + len(payload) + 16, len(head))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + head + payload
    return message + struct.pack(">I", zlib.crc32(message))


def _header(name: str, value: str) -> bytes:
    return struct.pack(f">B{len(name)}sBH{len(value)}s", len(name), name.encode(), _STRING, len(value), value.encode())
