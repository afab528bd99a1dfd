"""Starting transform jobs: what is sent, what is refused before, and what comes back."""

import json
import re

import pytest

from endpoint_client import ConfigurationError, InvalidInput, TransformClient, TransformFailed
from tests.endpoint_client.training.scripted_aws import MACHINE, RefusalError

FAST = 0.01


@pytest.fixture
def client(aws) -> TransformClient:
    return TransformClient(MACHINE)


@pytest.fixture
def started(aws):
    """Have the state machine create its job at once."""
    start = aws._start_execution

    def start_and_create(body):
        aws.create_transform(body["name"])
        return start(body)

    aws._start_execution = start_and_create
    return aws


def test_the_execution_gets_what_was_given_and_the_jobs_name(started, client, capsys):
    job = client.transform(
        "s3://customers/may/",
        content_type="application/jsonlines",
        split_type="Line",
        strategy="SingleRecord",
        assemble_with="None",
        compression_type="Gzip",
        input_filter="$.features",
        output_filter="$['id','SageMakerOutput']",
        join_source="Input",
        wait=False,
        poll_interval=FAST,
    )
    (request,) = started.asked("StartExecution")
    assert request["name"] == job.name
    assert re.fullmatch(r"churn-\d{4}(-\d\d){5}-\d{3}", job.name)
    assert json.loads(request["input"]) == {
        "Data": "s3://customers/may/",
        "ContentType": "application/jsonlines",
        "Accept": "application/jsonlines",
        "SplitType": "Line",
        "BatchStrategy": "SingleRecord",
        "AssembleWith": "None",
        "CompressionType": "Gzip",
        "InputFilter": "$.features",
        "OutputFilter": "$['id','SageMakerOutput']",
        "JoinSource": "Input",
    }
    assert job.status == "InProgress"
    assert capsys.readouterr() == ("", "")


def test_nothing_given_means_what_was_deployed(started, client):
    client.transform(wait=False, poll_interval=FAST)
    assert json.loads(started.asked("StartExecution")[0]["input"]) == {}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"data": "customers/may"}, "data='customers/may' is not an address in S3: give 's3://bucket/key'"),
        ({"split_type": "Lines"}, "split_type='Lines': choose one of 'None', 'Line'"),
        ({"strategy": "Multi"}, "strategy='Multi': choose one of 'SingleRecord', 'MultiRecord'"),
        ({"join_source": "input"}, "join_source='input': choose one of 'None', 'Input'"),
        ({"job_name": "other-1"}, "job_name='other-1': give 'churn-' and what you like"),
    ],
)
def test_what_cannot_be_sent_is_refused_before(aws, client, options, message):
    with pytest.raises(InvalidInput, match=re.escape(message)):
        client.transform(**options)
    assert aws.requests == []


def test_a_name_that_was_used_before_is_refused(aws, client):
    aws.refusals["StartExecution"] = [RefusalError("ExecutionAlreadyExists", "Execution Already Exists")]
    with pytest.raises(InvalidInput, match=r"'churn-1' was used before.*TransformJob.attach\('churn-1'\)"):
        client.transform(job_name="churn-1")


def test_what_sagemaker_refuses_is_told(aws, client):
    aws.steps = [lambda: None, lambda: aws.end_execution("FAILED", error="SageMaker.Error", cause="no such model")]
    with pytest.raises(TransformFailed, match=r"was not created: SageMaker\.Error: no such model") as error:
        client.transform(wait=False, poll_interval=FAST)
    assert error.value.reason == "SageMaker.Error: no such model"


def test_what_is_no_state_machine_is_refused():
    with pytest.raises(ConfigurationError, match="is no ARN of a state machine that runs jobs"):
        TransformClient("arn:aws:s3:::bucket")
    assert repr(TransformClient(MACHINE)) == f"TransformClient({MACHINE!r})"
