"""The order of training jobs by their objective."""

from datetime import datetime
from typing import Any

from local_sagemaker.tuning import lists

VALUES = {"a": 2.5, "b": -1.0, "c": None, "d": 10.0, "e": -0.0, "f": -30.0, "g": 1e-9}
SUMMARIES = [
    {
        "TrainingJobName": name,
        "TrainingJobStatus": "Completed",
        "CreationTime": datetime(2026, 1, 1),  # noqa: DTZ001  as moto keeps times
        **({} if value is None else {"FinalHyperParameterTuningJobObjectiveMetric": {"Value": value}}),
    }
    for name, value in VALUES.items()
]


def names(**request: Any) -> list[str]:
    return [item["TrainingJobName"] for item in lists.training_jobs(SUMMARIES, request)["TrainingJobSummaries"]]


def test_jobs_without_an_objective_are_not_listed_by_it():
    assert names(SortBy="FinalObjectiveMetricValue") == ["f", "b", "e", "g", "a", "d"]
    assert names(SortBy="FinalObjectiveMetricValue", SortOrder="Descending") == ["d", "a", "g", "e", "b", "f"]


def test_the_name_is_the_order_where_none_is_asked_for():
    assert names() == list("abcdefg")


def test_pages_follow_the_objective():
    found: list[list[str]] = []
    token: dict[str, str] = {}
    while True:
        page = lists.training_jobs(SUMMARIES, {"SortBy": "FinalObjectiveMetricValue", "MaxResults": 2, **token})
        found.append([item["TrainingJobName"] for item in page["TrainingJobSummaries"]])
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert found == [["f", "b"], ["e", "g"], ["a", "d"]]
