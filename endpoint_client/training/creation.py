"""Waits until an execution has created its job."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

from endpoint_client.training.execution import RUNNING

if TYPE_CHECKING:
    from collections.abc import Callable

    from endpoint_client.training.execution import TrainingExecution
    from endpoint_client.training.pauses import Pauses


def reason_without_job(
    execution: TrainingExecution, exists: Callable[[], bool], pauses: Pauses, deadline: float | None
) -> str | None:
    """Wait until there is a job; give why the execution ended without it, or None.

    Parameters
    ----------
    execution : TrainingExecution
    exists : callable
        Says whether there is the job.
    pauses : Pauses
    deadline : float, optional
        Seconds after which the job is taken to be on its way; None: never.
    """
    started = datetime.now(timezone.utc)
    while not exists():
        described = pauses.insist(execution.describe)
        # A job that is made between the two looks is no failure.
        if described["status"] != RUNNING and not exists():
            parts = [described.get("error", ""), described.get("cause", "")]
            return ": ".join(part for part in parts if part) or f"its execution ended as {described['status']}"
        if deadline is not None and (datetime.now(timezone.utc) - started).total_seconds() > deadline:
            return None
        pauses.pause()
    return None
