"""Starting jobs: what is sent, what is refused before, and what comes back."""

import json
import re

import pytest

from endpoint_client import (
    AccessDenied,
    ConfigurationError,
    InvalidInput,
    InvalidRequest,
    RolloutFailed,
    TrainingClient,
    TrainingFailed,
    TrainingInput,
)
from endpoint_client.training import client as module
from tests.endpoint_client.training.scripted_aws import CREATED, MACHINE, RefusalError

FAST = 0.01


@pytest.fixture
def client(aws) -> TrainingClient:
    return TrainingClient(MACHINE)


@pytest.fixture
def started(aws):
    """Have the state machine create its job at once."""
    start = aws._start_execution

    def start_and_create(body):
        aws.create_job(body["name"])
        return start(body)

    aws._start_execution = start_and_create
    return aws


def test_the_execution_gets_what_was_given_and_the_jobs_name(started, client, capsys):
    job = client.fit(
        {"train": "s3://b/train", "val": TrainingInput("s3://b/val")},
        hyperparameters={"epochs": 20, "penalty": "l2"},
        wait=False,
        poll_interval=FAST,
    )
    (request,) = started.asked("StartExecution")
    assert request["stateMachineArn"] == MACHINE
    assert request["name"] == job.name
    assert re.fullmatch(r"churn-\d{4}(-\d\d){5}-\d{3}", job.name)
    sent = json.loads(request["input"])
    assert sent["HyperParameters"] == {"epochs": "20", "penalty": '"l2"'}
    assert [channel["ChannelName"] for channel in sent["InputDataConfig"]] == ["train", "val"]
    assert job.status == "InProgress"
    assert capsys.readouterr() == ("", "")


def test_nothing_given_means_what_was_deployed(started, client):
    client.fit(wait=False, poll_interval=FAST)
    (request,) = started.asked("StartExecution")
    assert json.loads(request["input"]) == {}


def test_a_job_may_be_named(started, client):
    assert client.fit(wait=False, job_name="churn-try-2", poll_interval=FAST).name == "churn-try-2"
    assert started.asked("StartExecution")[0]["name"] == "churn-try-2"


@pytest.mark.parametrize("name", ["other-1", "churn", "churn-", "churn-a_b", "churn-" + "x" * 58, "churn-a-", 7])
def test_a_name_that_no_job_of_it_has_is_refused(aws, client, name):
    with pytest.raises(InvalidInput, match=r"job_name=.*: give 'churn-' and what you like"):
        client.fit(job_name=name)
    assert aws.requests == []


def test_a_name_that_was_used_before_is_refused(aws, client):
    aws.create_job("churn-try")
    with pytest.raises(InvalidInput, match=r"'churn-try' was used before.*TrainingJob.attach"):
        client.fit(job_name="churn-try")
    aws.refusals["StartExecution"] = [RefusalError("ExecutionAlreadyExists", "exists")]
    with pytest.raises(InvalidInput, match="'churn-other' was used before"):
        client.fit(job_name="churn-other")


@pytest.mark.parametrize(
    "given", [{"inputs": "data/train"}, {"hyperparameters": {"x": object()}}, {"inputs": {"a b": "s3://b/x"}}]
)
def test_bad_input_is_refused_before_any_call(aws, client, given):
    with pytest.raises(InvalidInput):
        client.fit(**given)
    assert aws.requests == []


def test_who_may_not_start_is_told_so(aws, client):
    aws.refusals["StartExecution"] = [RefusalError("AccessDeniedException", "not authorized")]
    with pytest.raises(AccessDenied, match=r"state machine 'churn' in us-east-1: .* may not StartExecution"):
        client.fit()
    aws.refusals["StartExecution"] = [RefusalError("StateMachineDoesNotExist", "State Machine Does Not Exist")]
    with pytest.raises(InvalidRequest, match="State Machine Does Not Exist"):
        client.fit()


@pytest.mark.parametrize("wait", [True, False])
def test_a_job_that_sagemaker_refuses_has_its_words(aws, client, wait):
    cause = "ResourceLimitExceeded: The account-level service limit is 0 Instances"
    facts = {"error": "SageMaker.ResourceLimitExceededException", "cause": cause}
    aws.steps = [lambda: None, lambda: None, lambda: aws.end_execution("FAILED", **facts)]
    with pytest.raises(TrainingFailed, match=r"was not created: .*service limit is 0") as caught:
        client.fit(wait=wait, poll_interval=FAST)
    assert caught.value.reason == f"{facts['error']}: {cause}"
    assert caught.value.job is not None
    assert caught.value.last_lines == ()


def test_an_execution_that_was_aborted_before_its_job_says_so(aws, client):
    aws.steps = [lambda: aws.end_execution("ABORTED")]
    with pytest.raises(TrainingFailed, match="its execution ended as ABORTED"):
        client.fit(poll_interval=FAST)


def test_a_job_that_begins_and_ends_between_two_looks_is_no_failure(aws, client):
    aws.steps = [
        lambda: None,
        lambda: None,
        lambda: (aws.create_job("churn-x"), aws.end(name="churn-x"), aws.end_execution()),
    ]
    assert client.fit(job_name="churn-x", poll_interval=FAST).status == "Completed"


def test_a_state_machine_that_takes_its_time_is_not_waited_for_forever(aws, client, monkeypatch):
    monkeypatch.setattr(module, "_CREATION", 0.05)
    job = client.fit(wait=False, poll_interval=FAST)
    assert job.name.startswith("churn-")


def test_waiting_shows_the_job_and_what_follows_it(aws, client, capsys):
    aws.steps = [
        lambda: None,
        lambda: None,
        lambda: None,
        lambda: (aws.create_job("churn-x"), aws.enter("Starting", "Starting the training job", name="churn-x")),
        lambda: (
            aws.enter("Training", "Training in progress", 62, name="churn-x"),
            aws.write("epoch 1", at=int(CREATED * 1000) + 63_000, name="churn-x"),
        ),
        lambda: (aws.end(name="churn-x"), aws.enter("Completed", "Training job completed", 90, name="churn-x")),
        lambda: aws.states.append("Check metric"),
        lambda: aws.states.append("Update endpoint"),
        aws.end_execution,
    ]
    job = client.fit({"train": "s3://b/train"}, job_name="churn-x", poll_interval=FAST)
    shown = capsys.readouterr().err.splitlines()
    assert shown[:6] == [
        "Training job churn-x",
        "0:00:00 Starting: the state machine has not created the job yet",
        "0:00:00 Starting: Starting the training job",
        "0:01:02 Training: Training in progress",
        "epoch 1",
        "0:01:30 Completed: Training job completed",
    ]
    assert [line.split(" ", 1)[1] for line in shown[6:-1]] == ["Check metric", "Update endpoint"]
    assert shown[-1] == f"Model: {job.model_data} (72 s billed)"


def test_a_rollout_that_fails_names_state_and_reason(started, client, capsys):
    started.steps = [
        lambda: None,
        lambda: started.end(name=next(iter(started.jobs))),
        lambda: started.states.append("Check metric"),
        lambda: (
            started.states.append("Metric not reached"),
            started.end_execution("FAILED", error="MetricNotReached", cause="accuracy is below 0.9"),
        ),
    ]
    with pytest.raises(RolloutFailed, match=r"completed, but .* in state 'Metric not reached'") as caught:
        client.fit(poll_interval=FAST)
    error = caught.value
    assert (error.state, error.error) == ("Metric not reached", "MetricNotReached")
    assert error.cause == "accuracy is below 0.9"
    assert "MetricNotReached: accuracy is below 0.9" in str(error)
    assert error.job is not None
    assert error.job.model_data.endswith("model.tar.gz")
    assert "Check metric" in capsys.readouterr().err


def test_a_job_without_a_model_is_not_said_to_have_one(started, client):
    facts = {"error": "NoModel", "cause": "The job left no model that can be read."}
    started.steps = [
        lambda: None,
        lambda: started.end(name=next(iter(started.jobs))),
        lambda: started.end_execution("FAILED", **facts),
    ]
    with pytest.raises(RolloutFailed, match=r"NoModel: The job left no model that can be read\.$"):
        client.fit(poll_interval=FAST)


def test_an_arn_that_is_none_is_refused():
    with pytest.raises(ConfigurationError, match="is no ARN of a state machine"):
        TrainingClient("churn")


def test_the_arn_says_the_region(aws):
    client = TrainingClient(MACHINE.replace("us-east-1", "eu-west-3"))
    assert client._service.region == "eu-west-3"
    assert client.name_prefix == "churn"
    assert MACHINE.replace("us-east-1", "eu-west-3") in repr(client)
