"""Tasks of the AWS SDK integration, ``arn:aws:states:::aws-sdk:*``, with AWS's names of errors and plain answers.

Rule: "Calling other AWS services in Step Functions" in the Step Functions developer guide. moto's own task of this
kind calls errors after the service's identifier, such as ``sagemaker.sagemakerException``, and hands on times as they
come, which its DescribeExecution cannot answer.
"""

from __future__ import annotations

import json
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError, ParamValidationError
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_aws_sdk import (
    StateTaskServiceAwsSdk,
)
from moto.stepfunctions.parser.asl.utils import boto_client

from local_sagemaker.state_machines.plain_values import with_text_times
from local_sagemaker.state_machines.service_shapes import blob_fields
from local_sagemaker.state_machines.task_failures import RUNTIME, failure, invalid_parameters, sdk_error

# The names of services in resources, which are those of the AWS SDK for Java, where boto3 has another.
BOTO_SERVICES = {
    "cloudwatchlogs": "logs",
    "eventbridge": "events",
    "sagemakerruntime": "sagemaker-runtime",
    "sfn": "stepfunctions",
}
# The names in the SDK's classes, where they are not the service's with a capital letter.
_CLASS_NAMES = {
    "cloudwatch": "CloudWatch",
    "cloudwatchlogs": "CloudWatchLogs",
    "dynamodb": "DynamoDb",
    "eventbridge": "EventBridge",
    "sagemaker": "SageMaker",
    "sagemakerruntime": "SageMakerRuntime",
}


def boto_service(sdk_service: str) -> str:
    """Give boto3's name of a service, such as ``sagemaker-runtime`` for ``sagemakerruntime``."""
    return BOTO_SERVICES.get(sdk_service, sdk_service)


class SdkTask(StateTaskServiceAwsSdk):
    """One task; moto makes it from the definition, and evaluates it in a thread of its own."""

    def _eval_service_task(
        self, env: Any, resource_runtime_part: Any, normalised_parameters: dict[str, Any], state_credentials: Any
    ) -> None:
        service = boto_service(self.resource.api_name)
        action: str = self.resource.api_action
        client = boto_client.boto_client_for(resource_runtime_part.region, service, state_credentials)
        for field in blob_fields(service, action[:1].upper() + action[1:]) & normalised_parameters.keys():
            value = normalised_parameters[field]
            normalised_parameters[field] = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
        answer = getattr(client, xform_name(action[:1].upper() + action[1:]))(**normalised_parameters)
        env.stack.append(with_text_times(answer or {}))

    def _from_error(self, env: Any, ex: Exception) -> Any:
        if isinstance(ex, ClientError):
            name = self.resource.api_name
            error, cause = sdk_error(ex, _CLASS_NAMES.get(name, name[:1].upper() + name[1:]))
            return self._failure(env, error, cause)
        if isinstance(ex, ParamValidationError):
            return self._failure(env, RUNTIME, invalid_parameters(self.name, ex))
        return super()._from_error(env=env, ex=ex)

    def _failure(self, env: Any, error: Any, cause: str) -> Any:
        kind, resource = self._get_sfn_resource_type(), self._get_sfn_resource()
        return failure(env, resource_type=kind, resource=resource, error=error, cause=cause)
