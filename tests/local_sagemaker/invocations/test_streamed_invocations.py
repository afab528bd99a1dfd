"""InvokeEndpointWithResponseStream: parts reach the caller while the container works, and no end is mistaken."""

import base64
import http.client
import json
import socket
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EventStreamError
from sklearn.linear_model import LogisticRegression

from local_sagemaker.hosting import endpoints
from local_sagemaker.hosting.endpoint_identity import EndpointIdentity
from local_sagemaker.invocations import data_capture, response_streams, streamed_invocations
from local_sagemaker.invocations.data_capture import DataCapture
from local_sagemaker.invocations.invocations import Invocations
from local_sagemaker.monitoring.invocation_metrics import InvocationMetrics
from local_sagemaker.monitoring.metric_history import history_of
from local_sagemaker.server import LocalServer
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

MEBIBYTE = 1024 * 1024
AUTHORIZATION = f"AWS4-HMAC-SHA256 Credential=test/20300101/{REGION}/sagemaker/aws4_request, Signature=0"


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        yield cloud


@pytest.fixture(scope="module")
def endpoint(cloud: Cloud) -> str:
    return cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("one"))))


def begin(cloud: Cloud, endpoint: str, body: str, **options: Any) -> Any:
    return cloud.runtime.invoke_endpoint_with_response_stream(EndpointName=endpoint, Body=body.encode(), **options)


def parts(answer: Any) -> Iterator[bytes]:
    with closing(answer["Body"]) as events:
        for event in events:
            yield event["PayloadPart"]["Bytes"]


def refused(cloud: Cloud, endpoint: str, body: str) -> Any:
    with pytest.raises(ClientError) as error:
        begin(cloud, endpoint, body)
    return error.value.response


def counted(endpoint: str, metric_name: str, variant: str = "AllTraffic", namespace: str = "AWS/SageMaker") -> Any:
    history = history_of(ACCOUNT, REGION)
    dimensions = (("EndpointName", endpoint), ("VariantName", variant))
    return [
        sample.total
        for metric in history.metrics()
        if (metric.namespace, metric.name, metric.dimensions) == (namespace, metric_name, dimensions)
        for sample in history.between(metric, 0, 1e12)
    ]


def in_flight(endpoint: str) -> int:
    plane = endpoints._data_plane
    assert plane is not None
    router = plane.find_router(EndpointIdentity(endpoint, ACCOUNT, REGION))
    assert router is not None
    return sum(container.in_flight for container in router.fleet.variants["AllTraffic"].containers)


def test_a_part_comes_before_the_container_has_made_the_next(cloud, endpoint, tmp_path):
    found = parts(begin(cloud, endpoint, f"parts {tmp_path / 'go'}"))
    assert next(found) == b"first"
    assert in_flight(endpoint) == 1
    (tmp_path / "go").touch()
    assert list(found) == [b"second"]
    assert in_flight(endpoint) == 0


@pytest.mark.parametrize(("word", "expected"), [("cut", b"first"), ("short", b"half")])
def test_an_answer_that_breaks_off_is_no_short_answer(cloud, endpoint, word, expected):
    found = parts(begin(cloud, endpoint, f"{word} off"))
    assert next(found) == expected
    with pytest.raises(EventStreamError, match=r"ModelStreamError.* closed the connection before") as error:
        next(found)
    assert error.value.response["Error"]["Code"] == "ModelStreamError"
    assert in_flight(endpoint) == 0


@pytest.mark.parametrize("body", ["die", "cut at once"])
def test_a_container_that_ends_before_its_first_byte_is_an_ordinary_error(cloud, endpoint, body):
    response = refused(cloud, endpoint, body)
    assert response["Error"]["Code"] == "ModelError"
    assert response["OriginalStatusCode"] == 500
    assert in_flight(endpoint) == 0
    eventually(lambda: cloud.invoke(endpoint) == "one")


def test_an_error_of_the_model_is_an_ordinary_error(cloud, endpoint, monkeypatch):
    monkeypatch.setattr(streamed_invocations, "MOST_ERROR_BYTES", 3)
    response = refused(cloud, endpoint, "status 503")
    assert response["Error"]["Code"] == "ModelError"
    assert (response["OriginalStatusCode"], response["OriginalMessage"]) == (503, "as you wish")
    assert in_flight(endpoint) == 0


def test_an_empty_answer_has_no_events(cloud, endpoint):
    answer = begin(cloud, endpoint, "plain")
    assert (answer["CustomAttributes"], answer["ContentType"]) == ("seen", "text/plain")
    assert list(answer["Body"]) == []


def test_an_answer_larger_than_memory_passes_and_waits_for_a_slow_caller(cloud, endpoint, tmp_path):
    tracemalloc.start()
    try:
        found = parts(begin(cloud, endpoint, f"flow 300 {tmp_path / 'done'}"))
        size = len(next(found))
        # What lies between the container and this caller is less than a few MiB, wherever it lies.
        assert not (tmp_path / "done").exists()
        size += sum(len(part) for part in found)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size == 300 * MEBIBYTE
    assert peak < 10 * MEBIBYTE
    eventually((tmp_path / "done").exists)


@contextmanager
def leaving_no_thread() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    eventually(lambda: set(threading.enumerate()) <= before)


@pytest.mark.parametrize("word", ["flow 100", "listen"])
def test_a_caller_that_leaves_frees_the_container_that_writes_or_works(cloud, endpoint, tmp_path, word):
    whole, broken = len(counted(endpoint, "Invocations")), sum(counted(endpoint, "MidStreamErrors"))
    with leaving_no_thread():
        client = cloud.client("sagemaker-runtime")
        body = f"{word} {tmp_path / 'file'}".encode()
        answer = client.invoke_endpoint_with_response_stream(EndpointName=endpoint, Body=body)
        next(parts(answer))
        answer["Body"].close()
        eventually((tmp_path / "file.gone").exists)
        client.close()
    assert in_flight(endpoint) == 0
    # The stream was begun, and it was not the container that ended it.
    assert len(counted(endpoint, "Invocations")) == whole + 1
    assert sum(counted(endpoint, "MidStreamErrors")) == broken


def test_a_caller_that_leaves_before_the_first_byte_frees_the_container_too(cloud, endpoint, tmp_path):
    with leaving_no_thread():
        connection = http.client.HTTPConnection(cloud.url.removeprefix("http://"))
        path = f"/endpoints/{endpoint}/invocations-response-stream"
        connection.request("POST", path, f"hush {tmp_path / 'file'}", {"Authorization": AUTHORIZATION})
        eventually((tmp_path / "file.begun").exists)
        connection.close()
        eventually((tmp_path / "file.gone").exists)
    assert in_flight(endpoint) == 0


@pytest.fixture
def hurried(cloud: Cloud) -> Iterator[LocalServer]:
    """Serve the same endpoints with a short time for streams."""
    plane = endpoints._data_plane
    assert plane is not None
    capture = DataCapture(interval=60)
    application = Invocations(
        plane.find_router, InvocationMetrics(), capture, account_id=ACCOUNT, timeout=60, stream_timeout=2.0
    )
    server = LocalServer(application, 0)
    server.start()
    yield server
    server.stop()
    application.close()
    capture.close()


@pytest.fixture
def hurried_cloud(hurried: LocalServer) -> Iterator[Any]:
    session = boto3.Session("test", "test", region_name=REGION)
    once = Config(retries={"total_max_attempts": 1})
    client = session.client("sagemaker-runtime", endpoint_url=hurried.url, config=once)
    yield client
    client.close()


def test_a_stream_that_takes_too_long_says_so(hurried_cloud, endpoint, tmp_path):
    body = f"parts {tmp_path / 'go'}".encode()
    found = parts(hurried_cloud.invoke_endpoint_with_response_stream(EndpointName=endpoint, Body=body))
    assert next(found) == b"first"
    with pytest.raises(EventStreamError, match="did not complete sending the inference response in the allotted time"):
        next(found)
    (tmp_path / "go").touch()
    assert in_flight(endpoint) == 0


def test_a_container_that_is_silent_for_too_long_is_an_ordinary_error(hurried_cloud, endpoint, tmp_path):
    body = f"hush {tmp_path / 'file'}".encode()
    with pytest.raises(ClientError, match="timed out while waiting for a response from container primary") as error:
        hurried_cloud.invoke_endpoint_with_response_stream(EndpointName=endpoint, Body=body)
    response: Any = error.value.response
    assert response["OriginalStatusCode"] == 0
    eventually((tmp_path / "file.gone").exists)


def test_a_caller_that_takes_nothing_does_not_hold_the_container_for_longer(hurried, endpoint, tmp_path, monkeypatch):
    monkeypatch.setattr(response_streams, "_LAST_MESSAGE", 0.1)
    body = f"flow 100 {tmp_path / 'file'}".encode()
    head = f"POST /endpoints/{endpoint}/invocations-response-stream HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}"
    with socket.create_connection(("localhost", hurried.port)) as connection:
        connection.sendall(f"{head}\r\nAuthorization: {AUTHORIZATION}\r\n\r\n".encode() + body)
        eventually((tmp_path / "file.gone").exists)
    eventually(lambda: in_flight(endpoint) == 0)


HOOKS = b"""
import os, time

def output_fn(prediction, content_type):
    yield "first"
    while not os.path.exists(os.environ["GATE"]):
        time.sleep(0.005)
    yield b"second"
    raise RuntimeError("no third")
"""


def test_a_hook_streams_through_our_server(cloud, tmp_path):
    environment = {"SKLEARN_RUNTIME_PROGRAM": "hooks.py", "GATE": str(tmp_path / "go")}
    model = with_runtime(LogisticRegression().fit([[0.0], [1.0]], [0, 1]), **{"code/hooks.py": HOOKS})
    endpoint = cloud.make_endpoint(cloud.make_config(cloud.make_model(model, environment)))
    answer = begin(cloud, endpoint, "0.9", ContentType="text/csv", Accept="text/csv")
    assert answer["ContentType"] == "text/csv"
    found = parts(answer)
    assert next(found) == b"first"
    (tmp_path / "go").touch()
    assert next(found) == b"second"
    with pytest.raises(EventStreamError, match="ModelStreamError"):
        next(found)


def test_an_update_waits_for_the_streams_of_the_old_containers(cloud, tmp_path):
    endpoint = cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("old"))))
    found = parts(begin(cloud, endpoint, f"parts {tmp_path / 'go'}"))
    assert next(found) == b"first"
    config = cloud.make_config(cloud.make_model(scripted("new")))
    cloud.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=config)
    eventually(lambda: cloud.invoke(endpoint) == "new")
    assert cloud.describe(endpoint)["EndpointStatus"] == "Updating"
    (tmp_path / "go").touch()
    assert list(found) == [b"second"]
    assert cloud.settled(endpoint)["EndpointStatus"] == "InService"


def test_a_stream_of_an_endpoint_that_is_being_deleted_is_given_to_its_end(cloud, tmp_path):
    endpoint = cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("one"))))
    found = parts(begin(cloud, endpoint, f"parts {tmp_path / 'go'}"))
    assert next(found) == b"first"
    cloud.sagemaker.delete_endpoint(EndpointName=endpoint)
    (tmp_path / "go").touch()
    assert list(found) == [b"second"]


def test_a_shadow_gets_a_copy_of_what_was_answered_to_the_end(cloud, tmp_path):
    shadow = {
        "VariantName": "Shadow",
        "ModelName": cloud.make_model(scripted("two")),
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
    }
    config = cloud.make_config(cloud.make_model(scripted("one")), config={"ShadowProductionVariants": [shadow]})
    endpoint = cloud.make_endpoint(config)
    with pytest.raises(EventStreamError):
        list(parts(begin(cloud, endpoint, "cut off")))
    (tmp_path / "go").touch()
    list(parts(begin(cloud, endpoint, f"parts {tmp_path / 'go'}")))
    eventually(lambda: counted(endpoint, "ShadowDifferences", "Shadow", "LocalSageMaker") == [0])
    list(parts(begin(cloud, endpoint, "name")))
    eventually(lambda: counted(endpoint, "ShadowDifferences", "Shadow", "LocalSageMaker") == [0, 1])
    with pytest.raises(ClientError):
        begin(cloud, endpoint, "status 500")
    eventually(lambda: counted(endpoint, "Invocation5XXErrors", "Shadow") == [0, 0, 1])


def test_a_stream_is_captured_whole_where_it_is_not_too_long(cloud, tmp_path, monkeypatch, caplog):
    cloud.role = cloud.make_role([*rights(), allow("s3:PutObject", f"arn:aws:s3:::{BUCKET}/capture/*")])
    capture = {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": f"s3://{BUCKET}/capture",
        "CaptureOptions": [{"CaptureMode": "Output"}],
    }
    config = cloud.make_config(cloud.make_model(scripted("one")), config={"DataCaptureConfig": capture})
    endpoint = cloud.make_endpoint(config)
    (tmp_path / "go").touch()
    list(parts(begin(cloud, endpoint, f"parts {tmp_path / 'go'}")))

    def written() -> list[Any]:
        found = cloud.s3.list_objects_v2(Bucket=BUCKET, Prefix=f"capture/{endpoint}/")
        keys = [item["Key"] for item in found.get("Contents", [])]
        bodies = [cloud.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys]
        return [json.loads(line)["captureData"]["endpointOutput"] for body in bodies for line in body.splitlines()]

    (output,) = eventually(written)
    assert (base64.b64decode(output["data"]), output["observedContentType"]) == (b"firstsecond", "text/plain")
    monkeypatch.setattr(streamed_invocations, "MOST_WAITING_BYTES", 10)
    list(parts(begin(cloud, endpoint, f"parts {tmp_path / 'go'}")))
    assert f"a request of endpoint {endpoint} is not captured: its answer is too long" in caplog.text
    assert data_capture.MOST_WAITING_BYTES > 10
