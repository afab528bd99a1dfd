"""Facts that only an error's words, or its attributes, name."""

import json

import pytest

from endpoint_client import AccessDenied, EndpointTimeout, ModelError, ServiceError, TrainingError
from endpoint_client.explanations.facts import Facts


def about(error, **facts):
    vars(error).update(facts)
    return Facts(error)


@pytest.mark.parametrize(
    ("error", "name", "region"),
    [
        (ModelError("no", log_stream="arn:aws:logs:eu-west-1:1:log-group:/aws/sagemaker/Endpoints/ep:log-stream:x"),
         "ep", "eu-west-1"),
        (AccessDenied("is not authorized to perform: sagemaker:InvokeEndpoint on resource: "
                      "arn:aws-cn:sagemaker:cn-north-1:123456789012:endpoint/ep"), "ep", "cn-north-1"),
        (ServiceError("Endpoint my-ep of account 123456789012 not found."), "my-ep", ""),
        (EndpointTimeout("endpoint 'ep' is still updating after 3 s"), "ep", ""),
        (ServiceError('Could not find endpoint "my-ep".'), "my-ep", ""),
        (ServiceError("The endpoint is broken"), "NAME", ""),
    ],
)  # fmt: skip
def test_name_and_region_are_read_from_the_words(error, name, region):
    facts = Facts(error)
    assert (facts.name, facts.region) == (name, region)
    assert facts.endpoint == {"NAME": "the endpoint"}.get(name, f"endpoint {name!r}") + (
        f" in {region}" if region else ""
    )


@pytest.mark.parametrize(
    ("error", "facts", "right", "resource"),
    [
        (AccessDenied("no"), {"action": "InvokeEndpointAsync", "endpoint_name": "Ep", "region": "us-gov-west-1"},
         "sagemaker:InvokeEndpointAsync", "arn:aws-us-gov:sagemaker:us-gov-west-1:*:endpoint/ep"),
        (AccessDenied("may not reach s3://bucket/in/1: no"), {"action": "PutObject"}, "s3:PutObject",
         "arn:aws:s3:::bucket/in/1"),
        (AccessDenied("no"), {"action": "ListObjectsV2", "region": "cn-north-1"}, "s3:ListBucket",
         "arn:aws-cn:s3:::BUCKET/KEY"),
        (AccessDenied("no"), {"action": "GetParameter"}, "ssm:GetParameter", "RESOURCE-ARN"),
        (AccessDenied("not authorized to perform: s3:GetObject on resource: \"arn:aws:s3:::b/k\" because"),
         {"action": "InvokeEndpoint"}, "s3:GetObject", "arn:aws:s3:::b/k"),
        (AccessDenied("no"), {}, "sagemaker:InvokeEndpoint", "arn:aws:sagemaker:*:*:endpoint/name"),
    ],
)  # fmt: skip
def test_the_statement_allows_what_was_refused(error, facts, right, resource):
    statement = {"Effect": "Allow", "Action": right, "Resource": resource}
    assert json.loads(about(error, **facts).statement) == statement


def test_a_job_is_named_by_its_attribute_or_by_the_words():
    class Job:
        name = "churn-1"

    assert Facts(TrainingError("no", job=Job())).job == "churn-1"  # type: ignore[arg-type]
    assert Facts(TrainingError("tuning job 'churn-2' failed")).job == "churn-2"
    assert Facts(TrainingError("no")).job == "JOB"


def test_aws_support_is_told_an_id_or_the_time():
    assert Facts(ServiceError("no", request_id="r-1")).quote == "request id r-1"
    assert "no request id" in Facts(ServiceError("no")).quote
