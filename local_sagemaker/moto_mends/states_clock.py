"""The context object of an execution holds times as text, as Step Functions writes them: 2026-11-28T20:24:52.123Z.

moto 5.2.5 puts a ``datetime`` at ``$$.Execution.StartTime`` (moto/stepfunctions/parser/backend/execution.py), with
which no intrinsic function can do anything and which DescribeExecution cannot answer, and the microseconds and offset
of ``datetime.isoformat`` at ``$$.State.EnteredTime``.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from local_sagemaker.moto_mends.patching import original, patch


def aws_time(moment: dt.datetime) -> str:
    """Write a time as Step Functions does, to the millisecond.

    Example
    -------
    >>> aws_time(dt.datetime(2026, 11, 28, 20, 24, 52, 123456, tzinfo=dt.UTC))
    '2026-11-28T20:24:52.123Z'
    """
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    from moto.stepfunctions.parser.asl.component.state import state
    from moto.stepfunctions.parser.backend.execution import Execution

    details_of = original(Execution, "get_start_execution_details")
    make_state_data = original(state, "StateData")

    def get_start_execution_details(self: Any) -> Any:
        details = details_of(self)
        details.start_time = aws_time(self.start_date)
        return details

    def state_data(*, EnteredTime: str, Name: str) -> Any:  # noqa: N803 - moto's names
        return make_state_data(EnteredTime=aws_time(dt.datetime.fromisoformat(EnteredTime)), Name=Name)

    patch(Execution, "get_start_execution_details", get_start_execution_details)
    patch(state, "StateData", state_data)
