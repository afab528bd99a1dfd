"""Metrics are found in the lines of the log, and none that is no number is lost in silence."""

from typing import Any

import pytest
from moto.cloudwatch.models import CloudWatchBackend
from moto.core.base_backend import BackendDict

from local_sagemaker.data_plane_errors import AccessDeniedError
from local_sagemaker.training.job_metrics import NAMESPACE, JobMetrics, refusals
from tests.local_sagemaker.cloud import ACCOUNT, REGION
from tests.local_sagemaker.recorder import Recorder

LOSS = {"Name": "train:loss", "Regex": r"loss=(\S+)"}
SCORE = {"Name": "f1", "Regex": r"f1=([0-9.e-]+)"}


@pytest.fixture(autouse=True)
def in_cloudwatch(monkeypatch):
    """What was put: namespace, name, value and dimensions, whoever keeps it."""
    BackendDict.reset()
    found: list[tuple[str, str, float, dict[str, str]]] = []

    def put(_: CloudWatchBackend, namespace: str, data: list[dict[str, Any]]) -> None:
        for datum in data:
            dimensions = {item["Name"]: item["Value"] for item in datum["Dimensions"]}
            found.append((namespace, datum["MetricName"], datum["Value"], dimensions))

    monkeypatch.setattr(CloudWatchBackend, "put_metric_data", put)
    yield found
    BackendDict.reset()


@pytest.fixture
def warnings():
    return []


def metrics(warnings, *definitions, role=None):
    return JobMetrics(definitions, "job", role or Recorder(), account_id=ACCOUNT, region=REGION, warn=warnings.append)


def final(metrics):
    return {item["MetricName"]: item["Value"] for item in metrics.final()}


def test_every_value_goes_to_the_job_s_dimension_and_the_last_is_kept(in_cloudwatch, warnings):
    found = metrics(warnings, LOSS, SCORE)
    for line in ("epoch 1 loss=0.5 f1=0.25", "nothing", "epoch 2 loss=2.5e-1"):
        found.search(line)
    dimension = {"TrainingJobName": "job"}
    assert in_cloudwatch == [
        (NAMESPACE, "train:loss", 0.5, dimension),
        (NAMESPACE, "f1", 0.25, dimension),
        (NAMESPACE, "train:loss", 0.25, dimension),
    ]
    assert final(found) == {"train:loss": 0.25, "f1": 0.25}
    assert warnings == []


@pytest.mark.parametrize("text", ["nan", "inf", "-Infinity", "abc"])
def test_a_value_that_is_no_finite_number_is_told_once_and_is_no_final_value(in_cloudwatch, warnings, text):
    found = metrics(warnings, LOSS)
    for line in ("loss=0.5", f"loss={text}", f"loss={text}"):
        found.search(line)
    assert len(in_cloudwatch) == 1
    assert final(found) == {}
    assert len(warnings) == 1
    assert f"metric 'train:loss': '{text}' is no finite number" in warnings[0]
    found.search("loss=0.25")
    assert final(found) == {"train:loss": 0.25}


def test_a_group_that_takes_no_part_in_the_match_is_no_number(warnings):
    found = metrics(warnings, {"Name": "m", "Regex": "m=(?:none|([0-9]+))"})
    found.search("m=none")
    assert len(warnings) == 1


def test_the_right_to_put_metrics_is_asked_for_where_there_are_some(warnings):
    role = Recorder("cloudwatch:PutMetricData")
    metrics(warnings, role=role).open()
    assert role.asked == []
    with pytest.raises(AccessDeniedError, match="cloudwatch:PutMetricData"):
        metrics(warnings, LOSS, role=role).open()
    assert role.contexts["cloudwatch:PutMetricData"] == {"cloudwatch:namespace": NAMESPACE}


def test_a_regex_that_cannot_find_a_value_is_refused():
    problems = list(refusals([LOSS, {"Name": "a", "Regex": "x="}, {"Name": "b", "Regex": "(x"}]))
    assert [problem.split(" of ")[0] for problem in problems] == ["Regex 'x='", "Regex '(x'"]
    assert "put what is the value into parentheses" in problems[0]
    assert "is no regular expression: missing )" in problems[1]
