"""A request to SageMaker is held against AWS's API model before anything is done."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

NOT_EMULATED = "is not emulated by the local cloud: it runs endpoints, training, tuning and transform jobs."


def post(url: str, operation: str, body: str | bytes) -> tuple[int, Any]:
    headers = {"X-Amz-Target": f"SageMaker.{operation}", "Content-Type": "application/x-amz-json-1.1"}
    headers["Authorization"] = "AWS4-HMAC-SHA256 Credential=local/20261101/us-east-1/sagemaker/aws4_request"
    try:
        data = body.encode() if isinstance(body, str) else body
        with urllib.request.urlopen(urllib.request.Request(url, data, headers)) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            text = error.read()
            return error.code, json.loads(text) if text else None


@pytest.mark.parametrize(
    ("operation", "request_", "message"),
    [
        (
            "DescribeModel",
            {},
            (
                "1 validation error detected: Value null at 'modelName' failed to satisfy constraint: "
                "Member must not be null"
            ),
        ),
        (
            "ListModels",
            {"SortBy": "Colour", "MaxResults": 101},
            (
                "2 validation errors detected: Value 'Colour' at 'sortBy' failed to satisfy constraint: Member must "
                "satisfy enum value set: [Name, CreationTime]; Value '101' at 'maxResults' failed to satisfy "
                "constraint: Member must have value less than or equal to 100"
            ),
        ),
        (
            "DeleteEndpoint",
            {"EndpointName": "under_score"},
            (
                "1 validation error detected: Value 'under_score' at 'endpointName' failed to satisfy constraint: "
                "Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"
            ),
        ),
    ],
)
def test_what_does_not_fit_the_shapes_is_refused_in_awss_words(mended, moto_server, operation, request_, message):
    status, answer = post(moto_server.url, operation, json.dumps(request_))
    expected = (400, {"__type": "ValidationException", "Message": message})
    assert ((status, answer) == expected) is mended


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"NameContains": 5}', "nameContains must be of type string, and is 5"),
        ('{"CreationTimeAfter": "x"}', 'creationTimeAfter must be of type timestamp, and is "x"'),
        ('{"CreationTimeAfter": 1e300}', "creationTimeAfter must be seconds since 1970, and is 1e+300"),
        ('{"CreationTimeAfter": NaN}', "NaN is no value of JSON"),
        ('{"NameContains"', "Expecting ':' delimiter: line 1 column 16 (char 15)"),
        ("[1]", "the body must be a JSON object, and is [1]"),
        ('"x"', 'the body must be a JSON object, and is "x"'),
        ("null", "the body must be a JSON object, and is null"),
        (b'{"NameContains": "\xff"}', "'utf-8' codec can't decode byte 0xff in position 18: invalid start byte"),
        ("[" * 100_000, "the body has too many levels"),
    ],
)
def test_what_cannot_be_read_is_another_error(mended, moto_server, body, message):
    expected = (400, {"__type": "SerializationException", "Message": message})
    assert (post(moto_server.url, "ListModels", body) == expected) is mended


def test_seconds_since_1970_are_a_time(mended, moto_server):
    assert post(moto_server.url, "ListModels", '{"CreationTimeAfter": 1.5}') == (200, {"Models": []})


@pytest.mark.parametrize("operation", ["ListGalaxies", ""])
def test_an_operation_that_there_is_not_is_refused(mended, moto_server, operation):
    message = "The requested operation is not supported in the called region."
    expected = (400, {"__type": "UnknownOperationException", "Message": message})
    assert (post(moto_server.url, operation, "{}") == expected) is mended


def test_an_operation_that_moto_has_not_is_refused(mended, moto_server):
    message = f"ListAlgorithms {NOT_EMULATED}"
    expected = (400, {"__type": "ValidationException", "Message": message})
    assert (post(moto_server.url, "ListAlgorithms", "{}") == expected) is mended


def test_a_job_that_would_not_be_run_is_refused(mended, moto_server):
    request = {
        "ProcessingJobName": "job",
        "RoleArn": "arn:aws:iam::123456789012:role/processing",
        "AppSpecification": {"ImageUri": "image"},
        "ProcessingResources": {
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 30}
        },
    }
    status, answer = post(moto_server.url, "CreateProcessingJob", json.dumps(request))
    refused = f"CreateProcessingJob {NOT_EMULATED}"
    assert ((status, answer) == (400, {"__type": "ValidationException", "Message": refused})) is mended


def test_what_fits_is_answered(mended, moto_server):
    assert post(moto_server.url, "ListEndpoints", "{}") == (200, {"Endpoints": []})
