"""The training client with jobs and a state machine that really run, on the local cloud."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from endpoint_client import (
    RolloutFailed,
    TrainingClient,
    TrainingFailed,
    TrainingJob,
    TrainingJobNotFound,
    TrainingStopped,
)
from tests.local_sagemaker.cloud import BUCKET, eventually
from tests.local_sagemaker.state_machines.machine_room import TRAIN, MachineRoom, running_machine_room
from tests.local_sagemaker.training.job_cloud import UNTIL_STOPPED

FAST = 0.1
# Trains for as many epochs as it is told, and says how: each loss is half of the one before.
SCRIPT = """
import argparse, os, pathlib, time
arguments = argparse.ArgumentParser()
arguments.add_argument("--epochs", type=int)
arguments.add_argument("--label")
arguments = arguments.parse_args()
data = pathlib.Path(os.environ["SM_CHANNEL_TRAIN"]).joinpath("numbers.csv").read_text()
print("label", arguments.label, "data", data)
for epoch in range(arguments.epochs):
    print(f"epoch {epoch} loss={0.5 ** epoch}", flush=True)
    time.sleep(0.2)
pathlib.Path(os.environ["SM_MODEL_DIR"], "model.txt").write_text("model")
print("done")
"""


@pytest.fixture(scope="module")
def room() -> Iterator[MachineRoom]:
    with running_machine_room() as room:
        yield room


@pytest.fixture(autouse=True)
def connected(room: MachineRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {
        "AWS_ENDPOINT_URL": room.cloud.url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    for variable, value in settings.items():
        monkeypatch.setenv(variable, value)


def machine(room: MachineRoom, script: str, name: str, **options: Any) -> str:
    """Make a state machine as a stack has one: it trains, looks at the loss, and goes on only where that is small."""
    metrics = [{"Name": "loss", "Regex": r"loss=([0-9.e-]+)"}]
    request = room.jobs.request(script, algorithm={"MetricDefinitions": metrics}, **options)
    del request["TrainingJobName"]
    own = request.pop("HyperParameters")
    request |= {
        "TrainingJobName.$": "$$.Execution.Name",
        "HyperParameters.$": "States.JsonMerge($.own, $.given.HyperParameters, false)",
        "InputDataConfig.$": "$.given.InputDataConfig",
    }
    values = "$.result.FinalMetricDataList[?(@.MetricName == 'loss')].Value"
    small = {"Variable": "$.loss.values[0]", "NumericLessThanEquals": 0.3, "Next": "Use the model"}
    states: dict[str, Any] = {
        "Collect": {
            "Type": "Pass",
            "Parameters": {"own": {"epochs": "1", **own}, "given.$": "$$.Execution.Input"},
            "Next": "Train",
        },
        "Train": {
            "Type": "Task",
            "Resource": TRAIN,
            "Parameters": request,
            "ResultPath": "$.result",
            "Next": "Read metric",
        },
        "Read metric": {
            "Type": "Pass",
            "Parameters": {"values.$": values},
            "ResultPath": "$.loss",
            "Next": "Check metric",
        },
        "Check metric": {"Type": "Choice", "Choices": [small], "Default": "Metric not reached"},
        "Metric not reached": {"Type": "Fail", "Error": "MetricNotReached", "Cause": "The loss is above 0.3."},
        "Use the model": {"Type": "Wait", "Seconds": 60, "End": True},
    }
    return room.make({"StartAt": "Collect", "States": states}, room.trainer(), name=name)


@pytest.fixture(scope="module")
def data(room: MachineRoom) -> str:
    room.cloud.put(b"1,2,3", "data/train/numbers.csv")
    return f"s3://{BUCKET}/data/train"


@pytest.fixture(scope="module")
def client(room: MachineRoom) -> TrainingClient:
    return TrainingClient(machine(room, SCRIPT, "job-churn"))


def test_a_job_trains_with_what_was_given_and_is_followed_to_the_end(client, data, capsys):
    job = client.fit({"train": data}, hyperparameters={"epochs": 5, "label": "a b"}, poll_interval=FAST)
    shown = capsys.readouterr().err.splitlines()
    epochs = [f"epoch {epoch} loss={0.5**epoch}" for epoch in range(5)]
    assert [line for line in shown if line.startswith("epoch")] == epochs
    for once in ("label a b data 1,2,3", "done", f"Model: {job.model_data} ({job.billable_seconds} s billed)"):
        assert shown.count(once) == 1
    phases = [line.split(" ")[1].rstrip(":") for line in shown if line.startswith("0:")]
    assert [phase for phase in phases if phase in ("Downloading", "Training", "Uploading", "Completed")] == [
        "Downloading",
        "Training",
        "Uploading",
        "Completed",
    ]
    assert any(line.endswith(" Use the model") for line in shown)

    again = TrainingJob.attach(job.name)
    assert again.status == "Completed"
    assert again.hyperparameters == {"epochs": 5, "label": "a b"}
    assert [line for line in again.logs() if line.startswith("epoch")] == epochs
    assert again.model_data == f"s3://{BUCKET}/out/{job.name}/output/model.tar.gz"
    metrics = again.metrics
    np.testing.assert_array_equal(metrics.values("loss")[1], [0.5**epoch for epoch in range(5)])
    assert (np.diff(metrics.values("loss")[0]).astype(int) > 100).all()
    assert metrics.final == {"loss": 0.0625}
    assert again.wait(poll_interval=FAST) is again


def test_a_model_that_is_not_good_enough_is_told_with_its_job(client, data):
    with pytest.raises(
        RolloutFailed, match=r"'Metric not reached': MetricNotReached: The loss is above 0\.3\."
    ) as caught:
        client.fit({"train": data}, logs=False, hyperparameters={"label": "x"}, poll_interval=FAST)
    assert caught.value.job is not None
    assert caught.value.job.hyperparameters == {"epochs": 1, "label": "x"}


def test_a_script_that_breaks_is_told_with_its_traceback(room, data):
    client = TrainingClient(machine(room, "print('begun'); raise ValueError('no such column')", "job-broken"))
    with pytest.raises(TrainingFailed) as caught:
        client.fit({"train": data}, hyperparameters={}, poll_interval=FAST)
    error = caught.value
    assert "AlgorithmError" in error.reason
    assert "begun" in error.last_lines
    assert "ValueError: no such column" in str(error)
    assert error.job is not None
    assert error.job.failure_reason == error.reason


def test_a_job_that_is_refused_is_told_in_the_services_words(room, data):
    client = TrainingClient(machine(room, SCRIPT, "job-refused", resources={"InstanceType": "ml.no.size"}))
    with pytest.raises(TrainingFailed, match=r"was not created: .*ml\.no\.size") as caught:
        client.fit({"train": data}, hyperparameters={}, wait=False, poll_interval=FAST)
    assert caught.value.job is not None
    with pytest.raises(TrainingJobNotFound):
        caught.value.job.describe()


def test_a_job_is_left_alone_joined_and_stopped(room, data, capsys):
    client = TrainingClient(machine(room, UNTIL_STOPPED, "job-endless"))
    job = client.fit({"train": data}, hyperparameters={}, wait=False, poll_interval=FAST)
    assert capsys.readouterr() == ("", "")
    joined = TrainingJob.attach(job.name)
    lines = joined.logs(follow=True, poll_interval=FAST)
    eventually(lambda: next(lines).startswith("pid"))
    joined.stop()
    with pytest.raises(TrainingStopped, match="somebody stopped it"):
        joined.wait(poll_interval=FAST)
    assert joined.model_data.endswith("model.tar.gz")
