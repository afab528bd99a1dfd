"""Connections to the services of training, and their errors in the client's words."""

import pytest

from endpoint_client import (
    AccessDenied,
    ConfigurationError,
    EndpointClientError,
    EndpointUnreachable,
    InvalidRequest,
    ServiceError,
    ServiceUnavailable,
    Throttled,
    TrainingJobNotFound,
)
from endpoint_client.aws_services import AwsServices
from tests.endpoint_client.training.scripted_aws import RefusalError


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("AccessDeniedException", 400, AccessDenied),
        ("ExpiredTokenException", 400, AccessDenied),
        ("Whatever", 403, AccessDenied),
        ("ValidationException", 400, InvalidRequest),
        ("ResourceNotFound", 400, TrainingJobNotFound),
        ("Whatever", 409, ServiceError),
    ],
)
def test_an_error_becomes_one_of_ours_with_its_facts(aws, code, status, kind):
    aws.refusals["DescribeTrainingJob"] = [RefusalError(code, "because", status)]
    with pytest.raises(kind, match=r"training job 'churn-1' in us-east-1.*because") as caught:
        AwsServices().describe("churn-1")
    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.status, caught.value.request_id) == (code, status, "r-1")


@pytest.mark.parametrize(
    ("code", "status", "kind"), [("ThrottlingException", 400, Throttled), ("Internal", 500, ServiceUnavailable)]
)
def test_what_may_pass_is_asked_five_times(aws, monkeypatch, code, status, kind):
    monkeypatch.setattr("time.sleep", lambda _: None)
    aws.refusals["DescribeTrainingJob"] = [RefusalError(code, "because", status)] * 9
    with pytest.raises(kind):
        AwsServices().describe("churn-1")
    assert len(aws.asked("DescribeTrainingJob")) == 5


def test_a_job_that_is_not_there_hints_at_region_and_account(aws):
    with pytest.raises(TrainingJobNotFound, match=r"'no' in us-east-1 does not exist.*the region and the account"):
        AwsServices().describe("no")


def test_a_service_that_does_not_answer_is_unreachable(aws, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(EndpointUnreachable, match="the service cannot be reached"):
        AwsServices().describe("churn-1")


def test_missing_settings_say_how_they_are_made(aws, monkeypatch, tmp_path):
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    with pytest.raises(ConfigurationError, match="cannot make a client for sagemaker"):
        AwsServices(region="not a region").describe("churn-1")
    with pytest.raises(EndpointClientError, match="the request could not be made: Parameter validation failed"):
        AwsServices().describe(5)  # type: ignore[arg-type]
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(ConfigurationError, match="no usable AWS credentials"):
        AwsServices().describe("churn-1")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(ConfigurationError, match=r'no AWS region: pass region="eu-central-1"'):
        AwsServices().describe("churn-1")
