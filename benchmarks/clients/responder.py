"""A server that answers InvokeEndpoint with one label at once: what is measured is the client.

`python responder.py` prints its port on 127.0.0.1 and serves until its standard input ends.
"""

import asyncio
import sys

_HEADER = b"{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }"
LABEL = b"\x93NUMPY\x01\x00\x76\x00" + _HEADER.ljust(117) + b"\n" + (1).to_bytes(8, "little")
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/x-npy\r\nx-Amzn-Invoked-Production-Variant: AllTraffic\r\n"
    b"x-amzn-RequestId: 8a2f4d5e-6b0f-4c53-9d0a-5f2f60f3f0f7\r\nContent-Length: %d\r\n\r\n" % len(LABEL)
) + LABEL


class Responder(asyncio.Protocol):
    """One connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._data = b""

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        self._data += data
        while (end := self._data.find(b"\r\n\r\n")) >= 0:
            head = self._data[:end].lower()
            size = int(head[head.index(b"content-length:") + 15 :].split(b"\r\n", 1)[0])
            if len(self._data) < end + 4 + size:
                return
            self._data = self._data[end + 4 + size :]
            self._transport.write(ANSWER)


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Responder, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve())
