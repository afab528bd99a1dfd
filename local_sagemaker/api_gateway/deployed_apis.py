"""An API as it was when it was deployed: what a stage answers by, whatever is changed of the API since.

API Gateway copies resources, methods, integrations, models, validators and gateway responses into a deployment; of a
stage, settings and variables count as they are.
"""

from __future__ import annotations

import copy
import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from moto.apigateway.models import RestAPI, apigateway_backends

from local_sagemaker.moto_mends.patching import original, patch

if TYPE_CHECKING:
    from collections.abc import Mapping

_NO_SCHEMA = ("Empty", "Error")


class Route(NamedTuple):
    """A method that a request is for.

    Attributes
    ----------
    resource_path
        Of its resource, such as ``/items/{id}``.
    http_method
        Its own, which may be ``ANY``.
    method
        moto's.
    """

    resource_path: str
    http_method: str
    method: Any


class DeployedApi:
    """A copy of moto's API.

    Parameters
    ----------
    api
        moto's API as it is now.

    Attributes
    ----------
    binary_media_types
        In lower case.
    gateway_responses
        moto's, by type.
    disables_default_endpoint
        Whether its own address, which is the only one here, answers nobody.
    """

    def __init__(self, api: Any) -> None:
        self._methods: dict[str, dict[str, Any]] = {
            _path_of(resource, api.resources): copy.deepcopy(resource.resource_methods)
            for resource in api.resources.values()
        }
        self._models = {name: _schema_of(model) for name, model in api.models.items()}
        self._validators = copy.deepcopy(api.request_validators)
        self.gateway_responses: Mapping[str, Any] = copy.deepcopy(api.gateway_responses)
        self.disables_default_endpoint = bool(api.disableExecuteApiEndpoint)
        self.binary_media_types = [str(name).lower() for name in api.binaryMediaTypes]

    def find(self, path: str, http_method: str) -> Route | None:
        """Find the method of a path below the stage, which begins with a slash; None where there is none."""
        path = path.rstrip("/") or "/"
        # The more of a path is literal, the sooner it is asked.
        for resource_path in sorted(self._methods, key=_generality):
            if _pattern(resource_path).fullmatch(path):
                methods = self._methods[resource_path]
                for name in (http_method, "ANY"):
                    if name in methods:
                        return Route(resource_path, name, methods[name])
        return None

    def validator(self, method: Any) -> Any:
        """Give moto's request validator of a method; None where it has none."""
        return self._validators.get(method.request_validator_id)

    def schema(self, model_name: str) -> Any:
        """Give the JSON schema of a model; None where it demands nothing."""
        return None if model_name in _NO_SCHEMA else self._models.get(model_name)

    def is_binary(self, media_type: str) -> bool:
        """Say whether a media type is bytes to this API."""
        return media_type in self.binary_media_types or "*/*" in self.binary_media_types


def find_api(api_id: str, account_id: str, region: str | None = None) -> Any:
    """Find moto's API by its id, in one region or in any; None where there is none."""
    backends = apigateway_backends[account_id]
    # Asking for a region makes a backend of it: only those that exist are looked at.
    found = [backend.apis.get(api_id) for name, backend in list(backends.items()) if region in {None, name}]
    return next((api for api in found if api is not None), None)


def deployed(api: Any, stage: Any) -> DeployedApi | None:
    """Give what a stage of an API answers by; None where its deployment is not there."""
    deployment = api.deployments.get(stage.deployment_id)
    copied: DeployedApi | None = None if deployment is None else deployment.deployed_api
    return copied


def apply() -> None:
    """Have each deployment copy its API; calling it again changes nothing."""
    create = original(RestAPI, "create_deployment")

    def create_deployment(self: RestAPI, name: str, description: str, stage_variables: Any = None) -> Any:
        deployment = create(self, name, description, stage_variables)
        deployment.deployed_api = DeployedApi(self)
        return deployment

    def update_integration_mocks(self: RestAPI, stage_name: str) -> None:
        """Do nothing: moto mocks requests of its own process, and these are answered."""
        del self, stage_name

    patch(RestAPI, "create_deployment", create_deployment)
    patch(RestAPI, "update_integration_mocks", update_integration_mocks)


def _path_of(resource: Any, resources: Mapping[str, Any]) -> str:
    parts: list[str] = []
    while resource.parent_id is not None:
        parts.append(resource.path_part)
        resource = resources[resource.parent_id]
    return "/" + "/".join(reversed(parts))


def _schema_of(model: Any) -> Any:
    return json.loads(model.schema) if isinstance(model.schema, str) else copy.deepcopy(model.schema)


def _generality(resource_path: str) -> list[tuple[int, str]]:
    ranks = {"{": 1}
    return [
        (2 if part.endswith("+}") else ranks.get(part[:1], 0), part) for part in resource_path.strip("/").split("/")
    ]


def _pattern(resource_path: str) -> re.Pattern[str]:
    parts = [
        ".+" if part.endswith("+}") else "[^/]+" if part.startswith("{") else re.escape(part)
        for part in resource_path.split("/")
    ]
    return re.compile("/".join(parts))
