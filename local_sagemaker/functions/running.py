"""Calls a Lambda function: its code in a process of its own, its role's credentials, its log in CloudWatch Logs.

The interpreter is the local cloud's, whatever Python the function names; layers and images are not emulated.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
import uuid
import zipfile
from typing import TYPE_CHECKING, Any

from moto.awslambda.models import lambda_backends

from local_sagemaker.access.rights import ExecutionRole
from local_sagemaker.containers.container_logs import ContainerLog
from local_sagemaker.containers.processes import ChildProcess, inherited_environment, make_folder, remove_folder
from local_sagemaker.functions import bootstrap

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class FunctionError(Exception):
    """A function could not be run, or did not end well; the text says why."""


def find_function(arn: Any, account_id: str, region: str) -> Any:
    """Give moto's function of an ARN, or None."""
    functions = lambda_backends[account_id][region].list_functions()
    return next((function for function in functions if function.function_arn == arn), None)


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
    account_id, region = function.account_id, function.region
    role = ExecutionRole.assume(
        function.role, region=region, source_arn=function.function_arn, service="lambda.amazonaws.com"
    )
    today = dt.datetime.now(tz=dt.UTC)
    stream = f"{today:%Y/%m/%d}/[$LATEST]{uuid.uuid4().hex}"
    group = f"/aws/lambda/{function.function_name}"
    log = ContainerLog(role, group, stream, account_id=account_id, region=region)
    log.open()
    folder = make_folder("local-sagemaker-function-")
    try:
        task = folder / "task"
        with zipfile.ZipFile(io.BytesIO(function.code_bytes)) as archive:
            archive.extractall(task)
        order = folder / "call.json"
        order.write_text(json.dumps(_order(function, event, group, stream)), encoding="utf-8")
        process = ChildProcess(
            [sys.executable, bootstrap.__file__, str(order)],
            environment=_environment(function, role, task, base_url),
            folder=task,
            on_line=log.write,
        )
        if not process.wait(float(function.timeout)):
            process.kill()
            process.wait()
            raise FunctionError(f"Task timed out after {float(function.timeout):.2f} seconds")
        if process.exit_status:
            raise FunctionError(log.last_line or f"the function ended with status {process.exit_status}")
    finally:
        remove_folder(folder)


def _order(function: Any, event: Mapping[str, Any], group: str, stream: str) -> dict[str, Any]:
    facts = {
        "function_name": function.function_name,
        "function_arn": function.function_arn,
        "memory_size": str(function.memory_size),
        "request_id": str(uuid.uuid4()),
        "log_group": group,
        "log_stream": stream,
        "timeout": float(function.timeout),
    }
    return {"handler": function.handler, "event": event, "facts": facts}


def _environment(function: Any, role: ExecutionRole, task: Path, base_url: str) -> dict[str, str]:
    return {
        **inherited_environment(),
        "AWS_ACCESS_KEY_ID": role.credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": role.credentials.secret_access_key,
        "AWS_SESSION_TOKEN": role.credentials.session_token,
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_ENDPOINT_URL": base_url,
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        "LAMBDA_TASK_ROOT": str(task),
        "PYTHONUNBUFFERED": "1",
        **{name: str(value) for name, value in function.environment_vars.items()},
    }
