"""What the API shows of one training job: what was asked for, and how far it has come.

Status, secondary status and the messages of its transitions follow
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html and its
API_SecondaryStatusTransition.html.
"""

from __future__ import annotations

import copy
import math
import threading
from typing import TYPE_CHECKING, Any

from moto.core.utils import utcnow

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

DEFAULT_MAX_RUNTIME = 86_400
FINAL = ("Completed", "Failed", "Stopped")
# Asked for, but not what DescribeTrainingJob shows.
_HIDDEN = ("Tags", "SessionChainingConfig")
_FLAGS = ("EnableNetworkIsolation", "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining")


class JobRecord:
    """One training job, as moto's backend keeps it.

    Parameters
    ----------
    request
        Parameters of CreateTrainingJob.
    arn
        ARN of the job.
    tuning_job_arn
        ARN of the hyperparameter tuning job that makes this job, where one does.
    """

    def __init__(self, request: Mapping[str, Any], arn: str, *, tuning_job_arn: str | None = None) -> None:
        self.request = copy.deepcopy(dict(request))
        self.request.setdefault("StoppingCondition", {}).setdefault("MaxRuntimeInSeconds", DEFAULT_MAX_RUNTIME)
        self.arn = arn
        self._tuning_job_arn = tuning_job_arn
        self.training_job_name: str = request["TrainingJobName"]
        self.tags: list[dict[str, str]] = list(request.get("Tags") or [])
        self.creation_time: datetime = utcnow()
        self.last_modified_time = self.creation_time
        self.training_start_time: datetime | None = None
        self.training_end_time: datetime | None = None
        self.training_job_status = "InProgress"
        self._secondary: list[dict[str, Any]] = []
        self._failure_reason: str | None = None
        self._model: str | None = None
        self._final_metrics: list[dict[str, Any]] = []
        self._lock = threading.RLock()
        self.enter("Starting", "Starting the training job")

    @property
    def secondary_status(self) -> str:
        """Of the last transition."""
        return str(self._secondary[-1]["Status"])

    @property
    def ended(self) -> bool:
        """Whether nothing changes any more."""
        return self.training_job_status in FINAL

    @property
    def warm_pool_status(self) -> dict[str, Any] | None:
        """Status of the warm pool, where one is asked for: the local cloud retains none after the job."""
        if not self.request["ResourceConfig"].get("KeepAlivePeriodInSeconds"):
            return None
        if self.ended:
            return {"Status": "Terminated", "ResourceRetainedBillableTimeInSeconds": 0}
        return {"Status": "InUse"}

    def enter(self, secondary: str, message: str, *, status: str | None = None) -> None:
        """Go on to a secondary status, or give the present one another message."""
        with self._lock:
            self.last_modified_time = now = utcnow()
            if status is not None:
                self.training_job_status = status
            if self._secondary and self._secondary[-1]["Status"] == secondary:
                self._secondary[-1]["StatusMessage"] = message
                return
            if self._secondary:
                self._secondary[-1]["EndTime"] = now
            self._secondary.append({"Status": secondary, "StartTime": now, "StatusMessage": message})

    def begin_training(self) -> None:
        """Begin the time that AWS bills."""
        with self._lock:
            self.training_start_time = utcnow()

    def finish(
        self,
        status: str,
        secondary: str,
        message: str,
        *,
        reason: str | None = None,
    ) -> None:
        """Come to the end.

        Parameters
        ----------
        status
            One of `FINAL`.
        secondary, message
            The last transition.
        reason
            FailureReason of a job that failed.
        """
        with self._lock:
            self._failure_reason = reason
            if self.training_start_time is not None:
                self.training_end_time = utcnow()
            self.enter(secondary, message, status=status)
            self._secondary[-1]["EndTime"] = self.last_modified_time

    def show_model(self, uri: str) -> None:
        """Show where the model is, or would be."""
        with self._lock:
            self._model = uri

    def show_metrics(self, final: list[dict[str, Any]]) -> None:
        """Show the last value of each metric."""
        with self._lock:
            self._final_metrics = final

    def change(self, name: str, value: Mapping[str, Any]) -> None:
        """Change some keys of what was asked for, as UpdateTrainingJob does."""
        with self._lock:
            self.request[name] = {**self.request.get(name, {}), **value}
            self.last_modified_time = utcnow()

    def describe(self) -> dict[str, Any]:
        """Give what DescribeTrainingJob answers."""
        with self._lock:
            described = {name: value for name, value in self.request.items() if name not in _HIDDEN}
            described.update({name: described.get(name) or False for name in _FLAGS})
            # AWS always shows the key, "" for none: the SageMaker Python SDK's `attach` reads it unasked.
            described["OutputDataConfig"] = {"KmsKeyId": "", **described.get("OutputDataConfig", {})}
            described.update(self._state())
            if self._tuning_job_arn is not None:
                described["TuningJobArn"] = self._tuning_job_arn
            described["SecondaryStatusTransitions"] = copy.deepcopy(self._secondary)
            if self._model is not None:
                described["ModelArtifacts"] = {"S3ModelArtifacts": self._model}
            if self._failure_reason is not None:
                described["FailureReason"] = self._failure_reason
            if self._final_metrics:
                described["FinalMetricDataList"] = list(self._final_metrics)
            if self.training_start_time is not None and self.training_end_time is not None:
                seconds = math.ceil((self.training_end_time - self.training_start_time).total_seconds())
                # What AWS would bill of a spot instance is not known here.
                described.update(dict.fromkeys(("TrainingTimeInSeconds", "BillableTimeInSeconds"), seconds))
            return described

    def summary(self) -> dict[str, Any]:
        """Give the entry of ListTrainingJobs."""
        with self._lock:
            state = self._state()
            state.pop("TrainingStartTime", None)
            return state

    def gen_response_object(self) -> dict[str, Any]:
        """Give what Search answers; the name is moto's."""
        return {**self.describe(), "Tags": self.tags}

    def _state(self) -> dict[str, Any]:
        state = {
            "TrainingJobName": self.training_job_name,
            "TrainingJobArn": self.arn,
            "CreationTime": self.creation_time,
            "TrainingStartTime": self.training_start_time,
            "TrainingEndTime": self.training_end_time,
            "LastModifiedTime": self.last_modified_time,
            "TrainingJobStatus": self.training_job_status,
            "SecondaryStatus": self.secondary_status,
            "WarmPoolStatus": self.warm_pool_status,
        }
        return {name: value for name, value in state.items() if value is not None}
