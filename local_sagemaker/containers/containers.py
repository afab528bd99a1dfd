"""One container: a model server process that is started, watched, restarted when it dies, and stopped."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING

from local_sagemaker.containers.container_client import ContainerClient, NotConnectedError
from local_sagemaker.containers.current_process import CurrentProcess
from local_sagemaker.data_plane_errors import ContainerError, DataPlaneError

if TYPE_CHECKING:
    from pathlib import Path

    from local_sagemaker.containers.container_logs import ContainerLog
    from local_sagemaker.containers.container_plans import ContainerPlan
    from local_sagemaker.containers.processes import ChildProcess

# Seconds, as SageMaker gives: for one /ping, and between SIGTERM and SIGKILL
# (https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html).
PING_TIMEOUT = 2.0
STOP_GRACE = 30.0
# Seconds between two attempts: SageMaker asks less often, but a laptop waits for each deployment.
_PING_PAUSE = 0.02
_RESTART_PAUSE = 1.0


class Container:
    """One container.

    Parameters
    ----------
    plan
        Program and environment.
    address
        Path of the Unix socket that it is to serve on.
    folder
        Working directory.
    log
        Where its output goes.
    startup_timeout
        Seconds from the start to the first successful /ping.

    Attributes
    ----------
    client
        HTTP to it.
    ready
        Set while it answers.
    in_flight
        Invocations that it has not answered yet; guarded by the lock of the endpoint's `Router`.
    """

    def __init__(
        self, plan: ContainerPlan, address: Path, folder: Path, log: ContainerLog, startup_timeout: float
    ) -> None:
        self._plan = plan
        self._address = address
        self._folder = folder
        self._startup_timeout = startup_timeout
        self._process = CurrentProcess()
        self._keeper: threading.Thread | None = None
        self.log = log
        self.client = ContainerClient(address)
        self.ready = threading.Event()
        self.in_flight = 0

    @property
    def pid(self) -> int | None:
        """Process id of the server, None when none runs."""
        return self._process.pid

    @property
    def process_groups(self) -> frozenset[int]:
        """Process groups of all that runs in it."""
        pid = self.pid
        return frozenset() if pid is None else frozenset({pid})

    def start(self) -> None:
        """Start the process and wait until it answers /ping.

        A process that ends fails at once; AWS restarts it until the start-up time is over.

        Raises
        ------
        ContainerError
            What it needs cannot be installed, it ended, or the start-up time is over; the text ends with its last log
            line.
        """
        self.log.open()
        deadline = time.monotonic() + self._startup_timeout
        if self._plan.installation is not None:
            self._plan.installation.run(self._process.start, self.log.write, self._startup_timeout)
        process = self._spawn()
        self._wait_until_ready(process, deadline)
        self._keeper = threading.Thread(
            target=self._keep, args=(process,), name=f"keep {self._address.name}", daemon=True
        )
        self._keeper.start()

    def stop(self) -> None:
        """Stop the process for good: SIGTERM, then SIGKILL when it takes too long."""
        self.ready.clear()
        self._process.stop(STOP_GRACE)
        if self._keeper is not None:
            self._keeper.join()
        self.client.close()

    def _spawn(self) -> ChildProcess:
        self._address.unlink(missing_ok=True)
        return self._process.start(
            [*self._plan.arguments, "--bind", f"unix:{self._address}"],
            environment=self._plan.environment,
            folder=self._folder,
            on_line=self.log.write,
        )

    def _wait_until_ready(self, process: ChildProcess, deadline: float) -> None:
        last_status = "nothing listens yet"
        while not process.wait(_PING_PAUSE):
            with contextlib.suppress(NotConnectedError):
                last_status = self._ping()
                if last_status == "200":
                    self.ready.set()
                    return
            if time.monotonic() > deadline:
                process.stop(STOP_GRACE)
                raise ContainerError(
                    f"/ping after {self._startup_timeout:g} s, the start-up time limit: {last_status}; "
                    f"last line of its log: {self.log.last_line or '(none)'}"
                )
        raise ContainerError(self.log.last_line or f"it ended with status {process.exit_status} and wrote nothing")

    def _ping(self) -> str:
        try:
            return str(self.client.request("GET", "/ping", timeout=PING_TIMEOUT).status)
        except NotConnectedError:
            raise
        except DataPlaneError as error:
            return str(error)

    def _keep(self, process: ChildProcess) -> None:
        """Start the process again whenever it ends of itself."""
        while not self._process.stopped.is_set():
            process.wait()
            self.ready.clear()
            if self._process.stopped.is_set():
                return
            self.log.write(f"the container ended with status {process.exit_status} and is started again")
            try:
                process = self._spawn()
                self._wait_until_ready(process, time.monotonic() + self._startup_timeout)
            except ContainerError as error:
                self.log.write(f"the container did not start again: {error}")
                self._process.stopped.wait(_RESTART_PAUSE)
