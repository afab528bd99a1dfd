"""Lambda handler of a custom resource: asks an endpoint that was just deployed for a prediction.

It runs where only Python and boto3 are. CloudFormation sends it the custom resource's properties, and waits for the
answer: FAILED undoes the deployment, with the reason as the resource's.
"""

from __future__ import annotations

import json
import math
import time
import urllib.request
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

# Seconds between two tries, and left over for the answer to CloudFormation.
_PAUSE = 2.0
_RESERVE = 5.0
# What passes by itself: a cold start, a model that is being loaded, an endpoint that is busy, a connection that breaks,
# and rights that are so new that not every part of AWS knows them.
_PASSING = {
    "AccessDenied",
    "AccessDeniedException",
    "ConnectTimeoutError",
    "ConnectionClosedError",
    "EndpointConnectionError",
    "InternalDependencyException",
    "InternalFailure",
    "ModelNotReadyException",
    "ServiceUnavailable",
    "Throttling",
    "ThrottlingException",
}


class SmokeTestError(Exception):
    """The endpoint is not what was deployed; the text is the reason."""


def handler(event: dict[str, Any], context: Any) -> None:
    """Test the endpoint unless the resource is deleted, or the stack is on its way back already."""
    status, reason = "SUCCESS", ""
    try:
        if event["RequestType"] != "Delete":
            deadline = time.monotonic() + context.get_remaining_time_in_millis() / 1000 - _RESERVE
            _test_unless_rolling_back(event, deadline)
    except SmokeTestError as error:
        status, reason = "FAILED", str(error)
    except Exception as error:  # noqa: BLE001 - CloudFormation waits for an answer whatever happens
        status, reason = "FAILED", f"the smoke test could not run: {type(error).__name__}: {error}"
    _respond(event, context, status, reason)


def differences(answer: Any, expected: Any, tolerance: float, where: str = "") -> list[str]:
    """Give where an answer is not what is expected; numbers may differ by the tolerance, relative or absolute."""
    if isinstance(expected, list) and isinstance(answer, list):
        if len(answer) != len(expected):
            return [f"{where}has {len(answer)} values where {len(expected)} are expected"]
        found = []
        for position, (one, other) in enumerate(zip(answer, expected, strict=True)):
            found += differences(one, other, tolerance, f"{where.strip()}[{position}] ")
        return found
    if _is_number(expected) and _is_number(answer):
        if math.isclose(answer, expected, rel_tol=tolerance, abs_tol=tolerance):
            return []
    elif answer == expected:
        return []
    return [f"{where}is {json.dumps(answer)} where {json.dumps(expected)} is expected"]


def _test_unless_rolling_back(event: dict[str, Any], deadline: float) -> None:
    stacks = _ask("cloudformation", deadline, lambda client: client.describe_stacks(StackName=event["StackId"]))
    if "ROLLBACK" not in stacks["Stacks"][0]["StackStatus"]:
        _test(event["ResourceProperties"], deadline)


def _test(properties: dict[str, str], deadline: float) -> None:
    name, config = properties["EndpointName"], properties["EndpointConfigName"]
    running = _ask("sagemaker", deadline, lambda client: client.describe_endpoint(EndpointName=name))
    if running["EndpointConfigName"] != config:
        reason = running.get("FailureReason", "SageMaker gives no reason")
        raise SmokeTestError(
            f"endpoint {name} still runs configuration {running['EndpointConfigName']} and not {config}: {reason}"
        )
    for variant in json.loads(properties["Variants"]):
        answer = _invoke(properties, variant, deadline)
        if "Expected" not in properties:
            continue
        found = differences(answer, json.loads(properties["Expected"]), float(properties["Tolerance"]))
        if found:
            raise SmokeTestError(f"variant {variant}: the answer {'; '.join(found[:3])}")


def _invoke(properties: dict[str, str], variant: str, deadline: float) -> Any:
    request: dict[str, Any] = {
        "EndpointName": properties["EndpointName"],
        "TargetVariant": variant,
        "ContentType": "application/json",
        "Accept": "application/json",
        "Body": properties["Rows"].encode("utf-8"),
    }
    for option in ("CustomAttributes", "TargetModel"):
        if option in properties:
            request[option] = properties[option]
    try:
        body = _ask("sagemaker-runtime", deadline, lambda client: client.invoke_endpoint(**request)["Body"].read())
        return json.loads(body.decode("utf-8"))
    except ClientError as error:
        message = error.response.get("OriginalMessage") or error.response["Error"]["Message"]
        raise SmokeTestError(f"variant {variant}: {message}") from error
    except ValueError as error:
        raise SmokeTestError(f"variant {variant}: the answer is not JSON: {error}") from error


def _ask(service: str, deadline: float, call: Callable[[Any], Any]) -> Any:
    """Call a service until it answers, or until what passes by itself has had its time."""
    connect: Any = boto3.client
    while True:
        left = max(deadline - time.monotonic(), 1.0)
        config = Config(connect_timeout=min(left, 10), read_timeout=left, retries={"total_max_attempts": 1})
        try:
            return call(connect(service, config=config))
        except (ClientError, BotoCoreError) as error:
            code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
            if code not in _PASSING or time.monotonic() + _PAUSE > deadline:
                raise
        time.sleep(_PAUSE)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _respond(event: dict[str, Any], context: Any, status: str, reason: str) -> None:
    # CloudFormation takes 4 KB.
    answer = {
        "Status": status,
        "Reason": reason[:1000] or "see the log stream " + context.log_stream_name,
        "PhysicalResourceId": event["ResourceProperties"]["EndpointName"] + "-smoke-test",
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
    }
    print(json.dumps({"status": status, "reason": reason}))
    body = json.dumps(answer).encode("utf-8")
    # CloudFormation's own address, which takes no content type.
    request = urllib.request.Request(event["ResponseURL"], data=body, method="PUT", headers={"Content-Type": ""})  # noqa: S310
    for attempts_left in (2, 1, 0):
        try:
            urllib.request.urlopen(request, timeout=10).close()  # noqa: S310
        except OSError:  # noqa: PERF203
            if not attempts_left:
                raise
            time.sleep(_PAUSE)
        else:
            return
