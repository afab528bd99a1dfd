"""A tuning job: its training jobs, the best of them, and its end."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from endpoint_client.aws_services import AwsServices
from endpoint_client.exceptions import (
    InvalidRequest,
    RolloutFailed,
    TuningFailed,
    TuningJobNotFound,
    TuningNotFinished,
    TuningStopped,
)
from endpoint_client.training.creation import reason_without_job
from endpoint_client.training.execution import RUNNING, SUCCEEDED, TrainingExecution
from endpoint_client.training.figures import new_figure
from endpoint_client.training.hyperparameters import decode_hyperparameters
from endpoint_client.training.job import TrainingJob
from endpoint_client.training.pauses import POLL_INTERVAL, Pauses
from endpoint_client.training.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import boto3
    from matplotlib.figure import Figure
    from types_boto3_sagemaker.type_defs import DescribeHyperParameterTuningJobResponseTypeDef


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One of the training jobs of a tuning job.

    Attributes
    ----------
    name : str
        Of the training job.
    status : str
        ``InProgress``, ``Completed``, ``Failed``, ``Stopping`` or ``Stopped``.
    hyperparameters : dict of str
        What was tried, with the types that the script gets.
    objective : float or None
        The last value of the objective; None where there is none.
    """

    name: str
    status: str
    hyperparameters: dict[str, Any]
    objective: float | None


class TuningJob:
    """One job by its name; `TuningClient.tune` starts one, and `attach` finds one that was started before.

    Every look is a new question to the service, so what it gives is true at that moment.

    Parameters
    ----------
    name : str
        The job's name.
    region : str, optional
        AWS region; default: the session's.
    session : boto3.Session, optional
        Credentials and region to use; default: boto3's own.

    Attributes
    ----------
    name : str

    Example
    -------
    >>> job = TuningJob.attach("churn-1128-080000-123").wait()  # doctest: +SKIP
    >>> print(job.table())  # doctest: +SKIP
    >>> job.best_training_job.model_data  # doctest: +SKIP
    's3://churn-artifacts/training/churn-1128-080000-123-007-0f3a9c1e/output/model.tar.gz'
    """

    def __init__(self, name: str, *, region: str | None = None, session: boto3.Session | None = None) -> None:
        self.name = name
        self._execution_arn: str | None = None
        self._service = AwsServices(region=region, session=session)

    @classmethod
    def attach(cls, name: str, *, region: str | None = None, session: boto3.Session | None = None) -> TuningJob:
        """Give a job that exists, whoever started it.

        Raises
        ------
        TuningJobNotFound
            There is no such job in the account and the region.
        """
        job = cls(name, region=region, session=session)
        job.describe()
        return job

    @classmethod
    def started(cls, service: AwsServices, name: str, execution_arn: str) -> TuningJob:
        """Give the job of an execution, with the connections that it was started with."""
        job = cls(name)
        job._service = service
        job._execution_arn = execution_arn
        return job

    def __repr__(self) -> str:
        return f"TuningJob({self.name!r})"

    def __reduce__(self) -> tuple[Callable[..., TuningJob], tuple[Any, ...]]:
        # Connections stay here: another process makes its own, with its own credentials.
        return _again, (self.name, self._service.region, self._execution_arn)

    def describe(self) -> DescribeHyperParameterTuningJobResponseTypeDef:
        """Give what DescribeHyperParameterTuningJob says.

        Raises
        ------
        TuningJobNotFound
            There is no such job.
        """
        try:
            with self._service.translated(f"tuning job {self.name!r}"):
                return self._service.sagemaker.describe_hyper_parameter_tuning_job(
                    HyperParameterTuningJobName=self.name
                )
        except InvalidRequest as error:
            if error.code != "ResourceNotFound" and "find" not in error.message:
                raise
            raise TuningJobNotFound(
                f"{error.message}; check the name, the region and the account of the credentials: "
                "`aws sagemaker list-hyper-parameter-tuning-jobs` lists what is there",
                code=error.code,
                status=error.status,
                request_id=error.request_id,
            ) from error

    @property
    def status(self) -> str:
        """``InProgress``, ``Completed``, ``Failed``, ``Stopping`` or ``Stopped``."""
        return self.describe()["HyperParameterTuningJobStatus"]

    @property
    def failure_reason(self) -> str | None:
        """Why it failed; None where it did not."""
        return self.describe().get("FailureReason")

    @property
    def best_training_job(self) -> TrainingJob:
        """The training job with the best objective up to now.

        Raises
        ------
        TuningNotFinished
            None has an objective yet, or none ever had.
        """
        best = self.describe().get("BestTrainingJob")
        if not best:
            raise TuningNotFinished(
                f"tuning job {self.name!r} has no training job with an objective; trials() tells how they are", job=self
            )
        return TrainingJob(best["TrainingJobName"], region=self._service.region, session=self._service.session)

    @property
    def best_hyperparameters(self) -> dict[str, Any]:
        """What the best training job was given of the ranges, with the types that the script gets.

        Raises
        ------
        TuningNotFinished
            As `best_training_job`.
        """
        best = self.describe().get("BestTrainingJob")
        if not best:
            raise TuningNotFinished(f"tuning job {self.name!r} has no training job with an objective", job=self)
        return decode_hyperparameters(best.get("TunedHyperParameters", {}))

    def trials(self) -> list[Trial]:
        """Give its training jobs, the first first."""
        found = []
        with self._service.translated(f"the training jobs of tuning job {self.name!r}"):
            pages = self._service.sagemaker.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job").paginate(
                HyperParameterTuningJobName=self.name, SortBy="CreationTime", SortOrder="Ascending"
            )
            for page in pages:
                found += page["TrainingJobSummaries"]
        return [
            Trial(
                name=one["TrainingJobName"],
                status=one["TrainingJobStatus"],
                hyperparameters=decode_hyperparameters(one.get("TunedHyperParameters", {})),
                objective=one.get("FinalHyperParameterTuningJobObjectiveMetric", {}).get("Value"),
            )
            for one in found
        ]

    def table(self) -> str:
        """Give the trials as a table of text, the best first."""
        config = self.describe()["HyperParameterTuningJobConfig"]
        goal = config.get("HyperParameterTuningJobObjective", {})
        largest_first = goal.get("Type") != "Minimize"
        trials = self.trials()
        names = sorted({name for trial in trials for name in trial.hyperparameters})
        scored = sorted(
            (trial for trial in trials if trial.objective is not None),
            key=lambda trial: trial.objective or 0.0,
            reverse=largest_first,
        )
        rows = [
            [goal.get("MetricName", "objective"), *names, "status", "training job"],
            *(
                [
                    "" if trial.objective is None else f"{trial.objective:.6g}",
                    *(str(trial.hyperparameters.get(name, "")) for name in names),
                    trial.status,
                    trial.name,
                ]
                for trial in (*scored, *(trial for trial in trials if trial.objective is None))
            ),
        ]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        return "\n".join(
            "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows
        )

    def plot(self, path: str | Path | None = None) -> Figure:
        """Draw the objective of each trial with the best up to it, and against each hyperparameter.

        Parameters
        ----------
        path : str or Path, optional
            Where to write the picture, whose kind the ending says; default: a figure that notebooks show.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        ConfigurationError
            matplotlib is not installed: it comes with the extra ``plot``.
        """
        goal = self.describe()["HyperParameterTuningJobConfig"].get("HyperParameterTuningJobObjective", {})
        better = min if goal.get("Type") == "Minimize" else max
        scored = [(trial, trial.objective) for trial in self.trials() if trial.objective is not None]
        values = [value for _, value in scored]
        names = sorted({name for trial, _ in scored for name in trial.hyperparameters})
        figure = new_figure((8.0, 1.0 + 2.5 * (1 + len(names))), shown=path is None)
        all_axes = figure.subplots(1 + len(names), 1, squeeze=False)[:, 0]
        numbers = range(1, len(values) + 1)
        all_axes[0].plot(numbers, values, linestyle="none", marker=".", label="trials")
        all_axes[0].step(numbers, [better(values[:number]) for number in numbers], where="post", label="best so far")
        all_axes[0].set_xlabel("trial")
        all_axes[0].legend()
        for name, axes in zip(names, all_axes[1:], strict=True):
            tried = [trial.hyperparameters.get(name) for trial, _ in scored]
            plain = all(isinstance(one, int | float) and not isinstance(one, bool) for one in tried)
            axes.plot(tried if plain else [str(one) for one in tried], values, linestyle="none", marker=".")
            axes.set_xlabel(name)
        for axes in all_axes:
            axes.set_ylabel(goal.get("MetricName", "objective"))
            axes.grid(visible=True, alpha=0.3)
        if path is not None:
            figure.savefig(path)
        return figure

    def wait(self, *, poll_interval: float = POLL_INTERVAL) -> TuningJob:
        """Wait for its end, and for the end of its execution where it has one; show on stderr how it goes on.

        An interruption (Ctrl-C) leaves it running, and says how to come back.

        Parameters
        ----------
        poll_interval : float, default 1
            Seconds between two looks; they are shorter at first and become five times as long.

        Returns
        -------
        TuningJob
            Itself.

        Raises
        ------
        TuningFailed
            It failed, or SageMaker refused to create it.
        TuningStopped
            Somebody stopped it.
        RolloutFailed
            It completed, and a check of the best job's metrics or the way to an endpoint failed.
        """
        progress, pauses = Progress(), Pauses(poll_interval)
        progress.line(f"Tuning job {self.name}")
        try:
            self.until_created(pauses)
            while (described := pauses.insist(self.describe))["HyperParameterTuningJobStatus"] not in ENDED:
                self._show(progress, described)
                pauses.pause()
            self._show(progress, described)
            self._raise_unless_completed(described)
            if self._execution_arn is not None:
                self._until_executed(TrainingExecution(self._service, self._execution_arn), pauses)
            progress.line(f"Best: {described['BestTrainingJob']['TrainingJobName']}")
        except KeyboardInterrupt:
            progress.close()
            print(
                f"The job goes on. Come back with TuningJob.attach({self.name!r}).wait(), "
                f"or end it with TuningJob.attach({self.name!r}).stop()",
                file=sys.stderr,
            )
            raise
        finally:
            progress.close()
        return self

    def until_created(self, pauses: Pauses, deadline: float | None = None) -> None:
        """Wait until its execution has created it.

        Parameters
        ----------
        pauses : Pauses
        deadline : float, optional
            Seconds after which it is taken to be on its way; default: none.

        Raises
        ------
        TuningFailed
            The execution ended without it, as when SageMaker refuses it.
        """
        if self._execution_arn is None:
            return
        execution = TrainingExecution(self._service, self._execution_arn)
        reason = reason_without_job(execution, lambda: self._exists(pauses), pauses, deadline)
        if reason is not None:
            raise TuningFailed(f"tuning job {self.name!r} was not created: {reason}", job=self, reason=reason)

    def stop(self) -> None:
        """Ask SageMaker to stop it, and the training jobs that run.

        Raises
        ------
        InvalidRequest
            It has ended already.
        """
        with self._service.translated(f"tuning job {self.name!r}"):
            self._service.sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=self.name)

    def _exists(self, pauses: Pauses) -> bool:
        try:
            pauses.insist(self.describe)
        except TuningJobNotFound:
            return False
        return True

    def _show(self, progress: Progress, described: DescribeHyperParameterTuningJobResponseTypeDef) -> None:
        counts = described["TrainingJobStatusCounters"]
        failed = counts.get("NonRetryableError", 0) + counts.get("RetryableError", 0)
        text = f"{counts.get('Completed', 0)} completed, {counts.get('InProgress', 0)} running, {failed} failed"
        best = described.get("BestTrainingJob", {}).get("FinalHyperParameterTuningJobObjectiveMetric")
        if best:
            text += f"; best {best['MetricName']} {best['Value']:.6g}"
        progress.begin(described["CreationTime"])
        progress.phase(described["HyperParameterTuningJobStatus"], text)
        progress.tick()

    def _raise_unless_completed(self, described: DescribeHyperParameterTuningJobResponseTypeDef) -> None:
        status = described["HyperParameterTuningJobStatus"]
        if status == STOPPED:
            raise TuningStopped(f"tuning job {self.name!r} was stopped", job=self)
        if status == FAILED:
            reason = described.get("FailureReason", "SageMaker gave no reason")
            raise TuningFailed(f"tuning job {self.name!r} failed: {reason}", job=self, reason=reason)

    def _until_executed(self, execution: TrainingExecution, pauses: Pauses) -> None:
        while (described := pauses.insist(execution.describe))["status"] == RUNNING:
            pauses.pause()
        if described["status"] != SUCCEEDED:
            error, cause = described.get("error", ""), described.get("cause", "")
            state = pauses.insist(execution.state)
            raise RolloutFailed(
                f"tuning job {self.name!r} completed, but what follows it failed in state {state!r}: "
                f"{': '.join(part for part in (error, cause) if part) or described['status']}",
                state=state,
                error=error,
                cause=cause,
            )


def _again(name: str, region: str, execution_arn: str | None) -> TuningJob:
    job = TuningJob(name, region=region)
    job._execution_arn = execution_arn
    return job


FAILED, STOPPED = "Failed", "Stopped"
ENDED = frozenset({"Completed", FAILED, STOPPED})
