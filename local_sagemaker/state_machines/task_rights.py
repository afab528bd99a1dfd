"""Which rights a call of a task takes: the action, the ARN of what it acts on, and what is passed with it.

Rules: the tables of actions in the Service Authorization Reference. Calls of services that do not stand here are not
checked, as they have nothing to do with serving or training a model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from moto.utilities.utils import get_partition

from local_sagemaker.state_machines.sagemaker_jobs import JOB_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_PASSED_TO_SAGEMAKER = {"iam:PassedToService": "sagemaker.amazonaws.com"}
# What operations of SageMaker are named after, the longest first, and how that is called in ARNs.
_SAGEMAKER_RESOURCES = {
    **{kind.noun: kind.resource for kind in JOB_KINDS},
    "EndpointConfig": "endpoint-config",
    "Endpoint": "endpoint",
    "Model": "model",
}


class Right(NamedTuple):
    """One thing that must be allowed."""

    action: str
    resource: str
    context: Mapping[str, str] | None = None


def needed_rights(service: str, operation: str, params: Mapping[str, Any], region: str, account_id: str) -> list[Right]:
    """List the rights that a call takes.

    Parameters
    ----------
    service
        As boto3 calls it.
    operation
        Such as ``CreateTrainingJob``.
    params
        What it is called with.
    region, account_id
        Where.

    Example
    -------
    >>> needed_rights("ssm", "GetParameter", {"Name": "/model"}, "eu-west-1", "123456789012")
    [Right(action='ssm:GetParameter', resource='arn:aws:ssm:eu-west-1:123456789012:parameter/model', context=None)]
    """
    arns = _Arns(region, account_id)
    if service == "sagemaker":
        return list(_of_sagemaker(operation, params, arns))
    if service == "sns" and operation == "Publish":
        topic = params.get("TopicArn") or params.get("TargetArn")
        return [Right("sns:Publish", str(topic or "*"))]
    if service == "lambda" and operation == "Invoke":
        return [Right("lambda:InvokeFunction", arns.function(params))]
    if service == "ssm" and "Name" in params:
        return [Right(f"ssm:{operation}", arns.of("ssm", "parameter/" + str(params["Name"]).removeprefix("/")))]
    if service == "stepfunctions" and operation in {"StartExecution", "StartSyncExecution"}:
        return [Right(f"states:{operation}", str(params.get("stateMachineArn")))]
    if service == "s3" and operation in {"GetObject", "PutObject", "DeleteObject"}:
        place = f"{params.get('Bucket')}/{params.get('Key')}"
        return [Right(f"s3:{operation}", f"arn:{arns.partition}:s3:::{place}")]
    return []


class _Arns:
    def __init__(self, region: str, account_id: str) -> None:
        self.partition = get_partition(region)
        self._where = f"{region}:{account_id}"

    def of(self, service: str, resource: str) -> str:
        return f"arn:{self.partition}:{service}:{self._where}:{resource}"

    def function(self, params: Mapping[str, Any]) -> str:
        name = str(params.get("FunctionName"))
        arn = name if name.startswith("arn:") else self.of("lambda", f"function:{name}")
        qualifier = params.get("Qualifier")
        return f"{arn}:{qualifier}" if qualifier else arn


def _of_sagemaker(operation: str, params: Mapping[str, Any], arns: _Arns) -> Iterator[Right]:
    noun = next((noun for noun in _SAGEMAKER_RESOURCES if operation.endswith(noun)), None)
    action = f"sagemaker:{operation}"
    if noun is None or f"{noun}Name" not in params:
        yield Right(action, "*")
        return

    def arn(kind: str) -> str:
        # SageMaker writes names in ARNs in lower case.
        return arns.of("sagemaker", f"{_SAGEMAKER_RESOURCES[kind]}/{str(params[f'{kind}Name']).lower()}")

    yield Right(action, arn(noun))
    if noun == "Endpoint" and "EndpointConfigName" in params:
        yield Right(action, arn("EndpointConfig"))
    if params.get("Tags"):
        yield Right("sagemaker:AddTags", arn(noun))
    for role in _roles(params):
        yield Right("iam:PassRole", role, _PASSED_TO_SAGEMAKER)


def _roles(params: Mapping[str, Any]) -> Iterable[str]:
    definitions = [params.get("TrainingJobDefinition"), *(params.get("TrainingJobDefinitions") or ())]
    holders = [params, *(definition for definition in definitions if definition)]
    found = [holder.get(field) for holder in holders for field in ("RoleArn", "ExecutionRoleArn")]
    return dict.fromkeys(str(role) for role in found if role)


def event_rights(rule: str, region: str, account_id: str) -> list[Right]:
    """List what a role needs for Step Functions to hear of the end of its jobs: to keep a rule of EventBridge."""
    arn = _Arns(region, account_id).of("events", f"rule/{rule}")
    return [Right(f"events:{operation}", arn) for operation in ("PutTargets", "PutRule", "DescribeRule")]
