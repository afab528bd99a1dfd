"""A container starts, tells why it does not, starts again when it dies, and stops."""

import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from moto.core.base_backend import BackendDict

from local_sagemaker.containers import containers
from local_sagemaker.containers.container_logs import ContainerLog
from local_sagemaker.containers.container_plans import ContainerPlan
from local_sagemaker.containers.containers import Container
from local_sagemaker.containers.processes import ChildProcess, stop_watchdog
from local_sagemaker.data_plane_errors import AccessDeniedError, ContainerError, UnreachableError
from tests.local_sagemaker.cloud import ACCOUNT, REGION, eventually
from tests.local_sagemaker.recorder import Recorder

SCRIPT = Path(__file__).parents[1] / "scripted_container.py"


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Any]:
    BackendDict.reset()
    made: list[Container] = []
    for name in ("model", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "model" / "name.txt").write_text("name")

    def make(
        start: str = "", *, role: Recorder | None = None, timeout: float = 60.0, installation: Any = None
    ) -> Container:
        environment = {
            "PATH": os.environ["PATH"],
            "SAGEMAKER_BASE_DIR": str(tmp_path),
            "CONTAINER": start,
            **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE_PROCESS_")},
        }
        log = ContainerLog(role or Recorder(), "group", f"stream-{len(made)}", account_id=ACCOUNT, region=REGION)
        plan = ContainerPlan([sys.executable, str(SCRIPT), "--workers", "1"], environment, installation)
        container = Container(plan, tmp_path / f"{len(made)}.sock", tmp_path / "tmp", log, timeout)
        made.append(container)
        return container

    yield make
    for container in made:
        container.stop()
    stop_watchdog()
    shutil.rmtree(tmp_path)


def pid_of(container: Container) -> int:
    assert container.pid is not None
    return container.pid


def ask(container: Container, body: bytes) -> bytes:
    return container.client.request("POST", "/invocations", body=body, timeout=20).body


def test_it_answers_once_it_is_ready(make):
    container = make()
    assert container.pid is None
    container.start()
    assert container.ready.is_set()
    assert ask(container, b"name") == b"name"
    pid = pid_of(container)
    container.stop()
    assert not container.ready.is_set()
    assert container.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        ("broken", r"^ModelLoadError: the weights are not there$"),
        ("silent", r"^it ended with status 4 and wrote nothing$"),
    ],
)
def test_a_process_that_ends_fails_at_once_with_its_last_words(make, start, reason):
    with pytest.raises(ContainerError, match=reason):
        make(start).start()


def test_a_process_that_is_never_ready_fails_when_the_time_is_over(make):
    with pytest.raises(ContainerError, match=r"^/ping after 0\.2 s, .* nothing listens yet; .*: \(none\)$"):
        make("slow", timeout=0.2).start()


def test_a_process_that_says_it_is_unhealthy_fails_with_what_it_said(make, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(containers, "time", SimpleNamespace(monotonic=lambda: now[0]))
    container = make("unhealthy", timeout=480.0)
    request = container.client.request

    def then_time_is_over(*arguments: Any, **options: Any) -> Any:
        answer = request(*arguments, **options)
        now[0] = 500.0
        return answer

    monkeypatch.setattr(container.client, "request", then_time_is_over)
    with pytest.raises(
        ContainerError, match=r"^/ping after 480 s, the start-up time limit: 500; last line of its log: "
    ):
        container.start()


def test_a_ping_that_breaks_off_counts_as_no_answer(make, monkeypatch):
    container = make()
    request = container.client.request
    failures = [UnreachableError("broken off")]

    def once(*arguments: Any, **options: Any) -> Any:
        answer = request(*arguments, **options)
        if failures:
            raise failures.pop()
        return answer

    monkeypatch.setattr(container.client, "request", once)
    container.start()
    assert container.ready.is_set()
    assert failures == []


def test_without_the_right_to_a_log_nothing_starts(make):
    container = make(role=Recorder("logs:CreateLogStream"))
    with pytest.raises(AccessDeniedError):
        container.start()
    assert container.pid is None


def test_a_process_that_dies_is_started_again(make):
    container = make()
    container.start()
    first = pid_of(container)
    os.kill(first, signal.SIGKILL)
    eventually(lambda: container.ready.is_set() and container.pid not in (None, first))
    assert ask(container, b"name") == b"name"


def test_a_process_that_cannot_start_again_is_tried_until_it_is_stopped(make, monkeypatch):
    monkeypatch.setattr(containers, "_RESTART_PAUSE", 0.01)
    container = make("broken once started")
    container.start()
    told: list[str] = []
    monkeypatch.setattr(container.log, "write", told.append)
    os.kill(pid_of(container), signal.SIGKILL)
    eventually(lambda: len([line for line in told if line.startswith("the container did not start again")]) > 1)
    assert "the container ended with status -9 and is started again" in told
    container.stop()
    assert container.pid is None


class Installing:
    """Stands for pip: a program of the shell's."""

    def __init__(self, command: str) -> None:
        self._command = command
        self.seconds = 0.0
        self.started: list[ChildProcess] = []

    def run(self, start: Any, log: Any, seconds: float) -> None:
        self.seconds = seconds
        self.started.append(start(["/bin/sh", "-c", self._command], environment={}, folder=Path("/"), on_line=log))
        self.started[-1].wait()
        if self.started[-1].exit_status:
            raise ContainerError("pip failed")


def test_what_a_model_needs_is_installed_before_its_process_starts(make):
    installation = Installing("echo installed")
    container = make(installation=installation, timeout=60.0)
    container.start()
    assert container.log.last_line
    assert installation.seconds == 60.0
    assert len(installation.started) == 1
    assert not installation.started[0].running
    assert ask(container, b"name") == b"name"
    # It stays installed when the process dies.
    first = pid_of(container)
    os.kill(first, signal.SIGKILL)
    eventually(lambda: container.ready.is_set() and container.pid not in (None, first))
    assert len(installation.started) == 1


def test_what_cannot_be_installed_fails_the_container(make):
    container = make(installation=Installing("echo no such library; exit 1"))
    with pytest.raises(ContainerError, match=r"^pip failed$"):
        container.start()
    assert container.log.last_line == "no such library"
    assert container.pid is None


def test_a_container_that_is_stopped_stops_what_is_being_installed(make):
    installation = Installing("sleep 600")
    container = make(installation=installation)
    failed: list[ContainerError] = []

    def start() -> None:
        try:
            container.start()
        except ContainerError as error:
            failed.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    eventually(lambda: installation.started)
    container.stop()
    thread.join(20)
    assert [str(error) for error in failed] == ["pip failed"]


def test_a_container_that_was_stopped_does_not_start(make):
    container = make()
    container.stop()
    with pytest.raises(ContainerError, match="was stopped while it started"):
        container.start()


def test_who_does_not_hear_sigterm_is_killed(make, monkeypatch):
    monkeypatch.setattr(containers, "STOP_GRACE", 0.05)
    container = make("deaf to SIGTERM")
    container.start()
    pid = pid_of(container)
    container.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
