"""What a person is told of an error, in place of a traceback."""

from __future__ import annotations

from endpoint_client.command_line.command_error import CommandError
from endpoint_client.explanations.explain import explain


def reason(error: BaseException) -> str:
    """Say what happened, why, and what helps."""
    if isinstance(error, CommandError):
        return str(error)
    if isinstance(error, OSError):
        what = error.strerror or str(error)
        return f"{error.filename}: {what}" if error.filename else what
    return str(explain(error))
