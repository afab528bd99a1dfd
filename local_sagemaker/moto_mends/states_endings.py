"""How an execution ended stays so: what fails afterwards, because it was stopped, changes nothing.

moto 5.2.5's ``Environment.set_error`` and ``set_timed_out`` (moto/stepfunctions/parser/asl/eval/environment.py)
overwrite any ending: a task that fails while its execution is being stopped makes FAILED of ABORTED.
"""

from __future__ import annotations

from typing import Any

from local_sagemaker.moto_mends.patching import original, patch


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    from moto.stepfunctions.parser.asl.eval.environment import Environment
    from moto.stepfunctions.parser.asl.eval.program_state import ProgramEnded, ProgramRunning

    fail, time_out = original(Environment, "set_error"), original(Environment, "set_timed_out")

    def set_error(self: Any, error: Any) -> None:
        # A last state that ended well may still fail to give its output.
        if isinstance(self._program_state, (ProgramRunning, ProgramEnded, type(None))):
            fail(self, error)

    def set_timed_out(self: Any) -> None:
        if isinstance(self._program_state, (ProgramRunning, type(None))):
            time_out(self)

    patch(Environment, "set_error", set_error)
    patch(Environment, "set_timed_out", set_timed_out)
