"""Function URLs: their settings, where each is found, and the operations that make, show, change and delete them.

A URL is ``http://localhost:PORT/lambda-url/<id>/``: a client on this machine reaches that without a name server.
Shapes: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunctionUrlConfig.html.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import secrets
import string
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from moto.awslambda.models import FunctionUrlConfig, lambda_backends

from local_sagemaker.access.signed_requests import SignedRequest
from local_sagemaker.functions.answers import Answer, LambdaError, json_answer, read_body
from local_sagemaker.functions.running import function_named

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Environ = Mapping[str, Any]

PATH_PREFIX = "/lambda-url/"
_PATH = re.compile(r"/2021-10-31/functions/(.+)/(urls?)/?")
_LETTERS = string.ascii_lowercase + string.digits

logger = logging.getLogger(__name__)


class LocalUrl(FunctionUrlConfig):
    """The URL of a function.

    Parameters
    ----------
    function
        moto's function.
    settings
        AuthType, Cors and InvokeMode.
    base_url
        Address of the local cloud.

    Raises
    ------
    LambdaError
        What is not emulated, or no such settings.
    """

    def __init__(self, function: Any, settings: Mapping[str, Any], base_url: str) -> None:
        self.id = "".join(secrets.choice(_LETTERS) for _ in range(32))
        self.function = function
        self.url = f"{base_url}{PATH_PREFIX}{self.id}/"
        self.created = self.last_modified = _now()
        self.replace(settings)

    @property
    def domain(self) -> str:
        """Where AWS would have it."""
        return f"{self.id}.lambda-url.{self.function.region}.on.aws"

    @property
    def auth_type(self) -> str:
        """AWS_IAM or NONE."""
        return str(self.config["AuthType"])

    def update(self, new_config: Mapping[str, Any]) -> None:
        """Change the settings that are given."""
        self.replace({**self.config, **{name: value for name, value in new_config.items() if value is not None}})

    def replace(self, settings: Mapping[str, Any]) -> None:
        """Change all settings."""
        if settings.get("AuthType") not in ("AWS_IAM", "NONE"):
            raise _invalid(f"AuthType is {settings.get('AuthType')!r}; give AWS_IAM or NONE")
        if settings.get("InvokeMode", "BUFFERED") != "BUFFERED":
            raise _invalid("the local cloud does not stream answers of functions; use InvokeMode BUFFERED")
        if settings.get("Qualifier"):
            raise _invalid("the local cloud has function URLs of $LATEST only; leave Qualifier out")
        if settings.get("Cors"):
            logger.warning(
                "the URL of %s has Cors, which the local cloud does not emulate: browsers are told nothing",
                self.function.function_name,
            )
        self.config = dict(settings)
        self.last_modified = _now()

    def to_dict(self) -> dict[str, Any]:
        """Give it as the API does."""
        shown = {
            "FunctionUrl": self.url,
            "FunctionArn": self.function.function_arn,
            "AuthType": self.auth_type,
            "Cors": self.config.get("Cors"),
            "CreationTime": self.created,
            "LastModifiedTime": self.last_modified,
            "InvokeMode": "BUFFERED",
        }
        return {name: value for name, value in shown.items() if value is not None}


def create_url(function: Any, settings: Mapping[str, Any], base_url: str) -> LocalUrl:
    """Give a function a URL.

    Raises
    ------
    LambdaError
        It has one already, or see `LocalUrl`.
    """
    if function.url_config is not None:
        message = (
            f"Failed to create function url config for [functionArn = {function.function_arn}]. Error message:  "
            "FunctionUrlConfig exists for this Lambda function"
        )
        raise LambdaError(409, "ResourceConflictException", message, Type="User")
    url = function.url_config = LocalUrl(function, settings, base_url)
    return url


def find_url(url_id: str, account_id: str) -> LocalUrl | None:
    """Find a URL by its id, in any region."""
    for backend in list(lambda_backends[account_id].values()):
        for function in backend.list_functions():
            if isinstance(function.url_config, LocalUrl) and function.url_config.id == url_id:
                return function.url_config
    return None


class UrlConfigs:
    """Answers the operations.

    Parameters
    ----------
    get_base_url
        Gives the address of the local cloud.
    account_id
        Account of every caller.
    """

    def __init__(self, get_base_url: Callable[[], str], account_id: str) -> None:
        self._get_base_url = get_base_url
        self._account_id = account_id

    @staticmethod
    def takes(environ: Environ) -> bool:
        """Say whether a request is one of these."""
        return _PATH.fullmatch(environ.get("PATH_INFO", "")) is not None

    def answer(self, environ: Environ) -> Answer:
        """Answer a request that `takes` has let through.

        Raises
        ------
        LambdaError
        """
        path, signed = _PATH.fullmatch(environ["PATH_INFO"]), SignedRequest.read(environ)
        if path is None or signed is None:
            raise LambdaError(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
        method, body = environ["REQUEST_METHOD"], read_body(environ)
        if "Qualifier" in parse_qs(environ.get("QUERY_STRING", "")):
            raise _invalid("the local cloud has function URLs of $LATEST only; leave Qualifier out")
        function = function_named(path[1], None, self._account_id, signed.region)
        if path[2] == "urls":
            shown = [] if function.url_config is None else [function.url_config.to_dict()]
            return json_answer(200, {"FunctionUrlConfigs": shown})
        if method == "POST":
            return json_answer(201, create_url(function, json.loads(body), self._get_base_url()).to_dict())
        url = function.url_config
        if url is None:
            message = "The resource you requested does not exist."
            raise LambdaError(404, "ResourceNotFoundException", message, Type="User")
        if method == "DELETE":
            function.url_config = None
            return Answer(204, [], b"")
        if method == "PUT":
            url.update(json.loads(body))
        return json_answer(200, url.to_dict())


def _invalid(message: str) -> LambdaError:
    return LambdaError(400, "InvalidParameterValueException", message, Type="User")


def _now() -> str:
    now = dt.datetime.now(tz=dt.timezone.utc)
    return f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}+0000"
