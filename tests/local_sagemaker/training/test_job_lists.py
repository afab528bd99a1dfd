"""Jobs are filtered, sorted and paged as ListTrainingJobs says."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from local_sagemaker.training.job_lists import RefusedListError, list_jobs
from local_sagemaker.training.job_record import JobRecord

START = datetime(2026, 11, 1, tzinfo=timezone.utc)


def job(name: str, minutes: int, status: str = "InProgress", keep_alive: int = 0) -> JobRecord:
    resources = {"InstanceType": "ml.m5.large", "KeepAlivePeriodInSeconds": keep_alive}
    record = JobRecord({"TrainingJobName": name, "ResourceConfig": resources}, f"arn:aws:sagemaker:::{name}")
    record.creation_time = (START + timedelta(minutes=minutes)).replace(tzinfo=None)
    record.last_modified_time = record.creation_time + timedelta(hours=1)
    record.training_job_status = status
    return record


JOBS = [
    job("churn-b", 2, "Failed"),
    job("churn-a", 1, "Completed"),
    job("fraud-c", 3, "InProgress", keep_alive=60),
]


def listed(**request: Any) -> list[str]:
    return [item["TrainingJobName"] for item in list_jobs(JOBS, request)["TrainingJobSummaries"]]


def test_jobs_come_in_the_order_of_their_creation():
    assert listed() == ["churn-a", "churn-b", "fraud-c"]
    assert listed(SortOrder="Descending") == ["fraud-c", "churn-b", "churn-a"]


def test_jobs_are_sorted_by_name_or_status():
    assert listed(SortBy="Name", SortOrder="Descending") == ["fraud-c", "churn-b", "churn-a"]
    assert listed(SortBy="Status") == ["churn-a", "churn-b", "fraud-c"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"NameContains": "Churn"}, ["churn-a", "churn-b"]),
        ({"StatusEquals": "Failed"}, ["churn-b"]),
        ({"WarmPoolStatusEquals": "InUse"}, ["fraud-c"]),
        ({"CreationTimeAfter": START + timedelta(minutes=1)}, ["churn-b", "fraud-c"]),
        ({"CreationTimeBefore": START + timedelta(minutes=2)}, ["churn-a"]),
        ({"LastModifiedTimeAfter": START + timedelta(minutes=62)}, ["fraud-c"]),
        ({"LastModifiedTimeBefore": START}, []),
        # A time in another zone is the same moment.
        ({"CreationTimeAfter": datetime(2026, 11, 1, 2, 2, tzinfo=timezone(timedelta(hours=2)))}, ["fraud-c"]),
        ({"NameContains": "churn", "StatusEquals": "Completed"}, ["churn-a"]),
    ],
)
def test_filters_leave_out_the_others(filters, expected):
    assert listed(**filters) == expected


def test_pages_follow_each_other_even_when_a_job_is_added():
    first = list_jobs(JOBS, {"MaxResults": 2, "SortOrder": "Descending"})
    assert [item["TrainingJobName"] for item in first["TrainingJobSummaries"]] == ["fraud-c", "churn-b"]
    more = [*JOBS, job("newest", 9)]
    second = list_jobs(more, {"MaxResults": 2, "SortOrder": "Descending", "NextToken": first["NextToken"]})
    assert [item["TrainingJobName"] for item in second["TrainingJobSummaries"]] == ["churn-a"]
    assert "NextToken" not in second


def test_a_page_has_ten_jobs_where_nothing_is_said():
    assert len(list_jobs([job(f"job-{n}", n) for n in range(12)], {})["TrainingJobSummaries"]) == 10


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"MaxResults": 101}, "'maxResults' failed to satisfy constraint: Member must have value less than or equal"),
        ({"SortBy": "Colour"}, r"\[Name, CreationTime, Status\]"),
        ({"StatusEquals": "Done"}, "'statusEquals'"),
        ({"NextToken": "nonsense"}, 'Invalid pagination token because "nonsense"'),
    ],
)
def test_wrong_parameters_are_refused(request_, message):
    with pytest.raises(RefusedListError, match=message):
        list_jobs(JOBS, request_)
