"""Resources of stacks that are moto's in API Gateway: what `stack_apis` and `stack_keys` have in common."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from moto.apigateway.models import apigateway_backends

from local_sagemaker.moto_mends.patching import EmulatedResource

if TYPE_CHECKING:
    from collections.abc import Mapping


class Wanted(NamedTuple):
    """What a resource is to be.

    Attributes
    ----------
    backend
        moto's, of API Gateway.
    name
        A generated one.
    physical_id
        Of the resource as it is; of a new one as `name`.
    properties
        As in the template, intrinsic functions resolved.
    """

    backend: Any
    name: str
    physical_id: str
    properties: dict[str, Any]

    @property
    def api_id(self) -> str:
        """Id of the API that it belongs to."""
        return str(self.properties["RestApiId"])

    @property
    def api(self) -> Any:
        """moto's API that it belongs to."""
        return self.backend.get_rest_api(self.api_id)

    @property
    def method(self) -> tuple[str, str, str]:
        """What moto finds a method by."""
        return self.api_id, self.properties["ResourceId"], self.properties["HttpMethod"]

    @property
    def description(self) -> str:
        """Its description, or an empty text."""
        return str(self.properties.get("Description", ""))


class GatewayResource(EmulatedResource):
    """A resource of API Gateway; a subclass says how it is made, changed and deleted."""

    not_emulated: ClassVar[tuple[str, ...]] = ()
    """Properties with which it is refused."""

    @classmethod
    def put(cls, name: str, properties: dict[str, Any], account_id: str, region_name: str) -> EmulatedResource:
        """Make the resource."""
        cls._check(properties)
        return cls.make(Wanted(apigateway_backends[account_id][region_name], name, name, properties))

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: EmulatedResource,
        new_resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> EmulatedResource:
        """Change the resource; what moto calls."""
        properties = cloudformation_json["Properties"]
        cls._check(properties)
        backend = apigateway_backends[account_id][region_name]
        cls.change(Wanted(backend, new_resource_name, original_resource.physical_resource_id, properties))
        return original_resource

    @classmethod
    def remove(cls, physical_id: str, properties: dict[str, Any], account_id: str, region_name: str) -> None:
        """Delete the resource."""
        cls.delete(Wanted(apigateway_backends[account_id][region_name], physical_id, physical_id, properties))

    @classmethod
    @abstractmethod
    def make(cls, wanted: Wanted) -> EmulatedResource:
        """Make the resource in moto's backend."""

    @classmethod
    @abstractmethod
    def change(cls, wanted: Wanted) -> None:
        """Make the resource what its properties say."""

    @classmethod
    @abstractmethod
    def delete(cls, wanted: Wanted) -> None:
        """Delete the resource."""

    @classmethod
    def _check(cls, properties: Mapping[str, Any]) -> None:
        given = [name for name in cls.not_emulated if properties.get(name)]
        if given:
            raise ValueError(f"{cls.resource_type} is not emulated with {', '.join(given)}")


def tags_of(properties: Mapping[str, Any]) -> dict[str, str]:
    """Give the tags as moto's API Gateway keeps them."""
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags") or ()}
