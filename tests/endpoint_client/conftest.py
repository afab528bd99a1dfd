"""A real HTTP server on the loopback that speaks InvokeEndpoint's REST shape and answers with a real model."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from endpoint_client import Predictor
from sklearn_runtime.service import InferenceService
from sklearn_runtime.settings import Settings
from tests.endpoint_client.event_stream import event_stream
from tests.endpoint_client.training.scripted_aws import ScriptedAws, scripted_aws

LOG_STREAM = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/Endpoints/ep:log-stream:AllTraffic/i-1"


@dataclass(frozen=True)
class Request:
    """What arrived at the endpoint."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def method(self) -> str:
        return self.headers.get("x-amzn-sagemaker-custom-attributes", "method=predict").partition("=")[2]


@dataclass(frozen=True)
class Answer:
    """What a container answers."""

    body: bytes
    content_type: str
    status: int = 200


@dataclass
class Endpoint:
    """The endpoint "ep": hand it another container, look at the requests that came."""

    model: LogisticRegression
    container: Callable[[Request], Answer]
    requests: list[Request] = field(default_factory=list)
    # Status and AWS error code that SageMaker itself answers with, before any container.
    service_errors: list[tuple[int, str, str]] = field(default_factory=list)
    # Status and body of an error as it comes, of SageMaker or of a proxy before it.
    raw_errors: list[tuple[int, bytes]] = field(default_factory=list)
    # What becomes of a body that is streamed.
    stream: Callable[[bytes], bytes] = event_stream

    def container_error(self, status: int, body: bytes) -> None:
        self.container = lambda _: Answer(body, "application/json", status)


@pytest.fixture(scope="session")
def model() -> LogisticRegression:
    generator = np.random.default_rng(0)
    features = generator.normal(size=(200, 4))
    return LogisticRegression().fit(features, (features.sum(axis=1) > 0).astype(int))


@pytest.fixture(scope="session")
def service(model: LogisticRegression, tmp_path_factory: pytest.TempPathFactory) -> InferenceService:
    """The model as its container serves it."""
    base = tmp_path_factory.mktemp("ml")
    (base / "model").mkdir()
    joblib.dump(model, base / "model" / "model.joblib")
    return InferenceService.load(Settings.from_environ({"SAGEMAKER_BASE_DIR": str(base)}))


@pytest.fixture
def features() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(50, 4))


@pytest.fixture
def endpoint(
    model: LogisticRegression, service: InferenceService, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Endpoint]:
    """Serve the endpoint, and point boto3 at it as a user would: with environment variables."""

    def container(request: Request) -> Answer:
        content_type, attributes = map(request.headers.get, ("content-type", "x-amzn-sagemaker-custom-attributes"))
        # Streams name theirs so.
        accept = request.headers.get("x-amzn-sagemaker-accept") or request.headers.get("accept")
        response = service.invoke(request.body, content_type, accept, attributes)
        return Answer(response.body, response.content_type, response.status)

    served = Endpoint(model, container)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            request = Request(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            served.requests.append(request)
            if served.service_errors:
                status, code, message = served.service_errors.pop(0)
                self.answer(status, json.dumps({"message": message}).encode(), {"x-amzn-ErrorType": code})
                return
            if served.raw_errors:
                self.answer(*served.raw_errors.pop(0), {})
                return
            if request.path not in ("/endpoints/ep/invocations", "/endpoints/ep/invocations-response-stream"):
                name = request.path.split("/")[2]
                message = f"Endpoint {name} of account 123456789012 not found."
                self.answer(400, json.dumps({"message": message}).encode(), {"x-amzn-ErrorType": "ValidationError"})
                return
            result = served.container(request)
            if result.status == 200 and request.path.endswith("-response-stream"):
                headers = {
                    "Content-Type": "application/vnd.amazon.eventstream",
                    "X-Amzn-SageMaker-Content-Type": result.content_type,
                }
                self.answer(200, served.stream(result.body), headers)
                return
            if result.status == 200:
                self.answer(
                    200,
                    result.body,
                    {"Content-Type": result.content_type, "x-Amzn-Invoked-Production-Variant": "AllTraffic"},
                )
                return
            original = result.body.decode()
            message = f'Received client error ({result.status}) from AllTraffic with message "{original}".'
            error = {
                "ErrorCode": "CLIENT_ERROR_FROM_MODEL",
                "LogStreamArn": LOG_STREAM,
                "Message": message,
                "OriginalMessage": original,
                "OriginalStatusCode": result.status,
            }
            self.answer(424, json.dumps(error).encode(), {"x-amzn-ErrorType": "ModelError"})

        def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            headers = {"Content-Type": "application/json", "x-amzn-RequestId": "r-1"} | headers
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Keep quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        # As many may call at once; the standard library's 5 would have the others reset.
        request_queue_size = 256

        def handle_error(self, request: object, client_address: object) -> None:
            """Keep quiet: a client that timed out has closed its connection."""

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        environment = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_address[1]}",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield served
        server.shutdown()
        thread.join()


@pytest.fixture
def predictor(endpoint: Endpoint) -> Iterator[Predictor]:
    with Predictor("ep") as client:
        yield client


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedAws]:
    """Serve the services that training needs, and point boto3 at them as a user would."""
    with scripted_aws() as served:
        environment = {
            "AWS_ENDPOINT_URL": served.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield served
