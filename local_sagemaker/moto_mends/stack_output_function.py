"""``Fn::GetStackOutput`` gives an output of another stack, as the CDK's weak references between stacks want.

moto 5.2.5 does not know the function and leaves it as it stands (``clean_json`` in moto/cloudformation/parsing.py).
"""

from __future__ import annotations

from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.models import cloudformation_backends

from local_sagemaker.cloudformation.stack_errors import TemplateError
from local_sagemaker.moto_mends.patching import original, patch

_FUNCTION = "Fn::GetStackOutput"


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    moto_clean_json = original(parsing, "clean_json")

    def clean_json(value: Any, resources_map: Any) -> Any:
        if isinstance(value, dict) and _FUNCTION in value:
            return _output(clean_json(value[_FUNCTION], resources_map), resources_map)
        return moto_clean_json(value, resources_map)

    patch(parsing, "clean_json", clean_json)


def _output(arguments: dict[str, Any], resources_map: Any) -> Any:
    region = arguments.get("Region") or resources_map._region_name
    name, key = arguments["StackName"], arguments["OutputName"]
    for stack in cloudformation_backends[resources_map._account_id][region].stacks.values():
        if name in (stack.name, stack.stack_id) and not stack.status.startswith("DELETE"):
            for output in stack.outputs or []:
                if output["OutputKey"] == key:
                    return output["OutputValue"]
            raise TemplateError(f"Output {key} does not exist in stack {name}; deploy that stack first")
    raise TemplateError(f"Stack {name} does not exist in {region}; deploy it first")
