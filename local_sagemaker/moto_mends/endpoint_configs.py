"""An endpoint configuration keeps everything that it was given, is checked, and its name can be used once.

moto 5.2.5 reads production variants, data capture, async inference, tags and key alone, through CloudFormation and
through the API (``create_endpoint_config`` in moto/sagemaker/responses.py), and lets a second configuration take the
name of the first. AWS keeps the rest, refuses what cannot go together, and answers ``Cannot create already existing
endpoint configuration``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import FakeEndpointConfig, SageMakerModelBackend, sagemaker_backends
from moto.sagemaker.responses import SageMakerResponse

from local_sagemaker.access.artifacts import is_multi_model
from local_sagemaker.hosting.endpoint_config_rules import refusals
from local_sagemaker.moto_mends.patching import original, patch

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEPT = (
    "CrossRegionTrafficConfig",
    "EnableNetworkIsolation",
    "ExecutionRoleArn",
    "ExplainerConfig",
    "MetricsConfig",
    "ShadowProductionVariants",
    "VpcConfig",
)
_READ_BY_MOTO = ("AsyncInferenceConfig", "DataCaptureConfig", "KmsKeyId", "ProductionVariants")


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    from_template = original(FakeEndpointConfig, "create_from_cloudformation_json").__func__
    from_request = original(SageMakerResponse, "create_endpoint_config")
    create = original(SageMakerModelBackend, "create_endpoint_config")

    def create_from_cloudformation_json(cls: Any, /, name: str, definition: Any, *where: str, **details: Any) -> Any:
        account_id, region_name = where
        _check(definition["Properties"], sagemaker_backends[account_id][region_name])
        config = from_template(cls, name, definition, *where, **details)
        _keep(config, definition["Properties"])
        return config

    def respond(self: Any) -> Any:
        given = {name: self._get_param(name) for name in (*_READ_BY_MOTO, *_KEPT)}
        _check(given, self.sagemaker_backend)
        result = from_request(self)
        config = self.sagemaker_backend.endpoint_configs[self._get_param("EndpointConfigName")]
        _keep(config, given)
        return result

    def create_endpoint_config(self: Any, endpoint_config_name: str, **details: Any) -> Any:
        existing = self.endpoint_configs.get(endpoint_config_name)
        if existing:
            message = f'Cannot create already existing endpoint configuration "{existing.endpoint_config_arn}".'
            raise ValidationError(message=message)
        return create(self, endpoint_config_name=endpoint_config_name, **details)

    patch(FakeEndpointConfig, "create_from_cloudformation_json", classmethod(create_from_cloudformation_json))
    patch(SageMakerResponse, "create_endpoint_config", respond)
    patch(SageMakerModelBackend, "create_endpoint_config", create_endpoint_config)
    patch(SageMakerModelBackend, "describe_endpoint_config", _describe)
    patch(SageMakerModelBackend, "delete_endpoint_config", _delete)


def _describe(self: Any, endpoint_config_name: str) -> dict[str, Any]:
    if endpoint_config_name not in self.endpoint_configs:
        arn = FakeEndpointConfig.arn_formatter(endpoint_config_name, self.account_id, self.region_name)
        raise ValidationError(message=f'Could not find endpoint configuration "{arn}".')
    described: dict[str, Any] = self.endpoint_configs[endpoint_config_name].response_object
    return described


def _delete(self: Any, endpoint_config_name: str) -> None:
    _describe(self, endpoint_config_name)
    del self.endpoint_configs[endpoint_config_name]


def _check(given: Mapping[str, Any], backend: SageMakerModelBackend) -> None:
    multi_models = [
        name
        for name, model in backend._models.items()
        if any(is_multi_model(one) for one in model.containers or [model.primary_container or {}])
    ]
    if problems := list(refusals(given, multi_models)):
        raise ValidationError(message=" ".join(problems))
    for variants in (given["ProductionVariants"], given.get("ShadowProductionVariants") or ()):
        for variant in variants:
            backend.describe_model(variant["ModelName"])


def _keep(config: Any, given: dict[str, Any]) -> None:
    # moto describes whatever attributes the object has.
    for name in _KEPT:
        if given.get(name) is not None:
            setattr(config, re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower(), given[name])
