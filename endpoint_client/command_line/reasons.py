"""What a person is told of an error, in place of a traceback."""

from __future__ import annotations


def reason(error: BaseException | None) -> str:
    """Say what happened, and what helps."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)
