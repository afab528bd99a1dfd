"""What a state machine waits for passes at the local cloud's pace, and ends when the execution does.

moto 5.2.5 waits in real time (moto/stepfunctions/parser/asl/component: ``WaitFunction`` and ``RetrierDecl``), and
sleeps out the interval before a retry even of an execution that was stopped. Timeouts are not touched: what they limit
is work that is done for real.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from local_sagemaker import pace
from local_sagemaker.moto_mends.patching import original, patch


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
    from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction

    sleeper = _Sleeper()
    retry = original(retrier_decl.RetrierDecl, "_eval_body")

    def wait_interval(self: Any, env: Any, wait_seconds: float) -> None:
        del self
        _wait(env, pace.seconds(wait_seconds))

    def eval_retrier(self: Any, env: Any) -> None:
        # What it calls `time` here sleeps for as long as this execution runs.
        sleeper.use(env)
        retry(self, env)

    patch(WaitFunction, "_wait_interval", wait_interval)
    patch(retrier_decl.RetrierDecl, "_eval_body", eval_retrier)
    patch(retrier_decl, "time", sleeper)


class _Sleeper:
    """Stands in for the module ``time`` where a retrier sleeps; each execution has threads of its own."""

    def __init__(self) -> None:
        self._local = threading.local()

    def use(self, env: Any) -> None:
        self._local.env = env

    def sleep(self, seconds: float) -> None:
        _wait(self._local.env, pace.seconds(seconds))


def _wait(env: Any, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while env.is_running() and (left := deadline - time.monotonic()) > 0:
        # The event is set for a moment when the execution ends, and may be missed: look again soon.
        env.program_state_event.wait(min(left, 0.5))
