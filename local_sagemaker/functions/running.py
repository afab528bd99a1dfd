"""Finds a Lambda function, says whether it can be run here, and calls it once in a process of its own."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import lambda_backends

from local_sagemaker.functions.answers import LambdaError
from local_sagemaker.functions.execution_environment import ExecutionEnvironment

if TYPE_CHECKING:
    from collections.abc import Mapping


def find_function(arn: Any, account_id: str, region: str) -> Any:
    """Give moto's function of an ARN, or None."""
    functions = lambda_backends[account_id][region].list_functions()
    return next((function for function in functions if function.function_arn == arn), None)


def function_named(name: str, qualifier: str | None, account_id: str, region: str) -> Any:
    """Give moto's function of a name, an ARN or a part of one.

    Raises
    ------
    LambdaError
        There is none.
    """
    try:
        # Of a part of an ARN, ``ACCOUNT:function:NAME``, moto knows nothing.
        return lambda_backends[account_id][region].get_function(name.removeprefix(f"{account_id}:function:"), qualifier)
    except LambdaClientError as error:
        raise LambdaError(404, "ResourceNotFoundException", str(error.message), Type="User") from None


def is_there(function: Any) -> bool:
    """Say whether moto still has a function, this very one: another may have been given its name meanwhile."""
    backend = lambda_backends[function.account_id][function.region]
    try:
        return bool(backend.get_function(function.function_arn) is function)
    except LambdaClientError:
        return False


def obstacle(function: Any) -> str | None:
    """Say why a function cannot be run here; None where it can."""
    runtime = str(function.run_time or "a container image")
    if function.layers:
        return "its function has layers, which the local cloud does not bring"
    return None if runtime.startswith("python") else f"its function runs on {runtime}, and the local cloud runs Python"


def call(function: Any, event: Mapping[str, Any], base_url: str) -> None:
    """Call a function and wait for its end.

    Parameters
    ----------
    function
        moto's function.
    event
        What its handler is given.
    base_url
        Address of the local cloud.

    Raises
    ------
    FunctionError
        It raised, or was stopped when its time was over.
    DataPlaneError
        Its role cannot be assumed, or may not write its log.
    """
    environment = ExecutionEnvironment(function, base_url)
    try:
        outcome = environment.start() or environment.call(
            json.dumps(event).encode(), str(uuid.uuid4()), function.function_arn
        )
    finally:
        environment.stop()
    outcome.raise_failure()
