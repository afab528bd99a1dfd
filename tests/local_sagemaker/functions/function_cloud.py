"""A local cloud whose functions run, and short ways to a function and to its URL."""

import io
import json
import os
import textwrap
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.core.base_backend import BackendDict
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from local_sagemaker import moto_mends
from local_sagemaker.access.verification import verifying
from local_sagemaker.app import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from local_sagemaker.cloudformation import stack_api
from local_sagemaker.functions import service
from local_sagemaker.functions.front import in_front_of
from local_sagemaker.functions.url_requests import UrlRequests
from local_sagemaker.hosting import endpoints
from local_sagemaker.server import LocalServer
from tests.local_sagemaker.cloud import ACCOUNT, REGION, Cloud, allow

LAMBDA_TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
}
LOG = allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "*")
ROOT = Credentials(ACCESS_KEY_ID, SECRET_ACCESS_KEY)


class Answered(NamedTuple):
    """What a URL answers."""

    status: int
    headers: Any
    body: bytes


def alive(pid: int) -> bool:
    """Say whether a process runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def packed(files: Mapping[str, str]) -> bytes:
    """Pack files as Lambda takes them."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, textwrap.dedent(text))
    return content.getvalue()


class FunctionCloud(Cloud):
    """A cloud with a role for functions, and what calls them."""

    def __init__(self, url: str, running: service.FunctionService) -> None:
        super().__init__(url)
        self.service = running
        self.functions = self.client("lambda")
        self.function_role = self.make_role([LOG], LAMBDA_TRUST)

    def make_function(self, code: str | Mapping[str, str], **options: Any) -> str:
        """Make a function of ``index.py``, or of several files; give its name."""
        name = f"function-{next(self._number)}"
        settings = {"Runtime": "python3.14", "Handler": "index.handler", "Role": self.function_role, "Timeout": 30}
        files = {"index.py": code} if isinstance(code, str) else code
        self.functions.create_function(FunctionName=name, Code={"ZipFile": packed(files)}, **{**settings, **options})
        return name

    def call(self, name: str, event: Any = None, **options: Any) -> Any:
        """Call a function; give its result, or its error."""
        answer = self.functions.invoke(FunctionName=name, Payload=json.dumps(event), **options)
        return json.loads(answer["Payload"].read())

    def make_url(self, name: str, auth_type: str = "AWS_IAM") -> str:
        """Give a function a URL."""
        url: str = self.functions.create_function_url_config(FunctionName=name, AuthType=auth_type)["FunctionUrl"]
        return url

    def make_caller(self, *statements: Any) -> Credentials:
        """Make a role, and credentials of a session of it."""
        arn = self.make_role(list(statements), LAMBDA_TRUST)
        given = self.client("sts").assume_role(RoleArn=arn, RoleSessionName="caller")["Credentials"]
        return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])

    def log_of(self, name: str) -> list[str]:
        """Give the lines of a function's log."""
        events = self.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
        return [event["message"] for event in events]


def ask(
    url: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    credentials: Credentials | None = ROOT,
    service_name: str = "lambda",
    region: str = REGION,
    method: str = "POST",
) -> Answered:
    """Send a request to a URL; without credentials, unsigned."""
    request = AWSRequest(method, url, data=body, headers=dict(headers or {}))
    if credentials is not None:
        SigV4Auth(credentials, service_name, region).add_auth(request)
    sent = urllib.request.Request(url, data=body, headers=dict(request.headers.items()), method=method)
    try:
        with urllib.request.urlopen(sent, timeout=60) as response:
            return Answered(response.status, response.headers, response.read())
    except urllib.error.HTTPError as error:
        with error:
            return Answered(error.code, error.headers, error.read())


@contextmanager
def running_functions() -> Iterator[FunctionCloud]:
    """Serve moto with functions and the data plane, and leave nothing behind."""
    BackendDict.reset()
    moto_mends.apply_all()
    stack_api.install()
    running = service.install(lambda: server.url)
    application = in_front_of(DomainDispatcherApplication(create_backend_app), running, account_id=ACCOUNT)
    application = verifying(application, elsewhere=(UrlRequests.takes,))
    server = LocalServer(application, 0)
    endpoints.install(lambda: server.url)
    server.start()
    cloud = FunctionCloud(server.url, running)
    try:
        yield cloud
    finally:
        cloud.close()
        server.stop()
        service.shutdown()
        endpoints.shutdown()
        BackendDict.reset()
