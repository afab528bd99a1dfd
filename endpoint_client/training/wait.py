"""Waits for the end of a training job and of what follows it, and shows both."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from endpoint_client.exceptions import (
    AccessDenied,
    RolloutFailed,
    TrainingFailed,
    TrainingJobNotFound,
    TrainingStopped,
)
from endpoint_client.training.execution import RUNNING, SUCCEEDED
from endpoint_client.training.logs import TrainingLogs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from types_boto3_sagemaker.type_defs import DescribeTrainingJobResponseTypeDef

    from endpoint_client.aws_services import AwsServices
    from endpoint_client.training.execution import TrainingExecution
    from endpoint_client.training.job import TrainingJob
    from endpoint_client.training.logs import LogLine
    from endpoint_client.training.pauses import Pauses
    from endpoint_client.training.progress import Progress

COMPLETED, FAILED, STOPPED = "Completed", "Failed", "Stopped"
ENDED = frozenset({COMPLETED, FAILED, STOPPED})
LAST_LINES = 20
# What the state machine fails with where the script has written none.
_NO_MODEL = "NoModel"
# After this time CloudWatch shows all that a job wrote.
_SETTLED = timedelta(minutes=1)


class TrainingWait:
    """Follows one job.

    Parameters
    ----------
    service : AwsServices
    job : TrainingJob
        Goes into the errors.
    pauses : Pauses
    progress : Progress or None
        Where to show it; None: nowhere.
    show_logs : bool
        Show the log too.
    """

    def __init__(
        self,
        service: AwsServices,
        job: TrainingJob,
        *,
        pauses: Pauses,
        progress: Progress | None,
        show_logs: bool,
    ) -> None:
        self._service = service
        self._job = job
        self._logs = TrainingLogs(service, job.name)
        self._show_logs = show_logs
        self._pauses = pauses
        self._progress = progress

    def until_created(self, execution: TrainingExecution, deadline: float | None = None) -> None:
        """Wait until an execution has created its job.

        Parameters
        ----------
        execution : TrainingExecution
        deadline : float, optional
            Seconds after which the job is taken to be on its way; default: none.

        Raises
        ------
        TrainingFailed
            The execution ended without one, as when SageMaker refuses it.
        """
        started = datetime.now(timezone.utc)
        while not self._exists():
            described = self._pauses.insist(execution.describe)
            # A job that is made between the two looks is no failure.
            if described["status"] != RUNNING and not self._exists():
                reason = _reason(described.get("error", ""), described.get("cause", ""), described["status"])
                raise TrainingFailed(
                    f"training job {self._job.name!r} was not created: {reason}", job=self._job, reason=reason
                )
            if deadline is not None and (datetime.now(timezone.utc) - started).total_seconds() > deadline:
                return
            self._show("Starting", "the state machine has not created the job yet")
            self._pauses.pause()

    def until_ended(self) -> DescribeTrainingJobResponseTypeDef:
        """Wait for the end of the job; raise what it ended with.

        Raises
        ------
        TrainingFailed, TrainingStopped
        """
        while True:
            described = self._pauses.insist(lambda: self._service.describe(self._job.name))
            lines = self._new_lines()
            if described["TrainingJobStatus"] in ENDED:
                break
            if self._progress is not None:
                if self._progress.describe(described, lines):
                    self._pauses.shorten()
                self._progress.tick()
            self._pauses.pause()
        self._write(lines, described)
        if self._show_logs and not _is_settled(described):
            try:
                for lines in self._logs.rest(self._pauses):
                    self._write(lines, described)
            except AccessDenied as error:
                self._give_up_logs(error)
        if self._progress is not None:
            self._progress.describe(described)
        self._raise_unless_completed(described)
        return described

    def until_executed(self, execution: TrainingExecution) -> None:
        """Wait for the end of the execution of a job that has completed.

        Raises
        ------
        RolloutFailed
        """
        state = ""
        while (described := self._pauses.insist(execution.describe))["status"] == RUNNING:
            entered = self._pauses.insist(execution.state)
            if entered != state:
                self._pauses.shorten()
                state = entered
            self._show(state)
            if self._progress is not None:
                self._progress.tick()
            self._pauses.pause()
        if described["status"] != SUCCEEDED:
            error, cause = described.get("error", ""), described.get("cause", "")
            state = self._pauses.insist(execution.state)
            where = f" in state {state!r}" if state else ""
            kept = "" if error == _NO_MODEL else " The model stays in S3 (job.model_data)."
            raise RolloutFailed(
                f"training job {self._job.name!r} completed, but what follows it failed{where}: "
                f"{_reason(error, cause, described['status']).rstrip('.')}.{kept}",
                job=self._job,
                state=state,
                error=error,
                cause=cause,
            )

    def _exists(self) -> bool:
        try:
            self._pauses.insist(lambda: self._service.describe(self._job.name))
        except TrainingJobNotFound:
            return False
        return True

    def _raise_unless_completed(self, described: DescribeTrainingJobResponseTypeDef) -> None:
        status = described["TrainingJobStatus"]
        if status == STOPPED:
            why = _WHY_STOPPED.get(described["SecondaryStatus"], "somebody stopped it")
            raise TrainingStopped(f"training job {self._job.name!r} was stopped: {why}", job=self._job)
        if status == FAILED:
            reason = described.get("FailureReason", "SageMaker gave no reason")
            lines = tuple(line.shown(described) for line in self._last_lines(described))
            log = "".join(f"\n    {line}" for line in lines)
            heading = f"\nThe last {len(lines)} lines of its log:" if lines else ""
            raise TrainingFailed(
                f"training job {self._job.name!r} failed: {reason}{heading}{log}",
                job=self._job,
                reason=reason,
                last_lines=lines,
            )

    def _last_lines(self, described: DescribeTrainingJobResponseTypeDef) -> Iterable[LogLine]:
        try:
            if self._show_logs or _is_settled(described):
                return self._pauses.insist(lambda: self._logs.last(LAST_LINES))
            return self._logs.last_at_rest(LAST_LINES, self._pauses)
        except AccessDenied:
            return ()

    def _new_lines(self) -> Sequence[LogLine]:
        if not self._show_logs:
            return ()
        try:
            return self._pauses.insist(self._logs.new)
        except AccessDenied as error:
            self._give_up_logs(error)
            return ()

    def _give_up_logs(self, error: AccessDenied) -> None:
        self._show_logs = False
        if self._progress is not None:
            self._progress.line(f"The log is not shown: {error}")

    def _write(self, lines: Iterable[LogLine], described: DescribeTrainingJobResponseTypeDef) -> None:
        if self._progress is not None:
            for line in lines:
                self._progress.line(line.shown(described))

    def _show(self, name: str, message: str = "") -> None:
        if self._progress is not None:
            self._progress.phase(name, message)


def _is_settled(described: DescribeTrainingJobResponseTypeDef) -> bool:
    ended = described.get("TrainingEndTime", described["LastModifiedTime"])
    return datetime.now(timezone.utc) > ended + _SETTLED


def _reason(error: str, cause: str, status: str) -> str:
    return ": ".join(part for part in (error, cause) if part) or f"its execution ended as {status}"


_WHY_STOPPED = {
    "MaxRuntimeExceeded": "it ran for as long as its max_run allows; give more, or a larger instance",
    "MaxWaitTimeExceeded": "it waited and ran for as long as its max_wait allows; give more, or no spot capacity",
}
