"""What the executor remembers of a stack beside what moto does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    import threading

    from local_sagemaker.cloudformation.stack_deletion import Doomed
    from local_sagemaker.cloudformation.stack_resources import StackResource


@dataclass
class StackState:
    """The resources of a stack, in the order in which they were created, and the thread that works on them.

    Parameters
    ----------
    resources
        What exists, by logical id; of a resource that is being replaced, the newest.
    superseded
        What was replaced by an update that failed without a rollback, and is still to be deleted.
    imports
        Names of other stacks' exports that the stack uses.
    thread
        The operation under way, or the last one.
    """

    resources: dict[str, StackResource] = field(default_factory=dict)
    superseded: list[Doomed] = field(default_factory=list)
    imports: set[str] = field(default_factory=set)
    thread: threading.Thread | None = None


_STATES: WeakKeyDictionary[Any, StackState] = WeakKeyDictionary()


def state_of(stack: Any) -> StackState:
    """Give what is remembered of a stack, from its first mention on."""
    return _STATES.setdefault(stack, StackState())
