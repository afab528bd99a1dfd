"""InvokeEndpoint: what reaches the container, what comes back, and AWS's words when something is wrong."""

import io
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_sagemaker.containers.container_client import ContainerResponse, NotConnectedError, StaleConnectionError
from local_sagemaker.data_plane_errors import UnreachableError
from local_sagemaker.hosting import endpoints
from local_sagemaker.hosting.endpoint_identity import EndpointIdentity
from local_sagemaker.invocations.data_capture import DataCapture
from local_sagemaker.invocations.invocations import Invocations
from local_sagemaker.monitoring.invocation_metrics import InvocationMetrics
from tests.local_sagemaker.cloud import ACCOUNT, REGION, Cloud, allow, eventually, running_cloud, scripted

MEBIBYTE = 1024 * 1024


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        yield cloud


@pytest.fixture(scope="module")
def endpoint(cloud: Cloud) -> str:
    return cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("only"))))


@pytest.fixture(scope="module")
def two_variants(cloud: Cloud) -> str:
    return cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("one")), cloud.make_model(scripted("two"))))


def refused(cloud: Cloud, code: str, name: str, body: bytes = b"name", **options: Any) -> Any:
    with pytest.raises(ClientError) as error:
        cloud.invoke(name, body, **options)
    assert error.value.response["Error"]["Code"] == code
    return error.value.response


def test_the_answer_names_the_variant_and_carries_type_and_attributes(cloud, endpoint):
    answer = cloud.runtime.invoke_endpoint(EndpointName=endpoint, Body=b"plain")
    assert answer["InvokedProductionVariant"] == "AllTraffic"
    assert answer["ContentType"] == "text/plain"
    assert answer["CustomAttributes"] == "seen"
    assert answer["ResponseMetadata"]["RequestId"]
    assert answer["Body"].read() == b""


def test_only_the_apis_own_headers_reach_the_container(cloud, endpoint):
    seen = json.loads(
        cloud.invoke(
            endpoint,
            b"headers",
            ContentType="application/json",
            Accept="text/csv",
            CustomAttributes="method=predict_proba",
            InferenceId="17",
            SessionId="s-1",
            TargetVariant="AllTraffic",
        )
    )
    assert seen == {
        "host": "localhost",
        "content-length": "7",
        "content-type": "application/json",
        "accept": "text/csv",
        "x-amzn-sagemaker-custom-attributes": "method=predict_proba",
        "x-amzn-sagemaker-inference-id": "17",
        "x-amzn-sagemaker-session-id": "s-1",
    }


def test_a_response_stream_carries_the_same(cloud, endpoint):
    answer = cloud.runtime.invoke_endpoint_with_response_stream(
        EndpointName=endpoint, Body=b"headers", Accept="text/csv", ContentType="application/json"
    )
    assert answer["InvokedProductionVariant"] == "AllTraffic"
    assert answer["ContentType"] == "text/plain"
    seen = json.loads(b"".join(event["PayloadPart"]["Bytes"] for event in answer["Body"]))
    assert seen == {
        "host": "localhost",
        "content-length": "7",
        "content-type": "application/json",
        "accept": "text/csv",
    }


def test_a_response_stream_takes_a_right_of_its_own(cloud, endpoint):
    arn = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/{endpoint}"
    runtime = cloud.client("sagemaker-runtime", **role_session(cloud, allow("sagemaker:InvokeEndpoint", arn)))
    with pytest.raises(ClientError, match="not authorized to perform: sagemaker:InvokeEndpointWithResponseStream"):
        runtime.invoke_endpoint_with_response_stream(EndpointName=endpoint, Body=b"name")


def test_what_the_caller_leaves_out_is_not_invented(cloud, endpoint):
    assert set(json.loads(cloud.invoke(endpoint, b"headers"))) == {"host", "content-length"}


def test_a_body_of_six_mebibytes_passes_and_one_byte_more_does_not(cloud, endpoint):
    limit = 6 * MEBIBYTE
    assert cloud.invoke(endpoint, b"name ".ljust(limit)) == "only"
    response = refused(cloud, "413", endpoint, b"name ".ljust(limit + 1))
    assert response["Error"]["Message"] == "HTTP content length exceeded 6291456 bytes."
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 413


def test_an_endpoint_that_does_not_exist_is_not_found(cloud):
    response = refused(cloud, "ValidationError", "none")
    assert response["Error"]["Message"] == f"Endpoint none of account {ACCOUNT} not found."
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_variant_that_does_not_exist_is_not_found(cloud, endpoint):
    message = refused(cloud, "ValidationError", endpoint, TargetVariant="other")["Error"]["Message"]
    assert message == f"Variant other of endpoint {endpoint} of account {ACCOUNT} not found."


@pytest.mark.parametrize(("status", "side"), [(415, "client"), (503, "server")])
def test_an_error_of_the_container_is_a_model_error(cloud, endpoint, status, side):
    with pytest.raises(cloud.runtime.exceptions.ModelError) as error:
        cloud.invoke(endpoint, f"status {status}".encode())
    response = error.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert response["OriginalStatusCode"] == status
    assert response["OriginalMessage"] == "as you wish"
    assert response["LogStreamArn"] == f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/sagemaker/Endpoints/{endpoint}"
    assert response["Error"]["Message"] == (
        f'Received {side} error ({status}) from primary with message "as you wish". See '
        f"https://{REGION}.console.aws.amazon.com/cloudwatch/home?region={REGION}#logEventViewer:"
        f"group=/aws/sagemaker/Endpoints/{endpoint} in account {ACCOUNT} for more information."
    )


def test_a_container_that_dies_over_a_request_is_asked_once_and_started_again(cloud, endpoint):
    response = refused(cloud, "ModelError", endpoint, b"die")
    assert response["OriginalStatusCode"] == 500
    assert "and could not load the entire response body" in response["Error"]["Message"]
    assert cloud.invoke(endpoint) == "only"


def test_variants_share_the_traffic_by_weight(cloud, two_variants):
    assert Counter(cloud.invoke(two_variants) for _ in range(10)) == {"one": 5, "two": 5}


def test_the_caller_may_choose_the_variant(cloud, two_variants):
    assert {cloud.invoke(two_variants, TargetVariant="variant-2") for _ in range(4)} == {"two"}


def test_weights_of_zero_everywhere_are_told(cloud):
    name = cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("idle")), InitialVariantWeight=0.0))
    message = refused(cloud, "ValidationError", name)["Error"]["Message"]
    assert message == f"Endpoint {name} takes no traffic: the weight of every variant is 0."
    assert cloud.invoke(name, TargetVariant="AllTraffic") == "idle"


def invoke_as(cloud: Cloud, name: str, **credentials: str) -> Any:
    return cloud.client("sagemaker-runtime", **credentials).invoke_endpoint(EndpointName=name, Body=b"name")


def role_session(cloud: Cloud, *statements: dict[str, Any]) -> dict[str, str]:
    trust = {"Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}}
    role = cloud.make_role(list(statements), trust)
    session = cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="caller")["Credentials"]
    return {
        "aws_access_key_id": session["AccessKeyId"],
        "aws_secret_access_key": session["SecretAccessKey"],
        "aws_session_token": session["SessionToken"],
    }


def test_a_role_with_the_right_may_invoke(cloud, endpoint):
    arn = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/{endpoint}"
    session = role_session(cloud, allow("sagemaker:InvokeEndpoint", arn))
    assert invoke_as(cloud, endpoint, **session)["Body"].read() == b"only"


def test_a_role_without_the_right_may_not(cloud, endpoint):
    session = role_session(cloud, allow("sagemaker:InvokeEndpoint", "arn:aws:sagemaker:*:*:endpoint/other"))
    with pytest.raises(ClientError) as error:
        invoke_as(cloud, endpoint, **session)
    response = error.value.response
    assert response["Error"]["Code"] == "AccessDeniedException"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert ":assumed-role/role-" in response["Error"]["Message"]
    assert (
        "/caller is not authorized to perform: sagemaker:InvokeEndpoint on resource: "
        f'"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/{endpoint}" because no identity-based policy allows'
    ) in response["Error"]["Message"]


def test_a_user_without_the_right_may_not(cloud, endpoint):
    cloud.iam.create_user(UserName="ada")
    key = cloud.iam.create_access_key(UserName="ada")["AccessKey"]
    with pytest.raises(ClientError, match="AccessDeniedException"):
        invoke_as(cloud, endpoint, aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])


def test_invocations_are_counted_in_cloudwatch(cloud):
    name = cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("counted"))))
    cloud.invoke(name)
    for status in (400, 500):
        refused(cloud, "ModelError", name, f"status {status}".encode())
    cloudwatch = cloud.client("cloudwatch")

    def listed() -> set[str]:
        dimensions = [{"Name": "EndpointName", "Value": name}, {"Name": "VariantName", "Value": "AllTraffic"}]
        found = cloudwatch.list_metrics(Namespace="AWS/SageMaker", Dimensions=dimensions)["Metrics"]
        return {metric["MetricName"] for metric in found}

    counted = {"Invocations", "Invocation4XXErrors", "Invocation5XXErrors", "ModelLatency", "OverheadLatency"}
    on_instances = {"InvocationsPerInstance", "InvocationModelErrors", "ConcurrentRequestsPerModel"}
    eventually(lambda: listed() == counted | on_instances)


@pytest.fixture
def hurried(cloud: Cloud) -> Iterator[Invocations]:
    """Give the application with a time limit of a moment, behind the same endpoints."""
    plane = endpoints._data_plane
    assert plane is not None
    capture = DataCapture(interval=60)
    yield Invocations(plane.find_router, InvocationMetrics(), capture, account_id=ACCOUNT, timeout=0.2)
    capture.close()


def environ(name: str, body: bytes = b"name", **more: Any) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": f"/endpoints/{name}/invocations",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential=test/20300101/{REGION}/sagemaker/aws4_request, Signature=0",
        "wsgi.input": io.BytesIO(body),
        **more,
    }


def call(application: Invocations, request: dict[str, Any]) -> tuple[str, Any]:
    told: list[str] = []
    body = b"".join(application(request, lambda status, _: told.append(status)))
    return told[0], json.loads(body)


def test_a_container_that_takes_too_long_is_a_model_error_without_a_status(hurried, endpoint, tmp_path):
    status, error = call(hurried, environ(endpoint, f"hold {tmp_path / 'end'}".encode()))
    Path(tmp_path / "end").touch()
    assert status == "424 Failed Dependency"
    assert error["OriginalStatusCode"] == 0
    assert error["OriginalMessage"].startswith("Your invocation timed out while waiting for a response from container")
    assert error["Message"].startswith("Received server error (0) from primary with message")


@pytest.fixture
def unanswering(hurried: Invocations, cloud: Cloud, endpoint: str) -> Iterator[Any]:
    """Give the one container's client, to be replaced by one that fails."""
    plane = endpoints._data_plane
    assert plane is not None
    router = plane.find_router(EndpointIdentity(endpoint, ACCOUNT, REGION))
    assert router is not None
    container: Any = router.fleet.variants["AllTraffic"].containers[0]
    client = container.client
    yield container
    container.client = client


class Failing:
    def __init__(self, *outcomes: Any) -> None:
        self.outcomes = list(outcomes)

    def request(self, *_: Any, **__: Any) -> Any:
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def test_an_idle_connection_that_was_just_closed_is_no_loss(hurried, endpoint, unanswering):
    unanswering.client = Failing(
        NotConnectedError("queue full"), StaleConnectionError("closed"), ContainerResponse(200, {}, b"[1]")
    )
    assert call(hurried, environ(endpoint)) == ("200 OK", [1])


@pytest.mark.parametrize(
    "outcomes", [[StaleConnectionError("closed"), StaleConnectionError("closed again")], [UnreachableError("broken")]]
)
def test_a_container_that_breaks_off_has_failed(hurried, endpoint, unanswering, outcomes):
    unanswering.client = Failing(*outcomes)
    status, error = call(hurried, environ(endpoint))
    assert (status, error["OriginalStatusCode"]) == ("424 Failed Dependency", 500)


def test_a_container_that_is_never_there_is_a_timeout(hurried, endpoint, unanswering):
    class Refusing:
        def request(self, *_: Any, **__: Any) -> Any:
            raise NotConnectedError("nobody listens")

    unanswering.client = Refusing()
    status, error = call(hurried, environ(endpoint))
    assert (status, error["OriginalStatusCode"]) == ("424 Failed Dependency", 0)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"REQUEST_METHOD": "GET"}, False),
        ({"PATH_INFO": "/endpoints/a/invocations-response-stream"}, True),
        ({"PATH_INFO": "/endpoints/a/b/invocations"}, False),
        ({"PATH_INFO": "/endpoints/a/async-invocations"}, True),
        ({"HTTP_AUTHORIZATION": "AWS4-HMAC-SHA256 Credential=test/20300101/us-east-1/s3/aws4_request"}, False),
        ({"HTTP_AUTHORIZATION": ""}, False),
    ],
)
def test_only_an_invocation_is_taken(changes, expected):
    assert Invocations.takes({**environ("a"), **changes}) is expected


def test_an_object_whose_key_looks_like_an_invocation_is_s3s(cloud):
    cloud.s3.create_bucket(Bucket="endpoints")
    form = cloud.s3.create_multipart_upload(Bucket="endpoints", Key="a/invocations")
    assert form["Key"] == "a/invocations"


def test_a_body_that_ends_early_is_read_as_far_as_it_goes(hurried):
    request = environ("none", b"short", CONTENT_LENGTH=str(7 * MEBIBYTE))
    status, error = call(hurried, request)
    assert status.startswith("413")
    assert error["message"] == "HTTP content length exceeded 6291456 bytes."
