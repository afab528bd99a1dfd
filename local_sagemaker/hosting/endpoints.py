"""SageMaker endpoints that really serve: moto's endpoint resource with a data plane behind it.

`install` puts methods of ours in the place of moto's, `shutdown` puts moto's back:

========================================================  ==========================================================
moto                                                      what ours does
========================================================  ==========================================================
SageMakerModelBackend.create_model                        refuses what AWS refuses, also a role or data out of reach
SageMakerModelBackend.create_endpoint, and its response   refuses a name that is taken; starts the fleet
SageMakerModelBackend.update_endpoint, and its response   moto has none: blue/green update
SageMakerModelBackend.update_endpoint_weights_...         routes and scales accordingly
SageMakerModelBackend.delete_endpoint, describe_endpoint  stops the fleet; AWS's wording
SageMakerModelBackend.reset                               stops all fleets of the account and region
FakeEndpoint.*_from_cloudformation_json                   as above, and waits: fails with the FailureReason
DomainDispatcherApplication.__call__                      InvokeEndpoint goes to `Invocations`
========================================================  ==========================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import FakeEndpoint, Model, SageMakerModelBackend, sagemaker_backends
from moto.sagemaker.responses import SageMakerResponse
from moto.sagemaker.utils import arn_formatter
from moto.utilities.utils import get_partition

from local_sagemaker.access.artifacts import ArtifactStore
from local_sagemaker.access.rights import SERVICE, ExecutionRole
from local_sagemaker.containers import processes
from local_sagemaker.data_plane_errors import DataPlaneError
from local_sagemaker.hosting.data_plane import DataPlane
from local_sagemaker.hosting.deployments import DeploymentError
from local_sagemaker.hosting.model_packages import unpacked
from local_sagemaker.hosting.model_rules import refusals
from local_sagemaker.replacing import Replacements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from local_sagemaker.invocations.invocations import Invocations

_moto_create_model = SageMakerModelBackend.create_model
_moto_reset = SageMakerModelBackend.reset
_moto_call = DomainDispatcherApplication.__call__
_UPDATE_OPTIONS = (
    "DeploymentConfig",
    "ExcludeRetainedVariantProperties",
    "RetainAllVariantProperties",
    "RetainDeploymentConfig",
)


_data_plane: DataPlane | None = None
_replacements = Replacements()


def install(get_base_url: Callable[[], str]) -> None:
    """Put the data plane behind moto's SageMaker endpoints.

    Parameters
    ----------
    get_base_url
        Gives the address of the local cloud (``http://localhost:PORT``) once it is known; called late, per fleet.
    """
    global _data_plane
    shutdown()
    _data_plane = DataPlane(get_base_url)
    for owner, methods in _methods(_data_plane).items():
        for name, method in methods.items():
            _replacements.put(owner, name, method)


def shutdown() -> None:
    """Stop every fleet, wait for its processes to end, and give moto its own methods back."""
    global _data_plane
    _replacements.take_back()
    if _data_plane is not None:
        _data_plane.close()
        _data_plane = None
        processes.stop_watchdog()


def _methods(plane: DataPlane) -> dict[type, dict[str, Any]]:
    return {
        SageMakerModelBackend: _backend_methods(plane),
        SageMakerResponse: {"create_endpoint": _create_endpoint_response, "update_endpoint": _update_endpoint_response},
        FakeEndpoint: _cloudformation_methods(plane),
        DomainDispatcherApplication: {"__call__": _dispatch_to(plane.invocations)},
    }


def _create_model(
    self: SageMakerModelBackend, model_name: str, execution_role_arn: str | None, **options: Any
) -> Model:
    identity = arn_formatter("model", model_name, self.account_id, self.region_name)
    if model_name in self._models:
        raise ValidationError(message=f'Cannot create already existing model "{identity}".')
    primary, containers = options.get("primary_container"), options.get("containers")
    if problems := list(refusals(primary, containers, partition=get_partition(self.region_name))):
        raise ValidationError(message=" ".join(problems))
    definitions = [
        unpacked(definition, account_id=self.account_id, region=self.region_name)
        for definition in containers or [primary or {}]
    ]
    try:
        role = ExecutionRole.assume(execution_role_arn or "", region=self.region_name, source_arn=identity)
    except DataPlaneError:
        raise ValidationError(
            message=f'The execution role ARN "{execution_role_arn or ""}" is invalid. Please ensure that the role '
            'exists and that its trust relationship policy allows the action "sts:AssumeRole" for the service '
            f'principal "{SERVICE}".'
        ) from None
    store = ArtifactStore(role, account_id=self.account_id, region=self.region_name)
    try:
        for definition in definitions:
            store.check_model(definition)
    except DataPlaneError as error:
        raise ValidationError(message=str(error)) from error
    model: Any = _moto_create_model(self, model_name, execution_role_arn or "", **options)
    model.definitions = definitions
    created: Model = model
    return created


def _backend_methods(plane: DataPlane) -> dict[str, Any]:
    def create_endpoint(
        self: SageMakerModelBackend,
        endpoint_name: str,
        endpoint_config_name: str,
        tags: list[dict[str, str]],
        options: Mapping[str, Any] | None = None,
    ) -> FakeEndpoint:
        return plane.create(self, endpoint_name, endpoint_config_name, tags, options)

    def describe_endpoint(self: SageMakerModelBackend, endpoint_name: str) -> Mapping[str, Any]:
        arn = plane.deployment(self, endpoint_name).identity.arn
        return {**self.endpoints[endpoint_name].response_object, "EndpointArn": arn}

    def update_endpoint(
        self: SageMakerModelBackend,
        endpoint_name: str,
        endpoint_config_name: str,
        options: Mapping[str, Any] | None = None,
    ) -> str:
        deployment = plane.deployment(self, endpoint_name)
        deployment.update(endpoint_config_name, options)
        return deployment.identity.arn

    def update_endpoint_weights_and_capacities(
        self: SageMakerModelBackend, endpoint_name: str, desired_weights_and_capacities: Sequence[Mapping[str, Any]]
    ) -> str:
        deployment = plane.deployment(self, endpoint_name)
        deployment.retune(desired_weights_and_capacities)
        return deployment.identity.arn

    def delete_endpoint(self: SageMakerModelBackend, endpoint_name: str) -> None:
        plane.delete(self, endpoint_name)

    def reset(self: SageMakerModelBackend) -> None:
        plane.stop(lambda identity: (identity.account_id, identity.region) == (self.account_id, self.region_name))
        _moto_reset(self)

    replaced = {
        method.__name__: method
        for method in (
            create_endpoint,
            describe_endpoint,
            update_endpoint,
            update_endpoint_weights_and_capacities,
            delete_endpoint,
            reset,
        )
    }
    return {"create_model": _create_model, **replaced}


def _create_endpoint_response(self: SageMakerResponse) -> ActionResult:
    name = self._get_param("EndpointName")
    self.sagemaker_backend.create_endpoint(
        name,
        self._get_param("EndpointConfigName"),
        self._get_param("Tags"),
        {"DeploymentConfig": self._get_param("DeploymentConfig")},  # type: ignore[call-arg]
    )
    return ActionResult({"EndpointArn": self.sagemaker_backend.describe_endpoint(name)["EndpointArn"]})


def _update_endpoint_response(self: SageMakerResponse) -> ActionResult:
    arn = self.sagemaker_backend.update_endpoint(  # type: ignore[attr-defined]
        self._get_param("EndpointName"),
        self._get_param("EndpointConfigName"),
        {name: self._get_param(name) for name in _UPDATE_OPTIONS},
    )
    return ActionResult({"EndpointArn": arn})


def _cloudformation_methods(plane: DataPlane) -> dict[str, Any]:
    def create_from_cloudformation_json(
        cls: type[FakeEndpoint],
        resource_name: str,
        cloudformation_json: Mapping[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,
    ) -> FakeEndpoint:
        del cls, kwargs
        backend = sagemaker_backends[account_id][region_name]
        properties = cloudformation_json["Properties"]
        options = {"DeploymentConfig": properties.get("DeploymentConfig")}
        resource = plane.create(
            backend, resource_name, properties["EndpointConfigName"], properties.get("Tags", []), options
        )
        try:
            plane.deployment(backend, resource_name).wait()
        except DeploymentError:
            # CloudFormation deletes what it could not create; the caller has no resource to do it with.
            plane.delete(backend, resource_name).wait()
            raise
        return resource

    def update_from_cloudformation_json(
        cls: type[FakeEndpoint],
        original_resource: FakeEndpoint,
        new_resource_name: str,
        cloudformation_json: Mapping[str, Any],
        account_id: str,
        region_name: str,
    ) -> FakeEndpoint:
        del cls, new_resource_name
        backend = sagemaker_backends[account_id][region_name]
        properties = cloudformation_json["Properties"]
        config_name = properties["EndpointConfigName"]
        # Only another configuration is an update of the endpoint; tags and deployment settings are not.
        if config_name != original_resource.endpoint_config_name:
            deployment = plane.deployment(backend, original_resource.endpoint_name)
            deployment.update(config_name, {name: properties.get(name) for name in _UPDATE_OPTIONS})
            deployment.wait()
        return original_resource

    def delete_from_cloudformation_json(
        cls: type[FakeEndpoint],
        resource_name: str,
        cloudformation_json: Mapping[str, Any],
        account_id: str,
        region_name: str,
    ) -> None:
        del cls, cloudformation_json
        plane.delete(sagemaker_backends[account_id][region_name], resource_name.rsplit("/", maxsplit=1)[-1]).wait()

    return {
        method.__name__: classmethod(method)
        for method in (
            create_from_cloudformation_json,
            update_from_cloudformation_json,
            delete_from_cloudformation_json,
        )
    }


def _dispatch_to(invocations: Invocations) -> Callable[..., Iterable[bytes]]:
    def dispatch(self: DomainDispatcherApplication, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if invocations.takes(environ):
            return invocations(environ, start_response)
        answered: Iterable[bytes] = _moto_call(self, environ, start_response)
        return answered

    return dispatch
