"""One running container of the image, with a model where SageMaker would put it."""

import http.client
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.own_image.tools import run

# Seconds.
START = 60
STOP = 30


class Container:
    """Started as ``<image> serve``, with a root file system and a model that it cannot write.

    Parameters
    ----------
    image
        Its name.
    model
        The folder that becomes /opt/ml/model.
    port
        On the host's loopback interface: there is no network of its own.
    variables
        Its environment.
    """

    def __init__(self, image: str, model: Path, port: int, variables: Mapping[str, str]) -> None:
        model.chmod(0o700)
        self._port = port
        limits = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000"]
        environment = [f"--env={name}={value}" for name, value in variables.items()]
        options = ["--detach", "--network", "host", "--read-only", "--volume", f"{model}:/opt/ml/model:ro"]
        command = [image, "serve", "--bind", f"127.0.0.1:{port}"]
        self.id = run("podman", "run", *options, *limits, *environment, *command).strip()

    def wait(self) -> None:
        """Wait until it answers its first health check.

        Raises
        ------
        AssertionError
            It does not, or has ended.
        """
        deadline = time.monotonic() + START
        while time.monotonic() < deadline:
            try:
                if self.request("GET", "/ping")[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)
            assert self.is_running, self.log()
        raise AssertionError(f"not ready within {START} s: {self.log()}")

    def request(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        """Give status and body of a response."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def invoke(self, body: bytes, content_type: str, accept: str = "application/json") -> bytes:
        """Give the answer to rows."""
        status, answer = self.request("POST", "/invocations", body, Content_Type=content_type, Accept=accept)
        assert status == 200, answer
        return answer

    def execute(self, command: str) -> str:
        """Run a shell command inside, as root; give what it printed."""
        return run("podman", "exec", self.id, "sh", "-c", command)

    def stop(self) -> float:
        """Send SIGTERM, and SIGKILL after 30 s, as SageMaker does; give the seconds that it took."""
        began = time.monotonic()
        run("podman", "stop", "--time", str(STOP), self.id)
        return time.monotonic() - began

    def wait_for_end(self) -> int:
        """Wait until it ends by itself; give its exit status."""
        return int(run("podman", "wait", self.id, timeout=START))

    @property
    def exit_status(self) -> int:
        """Of a container that has ended."""
        return int(self._state()["ExitCode"])

    @property
    def is_running(self) -> bool:
        """Whether its process is there."""
        return bool(self._state()["Running"])

    def log(self) -> str:
        """What it wrote, on both streams."""
        return run("podman", "logs", self.id, both=True)

    def remove(self) -> None:
        """Stop it at once, and leave nothing of it."""
        run("podman", "rm", "--force", "--time", "0", self.id, check=False)

    def _state(self) -> Any:
        return json.loads(run("podman", "inspect", "--format", "{{json .State}}", self.id))
