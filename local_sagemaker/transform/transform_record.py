"""What the API shows of one transform job: what was asked for, and how far it has come.

Rule: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTransformJob.html.
"""

from __future__ import annotations

import copy
import threading
from typing import TYPE_CHECKING, Any

from moto.core.utils import utcnow

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

FINAL = ("Completed", "Failed", "Stopped")


class TransformRecord:
    """One transform job, as moto's backend keeps it.

    Parameters
    ----------
    request
        Parameters of CreateTransformJob.
    arn
        ARN of the job.
    """

    def __init__(self, request: Mapping[str, Any], arn: str) -> None:
        self.request = copy.deepcopy(dict(request))
        self.arn = arn
        self.transform_job_name: str = request["TransformJobName"]
        self.tags: list[dict[str, str]] = list(request.get("Tags") or [])
        self.creation_time: datetime = utcnow()
        self.last_modified_time = self.creation_time
        self.transform_job_status = "InProgress"
        self._start_time: datetime | None = None
        self._end_time: datetime | None = None
        self._failure_reason: str | None = None
        self._lock = threading.Lock()

    @property
    def ended(self) -> bool:
        """Whether nothing changes any more."""
        return self.transform_job_status in FINAL

    def begin(self) -> None:
        """Begin the time that AWS bills."""
        with self._lock:
            self._start_time = self.last_modified_time = utcnow()

    def stop(self) -> None:
        """Show that it is stopping."""
        with self._lock:
            if not self.ended:
                self.transform_job_status = "Stopping"
                self.last_modified_time = utcnow()

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
            self.transform_job_status = status
            self._failure_reason = reason
            self._end_time = self.last_modified_time = utcnow()

    def describe(self) -> dict[str, Any]:
        """Give what DescribeTransformJob answers."""
        with self._lock:
            described = {name: value for name, value in self.request.items() if name != "Tags"}
            return {**described, **self._state(), **self._times()}

    def summary(self) -> dict[str, Any]:
        """Give the entry of ListTransformJobs."""
        with self._lock:
            state = {**self._state(), "LastModifiedTime": self.last_modified_time, **self._times()}
            state.pop("TransformStartTime", None)
            return state

    def gen_response_object(self) -> dict[str, Any]:
        """Give what Search answers; the name is moto's."""
        return {**self.describe(), "Tags": self.tags}

    def _state(self) -> dict[str, Any]:
        state = {
            "TransformJobName": self.transform_job_name,
            "TransformJobArn": self.arn,
            "CreationTime": self.creation_time,
            "TransformJobStatus": self.transform_job_status,
            "FailureReason": self._failure_reason,
        }
        return {name: value for name, value in state.items() if value is not None}

    def _times(self) -> dict[str, Any]:
        times = {"TransformStartTime": self._start_time, "TransformEndTime": self._end_time}
        return {name: value for name, value in times.items() if value is not None}
