"""Containers that AWS's own start-up code starts, on this machine's ports and folders."""

import json
import shutil
import signal
import socket
import subprocess
import tarfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from tests.aws_image.cloud_assembly import ServedModel
from tests.aws_image.environment import container

START = "from sagemaker_containers import _env, _server; _server.start(_env.ServingEnv().framework_module)"
WAIT_SECONDS = 120


class Container:
    """A running container: the image's start-up code and what it started."""

    def __init__(self, process: subprocess.Popen[str], port: int, started: float) -> None:
        self.process = process
        self.address = f"http://127.0.0.1:{port}"
        self.lines: list[str] = []
        self.ready_seconds = 0.0
        self._started = started
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._changed:
                self.lines.append(line)
                self._changed.notify_all()
        self.process.stdout.close()
        with self._changed:
            self.lines.append("end")
            self._changed.notify_all()

    def wait_for(self, text: str) -> str:
        """The first line of the log that holds the text."""

        def found() -> bool:
            return any(text in line for line in self.lines) or self.lines[-1:] == ["end"]

        with self._changed:
            assert self._changed.wait_for(found, WAIT_SECONDS), self.lines
        assert any(text in line for line in self.lines), "".join(self.lines)
        return next(line for line in self.lines if text in line)

    def ready(self) -> None:
        assert self.get("/ping") == 200
        self.ready_seconds = time.monotonic() - self._started

    def get(self, path: str) -> int:
        with urllib.request.urlopen(self.address + path, timeout=WAIT_SECONDS) as response:
            return int(response.status)

    def invoke(self, body: bytes, content_type: str, accept: str) -> bytes:
        request = urllib.request.Request(
            f"{self.address}/invocations", body, {"Content-Type": content_type, "Accept": accept}
        )
        with urllib.request.urlopen(request, timeout=WAIT_SECONDS) as response:
            return bytes(response.read())

    def predict(self, rows) -> np.ndarray:
        return np.array(
            json.loads(self.invoke(json.dumps(rows.tolist()).encode(), "application/json", "application/json"))
        )

    def terminate(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(WAIT_SECONDS)
        self._reader.join(WAIT_SECONDS)
        return status


@contextmanager
def running(model: ServedModel, folder: Path, gunicorn: str, **variables: str) -> Iterator[Container]:
    """Start a container.

    To what the template says comes only where this machine differs from a real one: another place for /opt/ml, a free
    port, and ``variables``.
    """
    base = folder / "ml"
    (base / "model").mkdir(parents=True)
    with tarfile.open(model.objects[model.model_data_url]) as archive:
        archive.extractall(base / "model", filter="data")
    bin_directory = container(folder / "python", gunicorn)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **{name: value.replace("/opt/ml", str(base)) for name, value in model.environment.items()},
        "SAGEMAKER_BASE_DIR": str(base),
        "SAGEMAKER_BIND_TO_PORT": str(port),
        "PATH": f"{bin_directory}:/usr/bin:/bin",
        "HOME": str(folder),
        **variables,
    }
    process = subprocess.Popen(
        [bin_directory / "python", "-W", "ignore", "-c", START],
        env=environment,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    started = Container(process, port, time.monotonic())
    try:
        yield started
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(WAIT_SECONDS)
            finally:
                process.kill()
        shutil.rmtree(folder / "python")
