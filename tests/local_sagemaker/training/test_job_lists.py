"""Training jobs are listed as ListTrainingJobs says: the oldest first, and also by their warm pool."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from local_sagemaker.training.job_lists import TRAINING_JOBS
from local_sagemaker.training.job_record import JobRecord

START = datetime(2026, 11, 1, tzinfo=timezone.utc).replace(tzinfo=None)


def job(name: str, minutes: int, status: str = "InProgress", keep_alive: int = 0) -> JobRecord:
    resources = {"InstanceType": "ml.m5.large", "KeepAlivePeriodInSeconds": keep_alive}
    record = JobRecord({"TrainingJobName": name, "ResourceConfig": resources}, f"arn:aws:sagemaker:::{name}")
    record.creation_time = record.last_modified_time = START + timedelta(minutes=minutes)
    record.training_job_status = status
    return record


JOBS = [
    job("churn-b", 2, "Failed"),
    job("churn-a", 1, "Completed"),
    job("fraud-c", 3, "InProgress", keep_alive=60),
]


def listed(**request: Any) -> list[str]:
    answer = TRAINING_JOBS.page((job.summary() for job in JOBS), request)
    return [item["TrainingJobName"] for item in answer["TrainingJobSummaries"]]


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({}, ["churn-a", "churn-b", "fraud-c"]),
        ({"SortBy": "Status"}, ["churn-a", "churn-b", "fraud-c"]),
        ({"StatusEquals": "Failed"}, ["churn-b"]),
        ({"WarmPoolStatusEquals": "InUse"}, ["fraud-c"]),
        ({"CreationTimeAfter": START + timedelta(minutes=2)}, ["fraud-c"]),
        # No job of the local cloud has a training plan.
        ({"TrainingPlanArnEquals": "arn:aws:sagemaker:us-east-1:123456789012:training-plan/plan"}, []),
    ],
)
def test_jobs_are_listed(request_, expected):
    assert listed(**request_) == expected
