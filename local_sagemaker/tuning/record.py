"""What the API shows of one tuning job.

Rule: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeHyperParameterTuningJob.html. That AWS shows
the hyperparameter that it adds among the static ones, and the instance in ResourceConfig wherever it was given, is
inferred from the SageMaker Python SDK: its `HyperparameterTuner.attach` takes both for granted.
"""

from __future__ import annotations

import copy
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

from moto.core.utils import utcnow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from local_sagemaker.tuning.plan import TuningPlan
    from local_sagemaker.tuning.trial import Trial

FINAL = ("Completed", "Failed", "Stopped")
_LONGEST_REASON = 1024
_HIDDEN = ("Tags",)
# TrainingJobStatusCounters: under which of them a training job's status counts.
_COUNTED_AS = {"Failed": "NonRetryableError", "Stopping": "InProgress"}


class TuningRecord:
    """One tuning job, as moto's backend keeps it.

    Parameters
    ----------
    request
        Parameters of CreateHyperParameterTuningJob.
    plan
        The same, read.
    arn
        ARN of the tuning job.
    parents
        The tuning jobs that it starts from.
    """

    def __init__(
        self, request: Mapping[str, Any], plan: TuningPlan, arn: str, parents: Sequence[TuningRecord] = ()
    ) -> None:
        self.request = copy.deepcopy(dict(request))
        self.request["HyperParameterTuningJobConfig"].setdefault("TrainingJobEarlyStoppingType", "Off")
        self.plan = plan
        self.arn = arn
        self.name = plan.name
        self.tags: list[dict[str, str]] = list(request.get("Tags") or [])
        self.creation_time: datetime = utcnow()
        self.last_modified_time = self.creation_time
        self.status = "InProgress"
        self._parents = parents
        self._end_time: datetime | None = None
        self._failure_reason: str | None = None
        self._trials: list[Trial] = []
        self._lock = threading.RLock()

    @property
    def ended(self) -> bool:
        """Whether nothing changes any more."""
        return self.status in FINAL

    @property
    def trials(self) -> list[Trial]:
        """The training jobs that were begun, in their order."""
        with self._lock:
            return list(self._trials)

    def add(self, trial: Trial) -> None:
        """Add a training job that was begun."""
        with self._lock:
            self._trials.append(trial)
            self.touch()

    def touch(self) -> None:
        """Say that something has changed."""
        self.last_modified_time = utcnow()

    def begin_to_stop(self) -> None:
        """Show that the job ends because someone stopped it."""
        with self._lock:
            self.status = "Stopping"
            self.touch()

    def finish(self, status: str, reason: str | None = None) -> None:
        """Come to the end.

        Parameters
        ----------
        status
            One of `FINAL`.
        reason
            FailureReason of a job that failed.
        """
        with self._lock:
            self._failure_reason = None if reason is None else reason[:_LONGEST_REASON]
            self.touch()
            self._end_time = self.last_modified_time
            self.status = status

    def describe(self) -> dict[str, Any]:
        """Give what DescribeHyperParameterTuningJob answers."""
        with self._lock:
            described = {name: value for name, value in self.request.items() if name not in _HIDDEN}
            if described.get("TrainingJobDefinition"):
                described["TrainingJobDefinition"] = self.plan.shown_definition
            else:
                described["TrainingJobDefinitions"] = [self.plan.shown_definition]
            described.update(self._state())
            if self._failure_reason is not None:
                described["FailureReason"] = self._failure_reason
            end = self._end_time or utcnow()
            described["ConsumedResources"] = {"RuntimeInSeconds": int((end - self.creation_time).total_seconds())}
            if best := self.best(self.trials):
                described["BestTrainingJob"] = best.summary()
            warm_start = self.request.get("WarmStartConfig") or {}
            if warm_start.get("WarmStartType") == "IdenticalDataAndAlgorithm":
                everyone = [*self.trials, *(trial for parent in self._parents for trial in parent.trials)]
                if best := self.best(everyone):
                    described["OverallBestTrainingJob"] = best.summary()
            return described

    def summary(self) -> dict[str, Any]:
        """Give the entry of ListHyperParameterTuningJobs."""
        with self._lock:
            config = self.request["HyperParameterTuningJobConfig"]
            return {
                **self._state(),
                "Strategy": config["Strategy"],
                "ResourceLimits": config["ResourceLimits"],
            }

    def best(self, trials: Iterable[Trial]) -> Trial | None:
        """Give the trial with the best objective, the first of equals; None where none has one."""
        best, best_value = None, 0.0
        for trial in trials:
            value = trial.objective
            if value is not None and (best is None or self.plan.better(value, best_value)):
                best, best_value = trial, value
        return best

    def _state(self) -> dict[str, Any]:
        statuses = Counter(_COUNTED_AS.get(trial.status, trial.status) for trial in self._trials)
        objectives = Counter(trial.objective_status for trial in self._trials)
        names = ("Completed", "InProgress", "RetryableError", "NonRetryableError", "Stopped")
        state = {
            "HyperParameterTuningJobName": self.name,
            "HyperParameterTuningJobArn": self.arn,
            "HyperParameterTuningJobStatus": self.status,
            "CreationTime": self.creation_time,
            "HyperParameterTuningEndTime": self._end_time,
            "LastModifiedTime": self.last_modified_time,
            "TrainingJobStatusCounters": {name: statuses[name] for name in names},
            "ObjectiveStatusCounters": {name: objectives[name] for name in ("Succeeded", "Pending", "Failed")},
        }
        return {name: value for name, value in state.items() if value is not None}
