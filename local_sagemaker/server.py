"""The HTTP server of the local cloud: HTTP/1.1 with connections kept alive, a thread each, on the loopback only.

It is a proxy, too, for clients that ask STS at its own address: see `sagemaker_sdk`.
"""

from __future__ import annotations

import errno
import logging
import socket
import ssl
import tempfile
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, BinaryIO

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import ThreadedWSGIServer

from local_sagemaker.sagemaker_sdk import certificate, tunnels
from local_sagemaker.sagemaker_sdk.client_files import CacheFolderError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Bodies up to here stay in memory: CloudFormation templates and invocations do, model archives do not.
_SPOOL_BYTES = 16 * 1024 * 1024
_COPY_BYTES = 1024 * 1024
# Connections that wait to be accepted.
_BACKLOG = 256
_HANDSHAKE_SECONDS = 10.0

logger = logging.getLogger(__name__)


class PortUnavailableError(Exception):
    """The server cannot listen on the port: mostly, because another program does."""

    def __init__(self, port: int, error: OSError) -> None:
        if error.errno == errno.EADDRINUSE:
            reason = "is in use: stop the program that listens on it, or choose another with --port"
        else:
            reason = f"cannot be listened on ({error.strerror}): choose another with --port"
        super().__init__(f"port {port} {reason} (--port 0 takes any free one)")


class KeepAliveHandler(MotoRequestHandler):
    """Answers one request after the other on a connection.

    werkzeug's own handler closes the connection after each, because it does not know where a body ends. This one
    reads the body before it calls the application, and says how long the answer is.
    """

    protocol_version = "HTTP/1.1"
    # Headers and body are two writes: without this, the second waits for the client's delayed acknowledgement.
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024
    server: _Server

    def run_wsgi(self) -> None:
        """Answer one request."""
        if self.headers.get("Expect", "").strip().lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
            self.wfile.flush()
        self.environ = self.make_environ()
        if isinstance(self.connection, ssl.SSLSocket):
            self.environ["wsgi.url_scheme"] = "https"
        self._head_sent = False
        with tempfile.SpooledTemporaryFile(_SPOOL_BYTES) as body:
            if not self._read_body(body):
                self.close_connection = True
                return
            body.seek(0)
            self.environ["wsgi.input"] = body
            self._answer()
        # An application may have limited the time of its answer; the next request may be as long in coming as it likes.
        self.connection.settimeout(None)

    def do_CONNECT(self) -> None:  # noqa: N802 - the method of HTTP
        """Be the proxy to a host: STS is the local cloud itself, any other is passed on to."""
        self.close_connection = True
        self._head_sent = False
        try:
            sts = certificate.is_sts(self.path.rpartition(":")[0])
            opened = certificate.server_context() if sts else tunnels.connect(self.path, self.server.port)
        except (OSError, ValueError, CacheFolderError) as error:
            logger.warning("CONNECT %s failed: %s", self.path, error)
            reason = f"{self.path} cannot be reached: {error}\n".encode()
            self._send(["502 Bad Gateway", [("Content-Length", str(len(reason)))]], [reason])
            return
        # From here on, what is written belongs to the tunnel: a failure is told in the log alone.
        try:
            if isinstance(opened, ssl.SSLContext):
                self._established()
                self._answer_secured(opened)
            else:
                with opened, self.server.open_connection(opened):
                    self._established()
                    tunnels.relay(self.connection, opened)
        except OSError as error:
            logger.warning("CONNECT %s broke off: %s", self.path, error)

    def finish(self) -> None:
        """Close the connection's two files; the client may have closed the connection before."""
        with suppress(OSError):
            self.wfile.close()
        self.rfile.close()

    def _established(self) -> None:
        self.send_response_only(200, "Connection established")
        self.end_headers()
        self.wfile.flush()

    def _answer_secured(self, context: ssl.SSLContext) -> None:
        self.connection.settimeout(_HANDSHAKE_SECONDS)
        try:
            secured = context.wrap_socket(self.connection, server_side=True)
        except OSError as error:
            logger.warning(
                "a client broke off TLS with STS (%s): it is to trust what `env --sagemaker-sdk` says", error
            )
            return
        # It has taken the place of the plain connection, which is closed by now.
        with secured, self.server.open_connection(secured):
            secured.settimeout(None)
            KeepAliveHandler(secured, self.client_address, self.server)

    def _read_body(self, body: BinaryIO | Any) -> bool:
        """Copy the request's body, and say whether it came whole."""
        source = self.environ["wsgi.input"]
        if self.environ.get("wsgi.input_terminated"):
            while chunk := source.read(_COPY_BYTES):
                body.write(chunk)
            self.environ["CONTENT_LENGTH"] = str(body.tell())
            return True
        missing = int(self.environ.get("CONTENT_LENGTH") or 0)
        while missing and (chunk := source.read(min(missing, _COPY_BYTES))):
            body.write(chunk)
            missing -= len(chunk)
        return missing == 0

    def _answer(self) -> None:
        head: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            del exc_info
            head[:] = [status, headers]
            return None

        chunks: Iterable[bytes] = ()
        try:
            chunks = self.server.app(self.environ, start_response)
            self._send(head, chunks)
        except ConnectionError:
            raise
        except Exception:
            logger.exception("%s %s failed", self.command, self.path)
            # Part of an answer may be out already: only the end of the connection is clear to the client.
            self.close_connection = True
            if not self._head_sent:
                self._send_head("500 Internal Server Error", [("Content-Length", "0"), ("Connection", "close")])
        finally:
            close = getattr(chunks, "close", None)
            if close:
                close()

    def _send(self, head: list[Any], chunks: Iterable[bytes]) -> None:
        chunked = False
        for chunk in chunks:
            if not self._head_sent:
                chunked = self._send_head(*head)
            if chunk and self.command != "HEAD":
                # An answer of unknown length is a stream: its reader waits for each part.
                self._write(b"%x\r\n%s\r\n" % (len(chunk), chunk) if chunked else chunk, flush=chunked)
        if not self._head_sent:
            chunked = self._send_head(*head)
        self._write(b"0\r\n\r\n" if chunked and self.command != "HEAD" else b"", flush=True)

    def _write(self, data: bytes, *, flush: bool) -> None:
        try:
            self.wfile.write(data)
            if flush:
                self.wfile.flush()
        except TimeoutError as error:
            raise ConnectionAbortedError("the client took nothing for as long as the answer may take") from error

    def _send_head(self, status: str, headers: list[tuple[str, str]]) -> bool:
        """Send status line and headers, and say whether the body goes in chunks."""
        self._head_sent = True
        code, _, phrase = status.partition(" ")
        self.send_response(int(code), phrase)
        names = {name.lower() for name, _ in headers}
        for name, value in headers:
            self.send_header(name, value)
        bodyless = code.startswith("1") or code in {"204", "304"}
        chunked = "content-length" not in names and not bodyless
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        return chunked

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: a request a line would bury what the user needs to see."""


class _Server(ThreadedWSGIServer):
    daemon_threads = True

    def __init__(self, listener: socket.socket, app: Any) -> None:
        host, port = listener.getsockname()[:2]
        self._connections: set[socket.socket] = set()
        super().__init__(host, port, app, handler=KeepAliveHandler, fd=listener.fileno())
        listener.close()

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self._connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    @contextmanager
    def open_connection(self, connection: socket.socket) -> Iterator[None]:
        """Have a connection ended when the server stops."""
        self._connections.add(connection)
        try:
            yield
        finally:
            self._connections.discard(connection)

    def close_connections(self) -> None:
        """End the connections that clients keep open, and with them their threads."""
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class LocalServer:
    """Listens on 127.0.0.1, and on ::1 too where there is one, since some clients try that first for ``localhost``.

    Parameters
    ----------
    app
        The WSGI application.
    port
        The port; 0 for any free one.

    Raises
    ------
    PortUnavailableError
        If another program listens on it, or this one may not.
    """

    def __init__(self, app: Any, port: int) -> None:
        listeners = _listen(port)
        self.port: int = listeners[0].getsockname()[1]
        self._servers = [_Server(listener, app) for listener in listeners]
        self._threads = [
            threading.Thread(target=server.serve_forever, args=(0.05,), name="local-server", daemon=True)
            for server in self._servers
        ]

    @property
    def url(self) -> str:
        """The address that clients use."""
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        """Accept requests from now on."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Accept no more requests, and close what is open."""
        for server, thread in zip(self._servers, self._threads, strict=True):
            server.shutdown()
            thread.join()
            server.close_connections()
            server.server_close()


def _listen(port: int) -> list[socket.socket]:
    listeners: list[socket.socket] = []
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            listeners.append(socket.create_server((host, port), family=family, backlog=_BACKLOG))
        except OSError as error:
            if family == socket.AF_INET6 and error.errno != errno.EADDRINUSE:
                # This machine does without IPv6.
                break
            for listener in listeners:
                listener.close()
            raise PortUnavailableError(port, error) from error
        port = listeners[0].getsockname()[1]
    return listeners
