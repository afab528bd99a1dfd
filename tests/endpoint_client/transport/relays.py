"""What may stand between client and endpoint: TLS, and proxies."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
import threading
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.endpoint_client.transport.faulty_network import read_message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@contextlib.contextmanager
def serving(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """Accept connections, each served in a thread; give the port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def guarded(client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            serve(client)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=guarded, args=(listener.accept()[0],), daemon=True).start()

    thread = threading.Thread(target=accept)
    thread.start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


@contextlib.contextmanager
def tls(certificate: Path, upstream: int) -> Iterator[int]:
    """End TLS before the endpoint at this port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def serve(client: socket.socket) -> None:
        with context.wrap_socket(client, server_side=True) as secure:
            relay(secure, upstream)

    with serving(serve) as port:
        yield port


@contextlib.contextmanager
def proxy(asked: list[bytes]) -> Iterator[int]:
    """Serve as a proxy; keep the heads of what it is asked for."""

    def serve(client: socket.socket) -> None:
        while request := read_message(client):
            head = request.partition(b"\r\n\r\n")[0]
            asked.append(head)
            verb, target, _ = head.split(b"\r\n")[0].split(b" ")
            if verb == b"CONNECT":
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                tunnel(client, int(target.rpartition(b":")[2]))
                return
            address, _, path = target.removeprefix(b"http://").partition(b"/")
            with socket.create_connection(("127.0.0.1", int(address.rpartition(b":")[2]))) as server:
                server.sendall(request.replace(target, b"/" + path, 1))
                client.sendall(read_message(server))

    with serving(serve) as port:
        yield port


def relay(client: socket.socket, upstream: int) -> None:
    """Pass requests and answers on."""
    while request := read_message(client):
        with socket.create_connection(("127.0.0.1", upstream)) as server:
            server.sendall(request)
            client.sendall(read_message(server))


@contextlib.contextmanager
def garbled(upstream: int, behind: int) -> Iterator[int]:
    """Change one bit of what comes back by the first connection, after this many bytes."""
    connections = iter((behind,))

    def serve(client: socket.socket) -> None:
        tunnel(client, upstream, garbled_behind=next(connections, None))

    with serving(serve) as port:
        yield port


def tunnel(client: socket.socket, upstream: int, *, garbled_behind: int | None = None) -> None:
    """Pass bytes on, both ways, until one side ends."""
    with socket.create_connection(("127.0.0.1", upstream)) as server:
        back = threading.Thread(target=_copy, args=(server, client, garbled_behind), daemon=True)
        back.start()
        _copy(client, server)
        back.join()


def _copy(source: socket.socket, target: socket.socket, garbled_behind: int | None = None) -> None:
    copied = 0
    with contextlib.suppress(OSError):
        while data := bytearray(source.recv(65536)):
            if garbled_behind is not None and copied <= garbled_behind < copied + len(data):
                data[garbled_behind - copied] ^= 1
            target.sendall(data)
            copied += len(data)
        target.shutdown(socket.SHUT_WR)


def make_certificate(path: Path) -> None:
    """Write a key and a certificate of 127.0.0.1 that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "endpoint")])
    now = dt.datetime.now(dt.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
