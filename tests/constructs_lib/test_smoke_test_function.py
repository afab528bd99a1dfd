"""The function of a smoke test, called as Lambda calls it, on endpoints of the local cloud."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.cloudformation.models import cloudformation_backends

from constructs_lib.smoke_test_function import index
from tests.local_sagemaker.cloud import Cloud, running_cloud, scripted

CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 20_000, log_stream_name="stream")
TEMPLATE = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        yield cloud


@pytest.fixture(scope="module")
def endpoint(cloud: Cloud) -> str:
    return cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("[1.0, null]"))))


@pytest.fixture(scope="module")
def stack_id(cloud: Cloud) -> str:
    name: str = cloud.client("cloudformation").create_stack(StackName="smoke", TemplateBody=TEMPLATE)["StackId"]
    return name


@pytest.fixture
def answers(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Listen for what the function tells CloudFormation; gives the address and what came."""
    settings = {
        "AWS_ENDPOINT_URL": cloud.url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    came: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            came.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}/", came=came)
        server.shutdown()
        thread.join()


@pytest.fixture
def told(cloud: Cloud, endpoint: str, stack_id: str, answers: Any) -> Any:
    """Call the function with some properties; give status and reason that it told."""

    def call(request_type: str = "Update", **properties: str) -> tuple[str, str]:
        event = {
            "RequestType": request_type,
            "StackId": stack_id,
            "RequestId": "r-1",
            "LogicalResourceId": "SmokeTest",
            "ResponseURL": answers.url,
            "ResourceProperties": {
                "EndpointName": endpoint,
                "EndpointConfigName": cloud.describe(endpoint)["EndpointConfigName"],
                "Variants": '["AllTraffic"]',
                "Rows": "name",
                "Tolerance": "1e-06",
                **properties,
            },
        }
        index.handler(event, CONTEXT)
        (answer,) = answers.came
        assert answer["PhysicalResourceId"] == f"{event['ResourceProperties']['EndpointName']}-smoke-test"
        assert (answer["StackId"], answer["RequestId"]) == (stack_id, "r-1")
        return answer["Status"], answer["Reason"]

    return call


@pytest.mark.parametrize("expected", [{}, {"Expected": "[1, null]"}, {"Expected": "[1.0000001, null]"}])
def test_the_expected_answer_is_success(told, expected):
    assert told(**expected)[0] == "SUCCESS"


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"Expected": "[2, null]"}, "variant AllTraffic: the answer [0] is 1.0 where 2 is expected"),
        ({"EndpointConfigName": "new"}, "and not new: SageMaker gives no reason"),
        ({"Rows": "status 400"}, "variant AllTraffic: as you wish"),
        ({"Rows": "plain"}, "variant AllTraffic: the answer is not JSON"),
        ({"Variants": '["Other"]'}, "variant Other: Variant Other of endpoint"),
        ({"EndpointName": "nothing", "EndpointConfigName": "new"}, "the smoke test could not run: ClientError"),
    ],
)
def test_anything_else_is_failure_with_the_reason(told, properties, reason):
    status, said = told(**properties)
    assert status == "FAILED"
    assert reason in said


@pytest.mark.parametrize("code", ["ModelNotReadyException", "ThrottlingException", "AccessDeniedException"])
def test_what_passes_by_itself_is_waited_for(told, monkeypatch, code):
    monkeypatch.setattr(index, "_PAUSE", 0.0)
    made: Any = boto3.client
    errors = [code, code]

    def client(service: str, **options: Any) -> Any:
        real = made(service, **options)
        if service != "sagemaker-runtime":
            return real

        def invoke(**request: Any) -> Any:
            if errors:
                raise ClientError({"Error": {"Code": errors.pop(), "Message": "wait"}}, "InvokeEndpoint")
            return real.invoke_endpoint(**request)

        return SimpleNamespace(invoke_endpoint=invoke)

    monkeypatch.setattr(boto3, "client", client)
    assert told()[0] == "SUCCESS"
    assert errors == []


def test_nothing_is_tested_when_the_resource_goes(told):
    assert told("Delete", Expected="[2]")[0] == "SUCCESS"


def test_nothing_is_tested_on_the_way_back(told, stack_id, monkeypatch):
    stack = cloudformation_backends["123456789012"]["us-east-1"].stacks[stack_id]
    monkeypatch.setattr(stack, "status", "UPDATE_ROLLBACK_IN_PROGRESS")
    assert told(Expected="[2]")[0] == "SUCCESS"
