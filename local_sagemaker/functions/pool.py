"""The execution environments of one function: kept between calls, as many as there are calls at a time."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from local_sagemaker.functions.outcomes import FunctionGoneError, TooManyCallsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local_sagemaker.functions.execution_environment import ExecutionEnvironment

# Processes of one function, whatever concurrency it may have: a call beyond waits for the end of another.
MOST_PROCESSES = 8
# Seconds that it waits.
_PATIENCE = 60.0


class FunctionPool:
    """Lends execution environments, each for one call.

    Parameters
    ----------
    function
        moto's function.
    make
        Makes one of the function, which is not started yet.
    """

    def __init__(self, function: Any, make: Callable[[Any], ExecutionEnvironment]) -> None:
        self.function = function
        self._make = make
        self._changed = threading.Condition()
        self._idle: list[ExecutionEnvironment] = []
        self._lent: set[ExecutionEnvironment] = set()
        self._generation = 0
        self._ended = False

    @property
    def busy(self) -> bool:
        """Whether a call is under way."""
        with self._changed:
            return bool(self._lent)

    @contextmanager
    def lend(self, reserved: int | None) -> Iterator[ExecutionEnvironment]:
        """Lend an environment; it is new where none waits, and then to be started.

        Parameters
        ----------
        reserved
            Calls at a time that the function may have; None: as many as there are processes.

        Raises
        ------
        TooManyCallsError
            They are under way, or none ended in time.
        FunctionGoneError
            The function was deleted.
        """
        with self._changed:
            if reserved is not None and len(self._lent) >= reserved:
                raise TooManyCallsError("ReservedFunctionConcurrentInvocationLimitExceeded")
            if not self._changed.wait_for(lambda: self._ended or len(self._lent) < MOST_PROCESSES, _PATIENCE):
                raise TooManyCallsError("ConcurrentInvocationLimitExceeded")
            if self._ended:
                raise FunctionGoneError(self.function)
            environment = self._waiting() or self._make(self.function)
            self._lent.add(environment)
            generation = self._generation
        try:
            yield environment
        finally:
            with self._changed:
                self._lent.discard(environment)
                kept = environment.usable and generation == self._generation
                if kept:
                    self._idle.append(environment)
                self._changed.notify()
            if not kept:
                environment.stop()

    def _waiting(self) -> ExecutionEnvironment | None:
        """Give one that waits; its process may have ended meanwhile."""
        while self._idle:
            environment = self._idle.pop()
            if environment.usable:
                return environment
            environment.stop()
        return None

    def retire(self) -> None:
        """End what waits now, and what is lent after its call: code or settings have changed."""
        with self._changed:
            self._generation += 1
            idle, self._idle = self._idle, []
        for environment in idle:
            environment.stop()

    def end(self) -> None:
        """Retire for good, and refuse who still waits: the function is gone."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self.retire()

    def close(self) -> None:
        """End everything now."""
        self.end()
        with self._changed:
            lent = list(self._lent)
        for environment in lent:
            environment.stop()
