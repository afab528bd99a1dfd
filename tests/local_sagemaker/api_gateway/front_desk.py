"""A local cloud with one endpoint of a real model, and stacks of REST APIs that the constructs synthesize."""

import http.client
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import aws_cdk as cdk
import numpy as np
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from sklearn.linear_model import LogisticRegression

from constructs_lib import SklearnEndpoint, SklearnRestApi
from local_sagemaker.app import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from local_sagemaker.cloudformation import stack_api
from tests.local_sagemaker.cloud import REGION, Cloud, eventually, running_cloud, with_runtime

# jsii starts the first `node` that it finds; the virtual environment has one that is still maintained.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

X = np.array([[0.0, 1.0], [1.0, 0.0], [0.2, 0.9], [0.9, 0.3]])
ADMINISTRATOR = Credentials(ACCESS_KEY_ID, SECRET_ACCESS_KEY)


class Response(NamedTuple):
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)

    @property
    def error(self) -> Any:
        """Status, and what the error says of itself."""
        told = self.json["error"]
        return self.status, told["type"], told["message"]


class FrontDesk:
    """Deploys REST APIs and calls them."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.stacks = cloud.client("cloudformation")
        self.gateway = cloud.client("apigateway")
        self.logs = cloud.client("logs")
        model = LogisticRegression().fit(X, [0, 1, 0, 1])
        self.endpoint = cloud.make_endpoint(cloud.make_config(cloud.make_model(with_runtime(model))), "churn")

    def template(self, name: str, *, endpoint: str | None = None, **options: Any) -> Any:
        """Synthesize a stack with one REST API."""
        app = cdk.App()
        synthesizer = cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False)
        stack = cdk.Stack(app, name, synthesizer=synthesizer)
        imported = SklearnEndpoint.from_endpoint_name(stack, "Endpoint", endpoint or self.endpoint)
        SklearnRestApi(stack, "RestApi", endpoint=imported, **options)
        return app.synth().get_stack_by_name(name).template

    def deploy(self, name: str, **options: Any) -> "DeployedStack":
        """Make or update a stack with one REST API, and wait."""
        return self.deploy_template(name, self.template(name, **options))

    def deploy_template(self, name: str, template: Any) -> "DeployedStack":
        """Make or update a stack and wait."""
        known = [stack["StackName"] for stack in self.stacks.describe_stacks()["Stacks"]]
        request = {"StackName": name, "TemplateBody": json.dumps(template), "Capabilities": ["CAPABILITY_IAM"]}
        (self.stacks.update_stack if name in known else self.stacks.create_stack)(**request)
        described = self.settled(name)
        assert described["StackStatus"] in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}, self.reasons(name)
        return DeployedStack(self, name, described)

    def settled(self, name: str) -> Any:
        """Wait until nothing is under way any more; give what DescribeStacks says."""

        def settled() -> Any:
            (stack,) = self.stacks.describe_stacks(StackName=name)["Stacks"]
            return None if stack["StackStatus"].endswith("_IN_PROGRESS") else stack

        return eventually(settled, 120.0)

    def reasons(self, name: str) -> list[str]:
        """Why resources of a stack failed."""
        events = self.stacks.describe_stack_events(StackName=name)["StackEvents"]
        return [event["ResourceStatusReason"] for event in events if event["ResourceStatus"].endswith("_FAILED")]

    def post(
        self,
        path: str,
        body: bytes,
        *,
        method: str = "POST",
        host: str | None = None,
        signer: Credentials | None = ADMINISTRATOR,
        service: str = "execute-api",
        region: str = REGION,
        **headers: str,
    ) -> Response:
        """Send a request to the local cloud; names of headers with ``_`` for ``-``."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if host is not None:
            sent["Host"] = host
        if signer is not None:
            request = AWSRequest(method, f"{self.cloud.url}{path}", data=body, headers=dict(sent))
            SigV4Auth(signer, service, region).add_auth(request)
            sent = dict(request.headers.items())
        connection = http.client.HTTPConnection("localhost", int(self.cloud.url.rpartition(":")[2]), timeout=60)
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            return Response(response.status, response.headers, response.read())
        finally:
            connection.close()


class DeployedStack:
    """A stack with one REST API."""

    def __init__(self, desk: FrontDesk, name: str, described: Mapping[str, Any]) -> None:
        self.desk = desk
        self.name = name
        self.status: str = described["StackStatus"]
        self.outputs = {one["OutputKey"]: one["OutputValue"] for one in described.get("Outputs", [])}

    def output(self, beginning: str) -> str:
        """Give an output whose key begins so."""
        return next(str(value) for key, value in self.outputs.items() if key.startswith(beginning))

    @property
    def api_id(self) -> str:
        """Id of the API."""
        return self.output("RestApiUrl").partition("//")[2].partition(".")[0]

    def post(self, body: bytes | str = b"[[0.0, 1.0]]", *, path: str = "predict", **options: Any) -> Response:
        """Send a request to the API, by the path that any client can use."""
        content = body.encode() if isinstance(body, str) else body
        options.setdefault("Content_Type", "application/json")
        stage = options.pop("stage", "prod")
        return self.desk.post(f"/restapis/{self.api_id}/{stage}/_user_request_/{path}", content, **options)

    def key(self) -> str:
        """Give the value of the key that the stack made."""
        shown = self.desk.gateway.get_api_key(apiKey=self.output("RestApiApiKeyId"), includeValue=True)
        return str(shown["value"])

    def delete(self) -> None:
        """Delete the stack and wait."""
        self.desk.stacks.delete_stack(StackName=self.name)
        eventually(lambda: self.name not in str(self.desk.stacks.describe_stacks()["Stacks"]), 60.0)


@contextmanager
def running_front_desk() -> Iterator[FrontDesk]:
    """Serve moto with the data plane, the executor of stacks and REST APIs."""
    with running_cloud() as cloud:
        stack_api.install()
        yield FrontDesk(cloud)
