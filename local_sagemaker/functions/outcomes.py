"""How a call of a function ended: its result, or what Lambda says of its failure.

Shapes: https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html; the texts of what Lambda says itself are
those that it writes.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

# Bytes of the answer to a call that is waited for.
MAX_ANSWER_BYTES = 6_291_556


class FunctionError(Exception):
    """A function could not be run, or did not end well; the text says why."""


class FunctionGoneError(FunctionError):
    """A function was deleted before a call of it began."""

    def __init__(self, function: Any) -> None:
        super().__init__(f"function {function.function_name} was deleted before the call began")


class TooManyCallsError(Exception):
    """As many calls of a function are under way as it may have.

    Parameters
    ----------
    reason
        ``Reason`` of TooManyRequestsException.
    """

    def __init__(self, reason: str) -> None:
        super().__init__("Rate Exceeded.")
        self.reason = reason


class Outcome(NamedTuple):
    """The end of a call.

    Attributes
    ----------
    payload
        JSON.
    failed
        Whether it is an error, in Lambda's form.
    log_tail
        The last 4 KB of its log.
    """

    payload: bytes
    failed: bool = False
    log_tail: bytes = b""

    def raise_failure(self) -> None:
        """Raise what failed.

        Raises
        ------
        FunctionError
            With the reason.
        """
        if self.failed:
            told = json.loads(self.payload)
            own = not str(told["errorType"]).startswith(("Sandbox.", "Runtime."))
            raise FunctionError(f"{told['errorType']}: {told['errorMessage']}" if own else told["errorMessage"])


def succeeded(result: str) -> Outcome:
    """Give the outcome of a call with a result, which is JSON."""
    payload = result.encode()
    if len(payload) > MAX_ANSWER_BYTES:
        return _failed(
            "Function.ResponseSizeTooLarge",
            f"Response payload size exceeded maximum allowed payload size ({MAX_ANSWER_BYTES} bytes).",
        )
    return Outcome(payload)


def raised(told: dict[str, Any]) -> Outcome:
    """Give the outcome of a call whose handler raised, or was not found."""
    return Outcome(json.dumps(told).encode(), failed=True)


def timed_out(request_id: str, seconds: float) -> Outcome:
    """Give the outcome of a call that was stopped."""
    return _failed("Sandbox.Timedout", f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds")


def exited(request_id: str, status: int | None) -> Outcome:
    """Give the outcome of a call whose process ended."""
    how = f"signal: {-status}" if status is not None and status < 0 else f"exit status {status}"
    return _failed("Runtime.ExitError", f"RequestId: {request_id} Error: Runtime exited with error: {how}")


def _failed(kind: str, message: str) -> Outcome:
    return raised({"errorType": kind, "errorMessage": message})
