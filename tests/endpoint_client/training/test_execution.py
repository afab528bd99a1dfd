"""Executions: their ARNs, their states, and how a job's is found."""

import pytest

from endpoint_client import ConfigurationError, Throttled
from endpoint_client.aws_services import AwsServices
from endpoint_client.training.execution import MachineArn, TrainingExecution
from tests.endpoint_client.training.scripted_aws import ACCOUNT, MACHINE, REGION, RefusalError


def job_arn(name: str) -> str:
    return f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-job/{name}"


def test_an_arn_is_taken_apart():
    arn = MachineArn.parse(MACHINE)
    assert (arn.partition, arn.region, arn.account, arn.name) == ("aws", REGION, ACCOUNT, "churn")


@pytest.mark.parametrize(
    "arn", ["churn", f"{MACHINE}:1", MACHINE.replace("stateMachine", "execution"), f"{MACHINE}-", ""]
)
def test_what_is_no_arn_of_a_state_machine_says_where_to_find_one(arn):
    with pytest.raises(ConfigurationError, match=r"is no ARN of a state machine.*TrainingStateMachineArn"):
        MachineArn.parse(arn)


def test_a_name_leaves_room_for_the_jobs_time():
    assert MachineArn.parse(f"{MACHINE.removesuffix('churn')}{'x' * 39}").name == "x" * 39
    with pytest.raises(ConfigurationError, match=r"has 40 characters.*it may have 39"):
        MachineArn.parse(f"{MACHINE.removesuffix('churn')}{'x' * 40}")


def test_the_state_is_the_one_that_was_entered_last(aws):
    execution = TrainingExecution(AwsServices(), aws.execute())
    assert execution.state() == ""
    aws.states = ["Train", "Check metric"]
    assert execution.state() == "Check metric"


@pytest.mark.parametrize(
    ("machine", "name"),
    [
        ("churn-training-a43900a9", "churn-training-a43900a9-2026-11-23-08-15-00-123"),
        ("churn", "churn-try-2"),
        ("churn", "churn-1"),
    ],
)
def test_the_execution_of_a_job_has_its_name(aws, machine, name):
    arn = aws.execute(name, machine)
    found = TrainingExecution.find(AwsServices(), name, job_arn(name))
    assert found is not None
    assert found.arn == arn
    assert found.name == name


def test_a_name_with_a_time_is_found_at_the_first_look(aws):
    name = "churn-2026-11-23-08-15-00-123"
    aws.execute(name)
    TrainingExecution.find(AwsServices(), name, job_arn(name))
    assert len(aws.asked("DescribeExecution")) == 1


def test_a_job_that_was_started_otherwise_has_none(aws):
    assert TrainingExecution.find(AwsServices(), "my-own-job", job_arn("my-own-job")) is None
    assert TrainingExecution.find(AwsServices(), "job", job_arn("job")) is None


def test_who_may_not_look_at_executions_can_still_wait_for_the_job(aws):
    aws.execute()
    aws.refusals["DescribeExecution"] = [RefusalError("AccessDeniedException", "no")]
    assert TrainingExecution.find(AwsServices(), "churn-1", job_arn("churn-1")) is None


def test_a_right_for_one_state_machine_is_enough(aws):
    name = "churn-nightly-2"
    arn = aws.execute(name, "churn")
    # The first guesses are other state machines, which these credentials may not look at.
    aws.refusals["DescribeExecution"] = [RefusalError("AccessDeniedException", "no")]
    found = TrainingExecution.find(AwsServices(), name, job_arn(name))
    assert found is not None
    assert found.arn == arn


def test_an_error_that_passes_is_not_taken_for_no_execution(aws, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    aws.execute()
    aws.refusals["DescribeExecution"] = [RefusalError("ThrottlingException", "slow")] * 5
    with pytest.raises(Throttled):
        TrainingExecution.find(AwsServices(), "churn-1", job_arn("churn-1"))
