"""Lambda handler: asks an endpoint, and answers with what the endpoint answers.

It runs where only Python and boto3 are. Nothing of a request is written to the log.
"""

from __future__ import annotations

import importlib
import json
import os
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
)

from .exchange import Answer, Refusal, Request, read_answer, read_request, write_answer
from .failures import refusal
from .hooks import Hooks, run

# What the construct sets.
ENDPOINT = "SKLEARN_FRONT_ENDPOINT"
READ_TIMEOUT = "SKLEARN_FRONT_READ_TIMEOUT"
MODULE = "SKLEARN_FRONT_MODULE"
# Seconds.
_CONNECT_TIMEOUT = 2.0
# The endpoint has not seen the request; or the connection was kept while the function slept, and has been closed since.
# A prediction changes nothing, so that it may be asked for again.
_NOT_ARRIVED = (ConnectTimeoutError, ConnectionClosedError, EndpointConnectionError)


def handler(event: Any, context: Any) -> dict[str, Any]:
    """Answer one event."""
    try:
        answer = predict(read_request(event))
    except Refusal as refused:
        request_id = getattr(context, "aws_request_id", None)
        print(json.dumps({"request_id": request_id, "status": refused.status, "type": refused.kind}))
        answer = refused.answer
    return write_answer(answer)


def predict(request: Request) -> Answer:
    """Ask the endpoint, between the user's two hooks.

    Raises
    ------
    Refusal
        There is no prediction.
    """
    hooks = _hooks()
    body, content_type = run(hooks.before, request.body, request.content_type, invalid=400)
    answer = _invoke(Request(body, content_type, request.options))
    body, content_type = run(hooks.after, answer.body, answer.content_type, invalid=500)
    return Answer(answer.status, body, content_type, answer.headers)


def _invoke(request: Request) -> Answer:
    parameters: dict[str, Any] = {"EndpointName": os.environ[ENDPOINT], "Body": request.body, **request.options}
    if request.content_type:
        parameters["ContentType"] = request.content_type
    try:
        return _ask(parameters)
    except (ClientError, BotoCoreError) as error:
        raise refusal(error) from error


def _ask(parameters: dict[str, Any]) -> Answer:
    try:
        invoked = _client().invoke_endpoint(**parameters)
    except _NOT_ARRIVED:
        invoked = _client().invoke_endpoint(**parameters)
    return read_answer(invoked, invoked["Body"].read())


@cache
def _client() -> Any:
    # A service that refuses or is busy is the caller's to ask again: it knows whether the answer is still wanted.
    config = Config(
        connect_timeout=_CONNECT_TIMEOUT,
        read_timeout=float(os.environ[READ_TIMEOUT]),
        retries={"total_max_attempts": 1},
    )
    return boto3.client("sagemaker-runtime", config=config)


@cache
def _hooks() -> Hooks:
    name = os.environ.get(MODULE)
    return Hooks() if name is None else Hooks.of(importlib.import_module(name))


if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    # While a function starts it has more of a processor than afterwards.
    _client()
    _hooks()
