"""The program that calls a function's handler, call after call; it is run as a script, beside the function's code.

What it gives the handler: https://docs.aws.amazon.com/lambda/latest/dg/python-context.html. Calls come, and results
go, as a line of JSON each, over the socket that it is started with; what the handler writes is its log.
"""

from __future__ import annotations

import importlib
import json
import os
import socket
import sys
import time
import traceback
from pathlib import Path
from typing import Any


class Context:
    """What a handler learns about its call."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.function_name: str = facts["function_name"]
        self.function_version: str = facts["function_version"]
        self.invoked_function_arn: str = facts["function_arn"]
        self.memory_limit_in_mb: str = facts["memory_size"]
        self.aws_request_id: str = facts["request_id"]
        self.log_group_name: str = facts["log_group"]
        self.log_stream_name: str = facts["log_stream"]
        self.identity = None
        self.client_context = None
        self._end = time.monotonic() + facts["timeout"]

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function is stopped."""
        return max(int((self._end - time.monotonic()) * 1000), 0)


def find_handler(name: str) -> Any:
    """Import what ``module.function`` names.

    Raises
    ------
    FunctionFailure
        There is none.
    """
    module_name, _, function_name = name.rpartition(".")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except SyntaxError as error:
        raise FunctionFailure(
            "Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}"
        ) from error
    except ImportError as error:
        message = f"Unable to import module '{module_name}': {error}"
        raise FunctionFailure("Runtime.ImportModuleError", message) from error
    except Exception as error:
        raise _failure(error) from error
    try:
        return getattr(module, function_name)
    except AttributeError:
        message = f"Handler '{function_name}' missing on module '{module_name}'"
        raise FunctionFailure("Runtime.HandlerNotFound", message) from None


class FunctionFailure(Exception):  # noqa: N818  it is the function's, not this program's
    """What Lambda tells a caller of a function that did not end well."""

    def __init__(self, kind: str, message: str, stack_trace: list[str] | None = None) -> None:
        super().__init__(message)
        self.told = {"errorMessage": message, "errorType": kind, "stackTrace": stack_trace or []}


def call(handler: Any, order: dict[str, Any]) -> dict[str, Any]:
    """Call the handler once; gives its result, or its failure, as JSON."""
    try:
        try:
            result = handler(order["event"], Context(order["facts"]))
        except Exception as error:
            raise _failure(error) from error
        try:
            return {"result": json.dumps(result, ensure_ascii=False)}
        except (TypeError, ValueError) as error:
            raise FunctionFailure("Runtime.MarshalError", f"Unable to marshal response: {error}") from error
    except FunctionFailure as failure:
        log(failure)
        return {"failure": {**failure.told, "requestId": order["facts"]["request_id"]}}


def log(failure: FunctionFailure) -> None:
    """Write a failure to the log as the runtime of Lambda does."""
    told = failure.told
    trace = "".join(["\n", "Traceback (most recent call last):\n", *told["stackTrace"]]) if told["stackTrace"] else ""
    print(f"[ERROR] {told['errorType']}: {told['errorMessage']}{trace}", flush=True)


def most_memory() -> int:
    """Give the most memory that this process has had, in MB; 0 where the system does not say."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return 0
    return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM:"))


def _failure(error: Exception) -> FunctionFailure:
    # Without the frame of this file.
    frames = traceback.format_list(traceback.extract_tb(error.__traceback__)[1:])
    return FunctionFailure(type(error).__name__, str(error), frames)


def main() -> None:
    """Serve calls until the socket is closed."""
    address, end_of_call = sys.argv[1:]
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(address)
        with connection.makefile("rwb") as stream:

            def tell(answer: dict[str, Any]) -> None:
                sys.stdout.flush()
                sys.stderr.flush()
                # Whoever reads the log knows by this that it has all of the call's.
                os.write(1, f"{end_of_call}\n".encode())
                stream.write(json.dumps(answer).encode() + b"\n")
                stream.flush()

            try:
                handler = find_handler(os.environ["_HANDLER"])
            except FunctionFailure as failure:
                log(failure)
                tell({"failure": failure.told})
                return
            tell({"ready": True})
            for line in stream:
                answer = call(handler, json.loads(line))
                tell({**answer, "memory": most_memory()})


if __name__ == "__main__":
    main()
