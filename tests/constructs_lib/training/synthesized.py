"""What the templates of a training hold: its definition, and the statements of its roles."""

import json
from collections.abc import Iterator
from typing import Any

import aws_cdk as cdk
from aws_cdk.assertions import Template

from constructs_lib import (
    MetricDefinition,
)

S3_URI = "s3://models/0123456789abcdef0123456789abcdef.tar.gz"
# As long as the ARN of a role must be.
UNKNOWN = "known-at-deployment-only"
F1 = MetricDefinition(name="validation:f1", regex="f1=([0-9.]+)")


def machine(stack: cdk.Stack) -> dict[str, Any]:
    """The definition in the template, with a text in place of what is known at deployment only."""
    (found,) = Template.from_stack(stack).find_resources("AWS::StepFunctions::StateMachine").values()
    text = found["Properties"]["DefinitionString"]
    parts = [text] if isinstance(text, str) else text["Fn::Join"][1]
    parsed: dict[str, Any] = json.loads("".join(part if isinstance(part, str) else UNKNOWN for part in parts))
    return parsed


def statements(stack: cdk.Stack, role: str) -> Iterator[dict[str, Any]]:
    template = Template.from_stack(stack)
    for policy in template.find_resources("AWS::IAM::Policy").values():
        if any(role in json.dumps(one) for one in policy["Properties"]["Roles"]):
            yield from policy["Properties"]["PolicyDocument"]["Statement"]


def actions(stack: cdk.Stack, role: str) -> set[str]:
    found: set[str] = set()
    for statement in statements(stack, role):
        found |= set(statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]])
    return found
