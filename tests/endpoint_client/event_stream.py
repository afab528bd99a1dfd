"""AWS's event stream, as InvokeEndpointWithResponseStream answers; botocore can only read it."""

import struct
import zlib


def event_stream(body: bytes, size: int = 100) -> bytes:
    """Give a body as PayloadPart events of this many bytes."""
    return b"".join(part(body[start : start + size]) for start in range(0, len(body), size))


def part(payload: bytes) -> bytes:
    return message({":message-type": "event", ":event-type": "PayloadPart"}, payload)


def exception(kind: str, body: bytes) -> bytes:
    """Give the event that ends a stream with an error of this kind, such as ``"ModelStreamError"``."""
    headers = {":message-type": "exception", ":exception-type": kind, ":content-type": "application/json"}
    return message(headers, body)


def message(headers: dict[str, str], payload: bytes) -> bytes:
    """Encode a message: lengths and their CRC, headers, payload, CRC of it all."""
    head = b"".join(
        struct.pack(f">B{len(name)}sBH{len(value)}s", len(name), name.encode(), 7, len(value), value.encode())
        for name, value in headers.items()
    )
    prelude = struct.pack(">II", len(head) + len(payload) + 16, len(head))
    whole = prelude + struct.pack(">I", zlib.crc32(prelude)) + head + payload
    return whole + struct.pack(">I", zlib.crc32(whole))
