"""What an endpoint with data capture leaves in S3, and with whose rights."""

import base64
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from local_sagemaker.hosting import endpoints
from local_sagemaker.invocations import data_capture
from tests.local_sagemaker.cloud import (
    ACCOUNT,
    BUCKET,
    REGION,
    Cloud,
    allow,
    eventually,
    rights,
    running_cloud,
    scripted,
    with_runtime,
)

MODEL = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
CONTENT_TYPES = {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]}


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        cloud.role = cloud.make_role([*rights(), allow("s3:PutObject", f"arn:aws:s3:::{BUCKET}/capture/*")])
        yield cloud


def captures(prefix: str = "capture", **options: Any) -> dict[str, Any]:
    config = {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{BUCKET}/{prefix}",
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": CONTENT_TYPES,
    }
    return {"DataCaptureConfig": config | options}


def serving(cloud: Cloud, config: dict[str, Any], model: bytes | None = None) -> str:
    return cloud.make_endpoint(cloud.make_config(cloud.make_model(model or scripted("one")), config=config))


def keys(cloud: Cloud, endpoint: str, variant: str = "AllTraffic") -> list[str]:
    found = cloud.s3.list_objects_v2(Bucket=BUCKET, Prefix=f"capture/{endpoint}/{variant}/")
    return sorted(item["Key"] for item in found.get("Contents", []))


def events(cloud: Cloud, endpoint: str, variant: str = "AllTraffic") -> list[Any]:
    bodies = [cloud.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys(cloud, endpoint, variant)]
    return [json.loads(line) for body in bodies for line in body.splitlines()]


def test_requests_and_answers_are_written_as_they_were(cloud):
    endpoint = serving(cloud, captures(), with_runtime(MODEL))
    npy = io.BytesIO()
    np.save(npy, np.array([[0.25]]))
    sent = {"text/csv": b"0.9\n", "application/json": b"[[0.1]]", "application/x-npy": npy.getvalue()}
    answers = {
        content_type: cloud.invoke(endpoint, body, ContentType=content_type, Accept="text/csv")
        for content_type, body in sent.items()
    }
    written = eventually(lambda: (found := events(cloud, endpoint)) and len(found) == 3 and found)
    inputs = {event["captureData"]["endpointInput"]["observedContentType"]: event for event in written}
    for content_type, encoding in zip(sent, ("CSV", "JSON", "BASE64"), strict=True):
        data = inputs[content_type]["captureData"]
        body = data["endpointInput"].pop("data")
        assert (base64.b64decode(body) if encoding == "BASE64" else body.encode()) == sent[content_type]
        assert data["endpointInput"] == {"observedContentType": content_type, "mode": "INPUT", "encoding": encoding}
        output = data["endpointOutput"]
        assert (output["data"], output["mode"], output["encoding"]) == (answers[content_type], "OUTPUT", "CSV")
        assert output["observedContentType"].startswith("text/csv")


def test_files_lie_by_endpoint_variant_and_hour_and_events_say_when(cloud):
    endpoint = serving(cloud, captures())
    before = datetime.now(UTC).replace(microsecond=0)
    cloud.invoke(endpoint, CustomAttributes="trace=7", InferenceId="case-1")
    (key,) = eventually(lambda: keys(cloud, endpoint))
    name = rf"capture/{endpoint}/AllTraffic/\d{{4}}/\d\d/\d\d/\d\d/\d\d-\d\d-\d{{3}}-[0-9a-f-]{{36}}\.jsonl"
    assert re.fullmatch(name, key)
    (event,) = events(cloud, endpoint)
    metadata = event["eventMetadata"]
    assert (metadata["customAttributes"], metadata["inferenceId"]) == (["trace=7"], "case-1")
    assert before <= datetime.strptime(metadata["inferenceTime"], "%Y-%m-%dT%H:%M:%S%z") <= datetime.now(UTC)
    assert re.fullmatch("[0-9a-f-]{36}", metadata["eventId"])
    assert event["eventVersion"] == "0"


def test_one_side_can_be_captured_alone(cloud):
    endpoint = serving(cloud, captures(CaptureOptions=[{"CaptureMode": "Output"}]))
    cloud.invoke(endpoint)
    (event,) = eventually(lambda: events(cloud, endpoint))
    assert list(event["captureData"]) == ["endpointOutput"]


def test_a_share_is_captured(cloud, monkeypatch):
    endpoint = serving(cloud, captures(InitialSamplingPercentage=30))
    draws = iter([0.29, 0.30, 0.99, 0.0])
    monkeypatch.setattr("local_sagemaker.invocations.data_capture.random.random", lambda: next(draws))
    for number in range(4):
        cloud.invoke(endpoint, b"name %d" % number)
    written = eventually(lambda: (found := events(cloud, endpoint)) and len(found) == 2 and found)
    bodies = [base64.b64decode(event["captureData"]["endpointInput"]["data"]) for event in written]
    assert bodies == [b"name 0", b"name 3"]


def test_what_failed_is_not_captured(cloud):
    endpoint = serving(cloud, captures())
    with pytest.raises(cloud.runtime.exceptions.ModelError):
        cloud.invoke(endpoint, b"status 400")
    cloud.invoke(endpoint)
    (event,) = eventually(lambda: events(cloud, endpoint))
    assert base64.b64decode(event["captureData"]["endpointInput"]["data"]) == b"name"


def test_a_shadow_is_captured_beside_the_production_variant(cloud):
    shadow = {
        "VariantName": "Shadow",
        "ModelName": cloud.make_model(scripted("two")),
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
    }
    endpoint = serving(cloud, {**captures(), "ShadowProductionVariants": [shadow]})
    cloud.invoke(endpoint)
    for variant, answer in {"AllTraffic": b"one", "Shadow": b"two"}.items():
        (event,) = eventually(partial(events, cloud, endpoint, variant))
        assert base64.b64decode(event["captureData"]["endpointOutput"]["data"]) == answer


def test_a_role_that_may_not_write_there_fails_the_endpoint(cloud):
    config = cloud.make_config(cloud.make_model(scripted("one")), config=captures("elsewhere"))
    assert "s3:PutObject" in cloud.failed_endpoint(config)


def test_the_files_are_encrypted_with_the_key_that_the_role_may_use(cloud):
    kms = cloud.client("kms")
    key = kms.create_key()["KeyMetadata"]
    config = captures(KmsKeyId=key["Arn"])
    refused = cloud.failed_endpoint(cloud.make_config(cloud.make_model(scripted("one")), config=config))
    assert "kms:GenerateDataKey" in refused
    may = [
        *rights(),
        allow("s3:PutObject", f"arn:aws:s3:::{BUCKET}/capture/*"),
        allow("kms:GenerateDataKey", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{key['KeyId']}"),
    ]
    model = cloud.make_model(scripted("one"), ExecutionRoleArn=cloud.make_role(may))
    endpoint = cloud.make_endpoint(cloud.make_config(model, config=config))
    cloud.invoke(endpoint)
    (found,) = eventually(lambda: keys(cloud, endpoint))
    head = cloud.s3.head_object(Bucket=BUCKET, Key=found)
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key["Arn"])


def test_the_endpoint_says_whether_it_captures(cloud):
    endpoint = serving(cloud, captures())
    described = cloud.describe(endpoint)["DataCaptureConfig"]
    assert (described["EnableCapture"], described["CaptureStatus"]) == (True, "Started")
    disabled = cloud.make_config(cloud.make_model(scripted("two")), config=captures(EnableCapture=False))
    cloud.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=disabled)
    described = cloud.settled(endpoint)["DataCaptureConfig"]
    assert (described["EnableCapture"], described["CaptureStatus"]) == (False, "Stopped")
    assert cloud.invoke(endpoint) == "two"


@pytest.fixture
def patient(cloud, monkeypatch):
    """Nothing is written now and then."""
    monkeypatch.setattr(endpoints._data_plane._capture._repeating, "_work", lambda: None)  # type: ignore[union-attr]


@pytest.mark.usefixtures("patient")
def test_what_waits_is_written_before_the_endpoint_goes(cloud):
    endpoint = serving(cloud, captures())
    cloud.invoke(endpoint)
    assert events(cloud, endpoint) == []
    cloud.sagemaker.delete_endpoint(EndpointName=endpoint)
    eventually(lambda: len(events(cloud, endpoint)) == 1)


@pytest.mark.usefixtures("patient")
def test_what_waits_is_written_before_an_update_lets_the_old_role_go(cloud):
    endpoint = serving(cloud, captures())
    cloud.invoke(endpoint)
    plain = cloud.make_config(cloud.make_model(scripted("two")))
    cloud.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=plain)
    cloud.settled(endpoint)
    assert len(events(cloud, endpoint)) == 1


def test_no_more_is_kept_than_there_is_room_for(cloud, monkeypatch, caplog):
    endpoint = serving(cloud, captures())
    monkeypatch.setattr(data_capture, "MOST_WAITING_BYTES", 10)
    cloud.invoke(endpoint)
    assert "is not captured: too many wait" in caplog.text
