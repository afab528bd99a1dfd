"""DescribeStacks gives a parameter's text, what an SSM parameter led to beside it, and no secret.

moto 5.2.5's ``Stack.parameter_list`` (moto/cloudformation/models.py) gives the resolved value as the value, so that the
CDK would send it back as a path, and looks for secrets (NoEcho) among values instead of names.
"""

from __future__ import annotations

from typing import Any

from moto.cloudformation.models import Stack

from local_sagemaker.moto_mends.patching import patch


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    patch(Stack, "parameter_list", property(_parameter_list))


def _parameter_list(self: Any) -> list[dict[str, Any]]:
    return [_describe(self, name, slot) for name, slot in self.template_dict.get("Parameters", {}).items()]


def _describe(stack: Any, name: str, slot: dict[str, Any]) -> dict[str, Any]:
    value = stack.parameters.get(name, slot.get("Default"))
    described = {"ParameterKey": name, "ParameterValue": "****" if slot.get("NoEcho") else str(value)}
    if slot["Type"].startswith("AWS::SSM::Parameter::Value<"):
        resolved = stack.resource_map.resolved_parameters[name]
        described["ResolvedValue"] = ",".join(resolved) if isinstance(resolved, list) else resolved
    return described
