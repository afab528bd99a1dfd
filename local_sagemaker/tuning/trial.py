"""One training job of a tuning job: the values that it tries, and what came of them.

Rule: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_HyperParameterTrainingJobSummary.html. That a job
which was stopped counts with the objective that it had come to is inferred.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_sagemaker.training.job_record import JobRecord
    from local_sagemaker.tuning.plan import TuningPlan
    from local_sagemaker.tuning.search import Suggestion

_SHOWN = (
    "TrainingJobName",
    "TrainingJobArn",
    "CreationTime",
    "TrainingStartTime",
    "TrainingEndTime",
    "TrainingJobStatus",
    "FailureReason",
)


class Trial:
    """A training job that was begun.

    Parameters
    ----------
    plan
        Of the tuning job.
    suggestion
        What is tried.
    record
        The training job.
    values
        The objective's values so far, one an epoch; it grows while the job runs.
    """

    def __init__(self, plan: TuningPlan, suggestion: Suggestion, record: JobRecord, values: Sequence[float]) -> None:
        self._plan = plan
        self._record = record
        self.suggestion = suggestion
        self.values = values
        # Whether the search was told what came of it.
        self.settled = False

    @property
    def name(self) -> str:
        """Of the training job."""
        return self._record.training_job_name

    @property
    def status(self) -> str:
        """TrainingJobStatus."""
        return self._record.training_job_status

    @property
    def ended(self) -> bool:
        """Whether nothing changes any more."""
        return self._record.ended

    @property
    def failure_reason(self) -> str:
        """Why the training job failed; empty where it did not."""
        return str(self._record.describe().get("FailureReason") or "")

    @property
    def hyperparameters(self) -> dict[str, str]:
        """Give all of them, with those that are not tuned."""
        return {**self._plan.static, **self.suggestion.values}

    @property
    def objective(self) -> float | None:
        """The last value of the objective, once the job has ended without a failure."""
        if self.status not in ("Completed", "Stopped"):
            return None
        metrics = self._record.describe().get("FinalMetricDataList") or []
        return next((item["Value"] for item in metrics if item["MetricName"] == self._plan.metric), None)

    @property
    def objective_status(self) -> str:
        """ObjectiveStatus."""
        if not self.ended:
            return "Pending"
        return "Failed" if self.objective is None else "Succeeded"

    def summary(self) -> dict[str, Any]:
        """Give the entry of ListTrainingJobsForHyperParameterTuningJob."""
        described = self._record.describe()
        summary = {name: described[name] for name in _SHOWN if name in described}
        summary["TuningJobName"] = self._plan.name
        summary["TunedHyperParameters"] = dict(self.suggestion.values)
        summary["ObjectiveStatus"] = self.objective_status
        if self.objective is not None:
            summary["FinalHyperParameterTuningJobObjectiveMetric"] = {
                "Type": "Maximize" if self._plan.maximize else "Minimize",
                "MetricName": self._plan.metric,
                "Value": self.objective,
            }
        if definition := self._plan.definition.get("DefinitionName"):
            summary["TrainingJobDefinitionName"] = definition
        return summary
