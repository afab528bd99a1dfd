"""An execution environment: a process that calls one function's handler, one call at a time, and its log stream.

Life cycle and log: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html. The interpreter is the
local cloud's, whatever Python the function names; the memory size is told and not enforced.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import math
import socket
import sys
import threading
import time
import uuid
import zipfile
from typing import TYPE_CHECKING, Any, BinaryIO

from local_sagemaker.access.rights import ExecutionRole
from local_sagemaker.containers.container_logs import ContainerLog
from local_sagemaker.containers.current_process import CurrentProcess
from local_sagemaker.containers.processes import inherited_environment, make_folder, remove_folder
from local_sagemaker.functions import bootstrap
from local_sagemaker.functions.outcomes import FunctionError, Outcome, exited, raised, succeeded, timed_out

if TYPE_CHECKING:
    from pathlib import Path

    from local_sagemaker.containers.processes import ChildProcess

# Seconds that a function may take to start. AWS gives it 10, and then the time of the first call.
_INIT_SECONDS = 60.0
# Seconds between two looks at whether what starts still runs.
_LOOK_SECONDS = 0.1
# Seconds from SIGTERM to SIGKILL.
_GRACE_SECONDS = 5.0
# Seconds to wait for the last lines of a call.
_LOG_SECONDS = 5.0
# Bytes of its log that a caller may have.
_TAIL_BYTES = 4096


class ExecutionEnvironment:
    """One process of a function.

    Parameters
    ----------
    function
        moto's function, as it is now.
    base_url
        Address of the local cloud.
    """

    def __init__(self, function: Any, base_url: str) -> None:
        self._function = function
        self._base_url = base_url
        self._process = CurrentProcess()
        self._child: ChildProcess | None = None
        self._folder: Path | None = None
        self._connection: socket.socket | None = None
        self._stream: BinaryIO | Any = None
        self._log: ContainerLog | None = None
        self._end_of_call = f"end of call {uuid.uuid4()}"
        self._logged = threading.Event()
        self._lines: list[str] = []
        self._started_in: float | None = None

    @property
    def usable(self) -> bool:
        """Whether it can take another call."""
        return self._stream is not None and not self._process.stopped.is_set() and self._process.pid is not None

    def start(self) -> Outcome | None:
        """Unpack the code, start the process and wait until it has found its handler.

        Returns
        -------
        Outcome or None
            What a caller is told where it has not; None where it has.

        Raises
        ------
        FunctionError
            Its code is no archive.
        DataPlaneError
            Its role cannot be assumed, or may not write its log; or it was stopped meanwhile.
        """
        function = self._function
        began = time.monotonic()
        role = ExecutionRole.assume(
            function.role, region=function.region, source_arn=function.function_arn, service="lambda.amazonaws.com"
        )
        log = self._log = _open_log(function, role)
        folder = self._folder = make_folder("local-sagemaker-function-")
        task = folder / "task"
        try:
            with zipfile.ZipFile(io.BytesIO(function.code_bytes)) as archive:
                archive.extractall(task)
        except zipfile.BadZipFile:
            raise FunctionError(f"the code of function {function.function_name} is no zip archive") from None
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(folder / "calls"))
            listener.listen(1)
            self._child = self._process.start(
                [sys.executable, bootstrap.__file__, str(folder / "calls"), self._end_of_call],
                environment=_environment(function, role, task, log.stream, self._base_url),
                folder=task,
                on_line=self._on_line,
            )
            failure = self._connect(listener)
        self._started_in = time.monotonic() - began
        return failure

    def call(self, event: bytes, request_id: str, arn: str) -> Outcome:
        """Call the handler and wait for its end; it is stopped when its time is over.

        Parameters
        ----------
        event
            JSON.
        request_id
            Of the call.
        arn
            Of the function as the caller named it.
        """
        self._write(f"START RequestId: {request_id} Version: {self._function.version}")
        began = time.monotonic()
        facts = json.dumps(self._facts(request_id, arn)).encode()
        timeout = float(self._function.timeout)
        memory = 0
        try:
            self._send(b'{"event": %b, "facts": %b}\n' % (event.replace(b"\n", b" "), facts))
            told = self._receive(timeout)
        except TimeoutError:
            self.stop()
            outcome = timed_out(request_id, timeout)
            now = dt.datetime.now(tz=dt.timezone.utc)
            self._write(f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z {request_id} {_last_words(outcome)}")
        except (OSError, ValueError):
            self.stop()
            outcome = exited(request_id, None if self._child is None else self._child.exit_status)
            self._write(json.loads(outcome.payload)["errorMessage"])
        else:
            memory = int(told["memory"])
            outcome = succeeded(told["result"]) if "result" in told else raised(told["failure"])
        self._report(request_id, time.monotonic() - began, memory)
        return outcome._replace(log_tail="".join(f"{line}\n" for line in self._lines).encode()[-_TAIL_BYTES:])

    def stop(self) -> None:
        """End the process and wait for its end."""
        self._process.stop(_GRACE_SECONDS)
        if self._stream is not None:
            # What was not sent is for nobody now.
            with contextlib.suppress(OSError):
                self._stream.close()
        if self._connection is not None:
            self._connection.close()
        if self._folder is not None:
            remove_folder(self._folder)

    def _connect(self, listener: socket.socket) -> Outcome | None:
        try:
            self._connection = self._accept(listener)
            self._stream = self._connection.makefile("rwb")
            told = self._receive(_INIT_SECONDS)
        except TimeoutError:
            self.stop()
            return timed_out(str(uuid.uuid4()), _INIT_SECONDS)
        except (OSError, ValueError):
            self.stop()
            return exited(str(uuid.uuid4()), None if self._child is None else self._child.exit_status)
        if "failure" not in told:
            return None
        self.stop()
        return raised(told["failure"])

    def _accept(self, listener: socket.socket) -> socket.socket:
        listener.settimeout(_LOOK_SECONDS)
        end = time.monotonic() + _INIT_SECONDS
        while True:
            # Before the wait: what connected and ended then is still accepted, and may have told something.
            running = self._process.pid is not None
            try:
                return listener.accept()[0]
            except TimeoutError:
                if not running:
                    raise ConnectionAbortedError("the process ended before it connected") from None
                if time.monotonic() > end:
                    raise

    def _send(self, line: bytes) -> None:
        self._logged.clear()
        self._stream.write(line)
        self._stream.flush()

    def _receive(self, timeout: float) -> Any:
        if self._connection is None:
            raise AssertionError("there is a connection since the start")
        self._connection.settimeout(timeout)
        told = json.loads(self._stream.readline())
        self._logged.wait(_LOG_SECONDS)
        return told

    def _on_line(self, line: str) -> None:
        if line.endswith(self._end_of_call):
            line = line.removesuffix(self._end_of_call)
            if line:
                self._write(line)
            self._logged.set()
        else:
            self._write(line)

    def _write(self, line: str) -> None:
        if line.startswith("START RequestId"):
            self._lines = []
        self._lines.append(line)
        if self._log is None:
            raise AssertionError("there is a log since the start")
        self._log.write(line)

    def _report(self, request_id: str, seconds: float, memory: int) -> None:
        self._write(f"END RequestId: {request_id}")
        milliseconds = seconds * 1000
        parts = [
            f"REPORT RequestId: {request_id}",
            f"Duration: {milliseconds:.2f} ms",
            f"Billed Duration: {math.ceil(milliseconds)} ms",
            f"Memory Size: {self._function.memory_size} MB",
            f"Max Memory Used: {memory} MB",
        ]
        if self._started_in is not None:
            parts.append(f"Init Duration: {self._started_in * 1000:.2f} ms")
            self._started_in = None
        self._write("\t".join(parts))

    def _facts(self, request_id: str, arn: str) -> dict[str, Any]:
        function = self._function
        return {
            "function_name": function.function_name,
            "function_version": str(function.version),
            "function_arn": arn,
            "memory_size": str(function.memory_size),
            "request_id": request_id,
            "log_group": log_group(function),
            "log_stream": "" if self._log is None else self._log.stream,
            "timeout": float(function.timeout),
        }


def log_group(function: Any) -> str:
    """Give the name of a function's log group: its own, or the one that its settings name."""
    given = (getattr(function, "logging_config", None) or {}).get("LogGroup")
    return str(given or f"/aws/lambda/{function.function_name}")


def _open_log(function: Any, role: ExecutionRole) -> ContainerLog:
    today = dt.datetime.now(tz=dt.timezone.utc)
    stream = f"{today:%Y/%m/%d}/[{function.version}]{uuid.uuid4().hex}"
    log = ContainerLog(role, log_group(function), stream, account_id=function.account_id, region=function.region)
    log.open_stream()
    return log


def _environment(function: Any, role: ExecutionRole, task: Path, stream: str, base_url: str) -> dict[str, str]:
    return {
        **inherited_environment(),
        "AWS_ACCESS_KEY_ID": role.credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": role.credentials.secret_access_key,
        "AWS_SESSION_TOKEN": role.credentials.session_token,
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_ENDPOINT_URL": base_url,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.run_time}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        "AWS_LAMBDA_FUNCTION_VERSION": str(function.version),
        "AWS_LAMBDA_LOG_GROUP_NAME": log_group(function),
        "AWS_LAMBDA_LOG_STREAM_NAME": stream,
        "LAMBDA_TASK_ROOT": str(task),
        "PYTHONUNBUFFERED": "1",
        "TZ": ":UTC",
        "_HANDLER": str(function.handler),
        **{name: str(value) for name, value in function.environment_vars.items()},
    }


def _last_words(outcome: Outcome) -> str:
    message: str = json.loads(outcome.payload)["errorMessage"]
    return message.partition("Error: ")[2]
