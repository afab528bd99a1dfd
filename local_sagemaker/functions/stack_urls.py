"""Function URLs of stacks: AWS::Lambda::Url, which moto does not have.

Rule: AWS::Lambda::Url in the CloudFormation template reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from moto.awslambda.models import lambda_backends

from local_sagemaker.functions.url_configs import create_url
from local_sagemaker.moto_mends.patching import EmulatedResource, register

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_sagemaker.functions.url_configs import LocalUrl

_get_base_url: Callable[[], str] = lambda: "http://localhost"  # noqa: E731  replaced by install


def install(get_base_url: Callable[[], str]) -> None:
    """Make the resource type known, and say where the local cloud is."""
    global _get_base_url
    _get_base_url = get_base_url
    register(StackUrl)


class StackUrl(EmulatedResource):
    """The URL of a function; Ref gives the function's ARN."""

    resource_type: ClassVar[str] = "AWS::Lambda::Url"

    @classmethod
    def put(cls, name: str, properties: dict[str, Any], account_id: str, region_name: str) -> EmulatedResource:
        """Make it."""
        del name
        function = _function(properties, account_id, region_name)
        return cls._of(create_url(function, _settings(properties), _get_base_url()))

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: EmulatedResource,
        new_resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> EmulatedResource:
        """Change its settings; it stays where it is."""
        del original_resource, new_resource_name
        properties = cloudformation_json["Properties"]
        url: LocalUrl = _function(properties, account_id, region_name).url_config
        url.replace(_settings(properties))
        return cls._of(url)

    @classmethod
    def remove(cls, physical_id: str, properties: dict[str, Any], account_id: str, region_name: str) -> None:
        """Delete it."""
        del physical_id
        _function(properties, account_id, region_name).url_config = None

    @classmethod
    def _of(cls, url: LocalUrl) -> StackUrl:
        arn = url.function.function_arn
        return cls(arn, {"FunctionArn": arn, "FunctionUrl": url.url})


def _settings(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if name != "TargetFunctionArn"}


def _function(properties: dict[str, Any], account_id: str, region_name: str) -> Any:
    return lambda_backends[account_id][region_name].get_function(properties["TargetFunctionArn"])
