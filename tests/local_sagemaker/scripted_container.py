"""A model server that does what a test tells it: it speaks the command line of `sklearn_runtime.server`.

It travels in an archive as ``code/sklearn_runtime/server.py``. ``CONTAINER`` in its environment says how it starts,
the first word of an invocation's body what it answers.
"""

import argparse
import json
import os
import signal
import socketserver
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

BASE = Path(os.environ["SAGEMAKER_BASE_DIR"])


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.answer(200 if os.environ.get("CONTAINER") != "unhealthy" else 500, b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        word, _, rest = body.decode("latin-1").partition(" ")
        if word == "die":
            os._exit(7)
        elif word == "sleep":
            time.sleep(float(rest))
            self.answer(200, b"slept")
        elif word == "hold":
            # The test decides when this invocation may end.
            Path(rest + ".begun").touch()
            while not Path(rest).exists():
                time.sleep(0.005)
            self.answer(200, self.name())
        elif word == "status":
            self.answer(int(rest), b"as you wish")
        elif word == "headers":
            self.answer(200, json.dumps({key.lower(): value for key, value in self.headers.items()}).encode())
        elif word == "environment":
            self.answer(200, json.dumps({**os.environ, "pid": os.getpid(), "cwd": str(Path.cwd())}).encode())
        elif word in {"parts", "listen", "cut", "short", "flow", "hush"}:
            self.stream(word, rest)
        elif word == "plain":
            self.answer(200, b"", **{"X-Amzn-SageMaker-Custom-Attributes": "seen"})
        else:
            self.answer(500 if self.name() == b"sick" else 200, self.name())

    def stream(self, word: str, rest: str) -> None:
        """Answer in parts, as the word says: the last of the rest is a file that the test makes, or looks for."""
        file = rest.rpartition(" ")[2]
        if word == "hush":
            # The test goes away before it has seen anything.
            Path(file + ".begun").touch()
            self.listen(file)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header(*(("Content-Length", "9") if word == "short" else ("Transfer-Encoding", "chunked")))
        self.end_headers()
        if word == "short":
            self.wfile.write(b"half")
        elif word == "flow":
            self.flow(int(rest.split(maxsplit=1)[0]), file)
        elif rest != "at once":
            self.chunk(b"first")
        if word == "parts":
            while not Path(file).exists():
                time.sleep(0.005)
            self.chunk(b"second")
        if word in {"parts", "flow"}:
            self.chunk(b"")
        if word == "listen":
            self.listen(file)
        self.close_connection = True

    def flow(self, mebibytes: int, file: str) -> None:
        part = bytes(range(256)) * 256
        try:
            for _ in range(mebibytes * 16):
                self.chunk(part)
            Path(file).touch()
        except OSError:
            Path(file + ".gone").touch()

    def listen(self, file: str) -> None:
        self.close_connection = True
        if not self.connection.recv(1):
            Path(file + ".gone").touch()

    def chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    @staticmethod
    def name() -> bytes:
        return (BASE / "model" / "name.txt").read_bytes()

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for key, value in {"Content-Type": "text/plain", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
        print(format % arguments, flush=True)

    def address_string(self) -> str:
        return "unix"


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 128


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bind")
    parser.add_argument("--workers")
    address = parser.parse_args().bind.removeprefix("unix:")
    start = os.environ.get("CONTAINER", "")
    if start == "broken" or (start == "broken once started" and (BASE / "tmp" / "started").exists()):
        print("ModelLoadError: the weights are not there", file=sys.stderr)
        print(file=sys.stderr)
        return 3
    if start == "silent":
        return 4
    if start == "slow":
        signal.sigwait([signal.SIGTERM])
        return 0
    if start == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.pause()
    (BASE / "tmp" / "started").touch()
    server = Server(address, Handler)
    if start != "deaf to SIGTERM":
        signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever(0.01)
    return 0


if __name__ == "__main__":
    sys.exit(main())
