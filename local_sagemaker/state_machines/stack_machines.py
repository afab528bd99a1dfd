"""State machines of stacks: every property that the CDK renders, in moto's resource class for CloudFormation.

moto 5.2.5's class makes a machine of name, definition text and role alone, in the backend that does not execute, and
gives Fn::GetAtt the name only. Rule: AWS::StepFunctions::StateMachine in the CloudFormation template reference.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import UnformattedGetAttTemplateException
from moto.s3.models import s3_backends
from moto.stepfunctions import responses
from moto.stepfunctions.models import StateMachine
from moto.utilities.utils import get_partition

from local_sagemaker.moto_mends.patching import patch

if TYPE_CHECKING:
    from collections.abc import Mapping

RESOURCE_TYPE = "AWS::StepFunctions::StateMachine"
_OPTIONS = ("LoggingConfiguration", "TracingConfiguration", "EncryptionConfiguration")


def apply() -> None:
    """Put these methods in the place of moto's; calling it again changes nothing."""
    parsing.get_name_type_map()[RESOURCE_TYPE] = "StateMachineName"
    for method in (create_from_cloudformation_json, update_from_cloudformation_json, delete_from_cloudformation_json):
        patch(StateMachine, method.__name__, classmethod(method))
    patch(StateMachine, "get_cfn_attribute", get_cfn_attribute)


def create_from_cloudformation_json(
    cls: type[StateMachine],
    resource_name: str,
    cloudformation_json: Mapping[str, Any],
    account_id: str,
    region_name: str,
    **details: Any,
) -> Any:
    """Make a state machine; what moto calls."""
    del cls, details
    properties = cloudformation_json["Properties"]
    backend = responses.get_backend(account_id, region_name)
    name = properties.get("StateMachineName", resource_name)
    arn = f"arn:{get_partition(region_name)}:states:{region_name}:{account_id}:stateMachine:{name}"
    if any(machine.arn == arn for machine in backend.state_machines):
        raise ValueError(f"State Machine Already Exists: '{arn}'")
    logging, tracing, encryption = (_api_shape(properties.get(option)) for option in _OPTIONS)
    return backend.create_state_machine(
        name,
        definition_of(properties, account_id, region_name),
        properties["RoleArn"],
        tags=_tags(properties),
        loggingConfiguration=logging,
        tracingConfiguration=tracing,
        encryptionConfiguration=encryption,
        sm_type=properties.get("StateMachineType", "STANDARD"),
    )


def update_from_cloudformation_json(
    cls: type[StateMachine],
    original_resource: Any,
    new_resource_name: str,
    cloudformation_json: Mapping[str, Any],
    account_id: str,
    region_name: str,
) -> Any:
    """Change a state machine in place; what moto calls."""
    del cls, new_resource_name
    properties = cloudformation_json["Properties"]
    backend = responses.get_backend(account_id, region_name)
    arn = original_resource.arn
    logging, tracing, encryption = (_api_shape(properties.get(option)) for option in _OPTIONS)
    machine = backend.update_state_machine(
        arn,
        definition_of(properties, account_id, region_name),
        properties["RoleArn"],
        logging_configuration=logging or {"level": "OFF"},
        tracing_configuration=tracing or {"enabled": False},
        encryption_configuration=encryption or {"type": "AWS_OWNED_KEY"},
    )
    backend.tagger.delete_all_tags_for_resource(arn)
    backend.tagger.tag_resource(arn, _tags(properties))
    return machine


def delete_from_cloudformation_json(
    cls: type[StateMachine],
    resource_name: str,
    cloudformation_json: Mapping[str, Any],
    account_id: str,
    region_name: str,
) -> None:
    """Delete a state machine; what moto calls."""
    del cls, cloudformation_json
    responses.get_backend(account_id, region_name).delete_state_machine(resource_name)


def get_cfn_attribute(self: Any, attribute_name: str) -> Any:
    """Give an attribute as Fn::GetAtt does."""
    attributes = {
        "Arn": self.arn,
        "Name": self.name,
        "StateMachineRevisionId": getattr(self, "revision_id", "INITIAL"),
    }
    if attribute_name not in attributes:
        raise UnformattedGetAttTemplateException
    return attributes[attribute_name]


def definition_of(properties: Mapping[str, Any], account_id: str, region_name: str) -> str:
    """Give the text of a definition, wherever its properties have it, with its substitutions made.

    Raises
    ------
    ValueError
        They have none.

    Example
    -------
    >>> definition_of({"DefinitionString": "{${key}}", "DefinitionSubstitutions": {"key": 1}}, "123456789012", "any")
    '{1}'
    """
    if "DefinitionString" in properties:
        text = str(properties["DefinitionString"])
    elif "Definition" in properties:
        text = json.dumps(properties["Definition"])
    elif "DefinitionS3Location" in properties:
        text = _read(properties["DefinitionS3Location"], account_id, region_name)
    else:
        raise ValueError("One of DefinitionString, Definition and DefinitionS3Location must be given.")
    substitutions = {name: _text(value) for name, value in properties.get("DefinitionSubstitutions", {}).items()}
    return re.sub(r"\$\{([^${}]+)\}", lambda match: substitutions.get(match.group(1), match.group(0)), text)


def _read(location: Mapping[str, Any], account_id: str, region_name: str) -> str:
    bucket, key = location["Bucket"], location["Key"]
    backend = s3_backends[account_id][get_partition(region_name)]
    found = backend.get_object(bucket, key, version_id=location.get("Version"))
    if found is None:
        raise ValueError(f"The definition s3://{bucket}/{key} does not exist.")
    return str(found.value.decode("utf-8"))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _tags(properties: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"key": tag["Key"], "value": tag["Value"]} for tag in properties.get("Tags") or ()]


def _api_shape(value: Any) -> Any:
    """Write a property as the API does: fields begin in lower case."""
    if isinstance(value, dict):
        return {name[:1].lower() + name[1:]: _api_shape(item) for name, item in value.items()}
    return [_api_shape(item) for item in value] if isinstance(value, list) else value
