"""What the intrinsic functions of one stack resolve to, by moto's own rules, creating nothing on the way."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from moto.cloudformation import parsing
from moto.ssm.models import ssm_backends
from moto.utilities.utils import get_partition

from local_sagemaker.cloudformation.stack_errors import TemplateError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_URL_SUFFIXES = {"aws-cn": "amazonaws.com.cn"}


class StackValues(parsing.ResourceMap):
    """Parameters, mappings, conditions and resources of a stack, as its template sees them.

    moto's own map creates a resource when somebody looks at it; this one never does, so that only the executor
    creates, in its order, and a DescribeStackResources in between has no effect.

    Parameters
    ----------
    stack
        moto's stack; its id, name, tags, account and region count.
    template
        The parsed template.
    parameters
        Parameter values as given, by name: of an SSM parameter, its path.
    exports
        What ``Fn::ImportValue`` can see: moto's exports, by name.
    resources
        The moto resources that exist already, by logical id.

    Raises
    ------
    TemplateError, moto.cloudformation.exceptions.MissingParameterError
        If a parameter has no value, or names an SSM parameter that does not exist.
    """

    def __init__(
        self,
        stack: Any,
        template: dict[str, Any],
        parameters: dict[str, Any],
        exports: dict[str, Any],
        resources: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(
            stack.stack_id,
            stack.name,
            parameters,
            stack.tags,
            region_name=stack.region_name,
            account_id=stack.account_id,
            template=template,
            cross_stack_resources=exports,
        )
        partition = get_partition(stack.region_name)
        self.no_echo_parameter_keys: list[str] = []
        self._parsed_resources["AWS::Partition"] = partition
        self._parsed_resources["AWS::URLSuffix"] = _URL_SUFFIXES.get(partition, "amazonaws.com")
        self._parsed_resources["AWS::NotificationARNs"] = list(stack.notification_arns)
        self.load_mapping()
        self.transform_mapping()
        self.load_parameters()
        self.load_conditions()
        self._parsed_resources.update(resources or {})

    def __getitem__(self, key: str) -> Any:
        if key in self._parsed_resources:
            return self._parsed_resources[key]
        if key in self._resource_json_map:
            # Its condition is false, so that a reference to it has no value.
            return None
        raise TemplateError(f"Template format error: Unresolved resource dependencies [{key}] in the template")

    def __iter__(self) -> Iterator[str]:
        return iter([name for name in self._resource_json_map if name in self._parsed_resources])

    def put(self, logical_id: str, resource: Any) -> None:
        """Let later references to a logical id see this moto resource."""
        self._parsed_resources[logical_id] = resource

    def included(self, definition: Mapping[str, Any]) -> bool:
        """Say whether the condition of a resource or an output, if it has one, is true."""
        condition = definition.get("Condition")
        return not condition or bool(self.lazy_condition_map[condition])

    def resolve(self, value: Any) -> Any:
        """Resolve every intrinsic function in a part of the template; what is AWS::NoValue disappears."""
        return _without_no_value(parsing.clean_json(copy.deepcopy(value), self))

    def load_mapping(self) -> None:
        """Take the template's mappings; without this, one of moto's changes the template itself."""
        self._parsed_resources.update(copy.deepcopy(self._template.get("Mappings", {})))

    def parse_ssm_parameter(self, value: str, value_type: str) -> Any:
        """Look an SSM parameter up by its path, as parameters of the types AWS::SSM::Parameter::* ask."""
        parameter = ssm_backends[self._account_id][self._region_name].get_parameter(value)
        if parameter is None:
            raise TemplateError(f"Unable to fetch parameters [{value}] from parameter store for this account.")
        if value_type == "AWS::SSM::Parameter::Name":
            return value
        return parameter.value.split(",") if "<List<" in value_type else parameter.value


def _without_no_value(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_no_value(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_no_value(item) for item in value if item is not None]
    return value
