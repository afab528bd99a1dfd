"""The user's module: what it does to a request before the endpoint, and to its answer after.

It has ``before(body, content_type)``, ``after(body, content_type)``, or both; each gives back what goes on.
"""

from __future__ import annotations

import json
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .exchange import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    Hook = Callable[[bytes, str], tuple[bytes, str]]


@dataclass(frozen=True)
class Hooks:
    """What a module defines; what it does not changes nothing."""

    before: Hook | None = None
    after: Hook | None = None

    @classmethod
    def of(cls, module: ModuleType) -> Hooks:
        """Take them from a module."""
        return cls(before=getattr(module, "before", None), after=getattr(module, "after", None))


def run(hook: Hook | None, body: bytes, content_type: str, *, invalid: int) -> tuple[bytes, str]:
    """Call a hook.

    Parameters
    ----------
    hook
        None leaves everything as it is.
    invalid
        HTTP status that a ValueError stands for.

    Raises
    ------
    Refusal
        It raised: with the status of the exception's own attribute ``status`` (400 to 599), else with `invalid` for a
        ValueError, else with 500. Or it gave something else than bytes and a text.
    """
    if hook is None:
        return body, content_type
    name = getattr(hook, "__name__", "hook")
    try:
        given: Any = hook(body, content_type)
    except Exception as error:
        status = getattr(error, "status", invalid if isinstance(error, ValueError) else 500)
        if not isinstance(status, int) or not 400 <= status <= 599:
            status = 500
        _log_place(name, error)
        raise Refusal(status, type(error).__name__, str(error)) from error
    match given:
        case (bytes() as changed, str() as changed_type):
            return changed, changed_type
    message = f"{name} gave {type(given).__name__}; let it give back (body, content_type): bytes and a text"
    print(json.dumps({"hook": name, "error": message}))
    raise Refusal(500, "InvalidHookResult", message)


def _log_place(name: str, error: Exception) -> None:
    # Where, and not what: its message may repeat the request.
    frames = traceback.extract_tb(error.__traceback__)[1:]
    places = [f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames]
    print(json.dumps({"hook": name, "error": type(error).__name__, "at": places}))
