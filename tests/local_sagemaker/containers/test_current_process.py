"""One process after another is a container's, and the last is gone when the container is stopped."""

import pytest

from local_sagemaker.containers.current_process import CurrentProcess
from local_sagemaker.containers.processes import stop_watchdog
from local_sagemaker.data_plane_errors import ContainerError


@pytest.fixture(autouse=True)
def no_watchdog_left():
    yield
    stop_watchdog()


def test_what_runs_last_is_ended_and_nothing_is_started_any_more(tmp_path):
    current = CurrentProcess()
    assert current.pid is None

    def start(script):
        return current.start(["/bin/sh", "-c", script], environment={}, folder=tmp_path, on_line=print)

    assert start("exit 3").wait(20)
    assert current.pid is None
    server = start("exec sleep 600")
    assert current.pid == server.pid
    current.stop(20)
    assert not server.running
    assert current.stopped.is_set()
    with pytest.raises(ContainerError, match=r"^the container was stopped while it started$"):
        start("exit 0")


def test_what_has_not_begun_is_stopped_too():
    current = CurrentProcess()
    current.stop(20)
    assert current.stopped.is_set()
