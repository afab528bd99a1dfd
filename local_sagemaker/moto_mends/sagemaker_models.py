"""A model can be a pipeline of containers, and is described as it was asked for; an absent one is told by its ARN.

moto 5.2.5's ``Model.create_from_cloudformation_json`` (moto/sagemaker/models.py) fails without a PrimaryContainer;
``Model`` says False to EnableNetworkIsolation whatever was asked, forgets InferenceExecutionConfig, and gives an empty
VpcConfig where none was: the SageMaker Python SDK v3 takes that for one without its required parts. ``describe_model``
and ``delete_model`` each have a wording of their own for a model that is not there, which is not AWS's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import Model, SageMakerModelBackend, sagemaker_backends
from moto.sagemaker.responses import SageMakerResponse
from moto.sagemaker.utils import arn_formatter

from local_sagemaker.moto_mends.patching import original, patch

if TYPE_CHECKING:
    from collections.abc import Mapping


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    from_request = original(SageMakerResponse, "create_model")
    describe = original(Model, "response_object").fget

    def create_from_cloudformation_json(
        cls: Any, /, name: str, definition: Any, account_id: str, region_name: str, **details: Any
    ) -> Any:
        del cls, details
        properties = definition["Properties"]
        model = sagemaker_backends[account_id][region_name].create_model(
            model_name=name,
            execution_role_arn=properties.get("ExecutionRoleArn"),
            primary_container=properties.get("PrimaryContainer"),
            vpc_config=properties.get("VpcConfig"),
            containers=properties.get("Containers"),
            tags=properties.get("Tags"),
        )
        _keep(model, properties)
        return model

    def respond(self: Any) -> Any:
        result = from_request(self)
        _keep(self.sagemaker_backend.describe_model(self._get_param("ModelName")), self._get_params())
        return result

    def response_object(self: Any) -> dict[str, Any]:
        described: dict[str, Any] = describe(self)
        return {name: value for name, value in described.items() if value not in ({}, [])}

    patch(Model, "response_object", property(response_object))
    patch(Model, "create_from_cloudformation_json", classmethod(create_from_cloudformation_json))
    patch(SageMakerResponse, "create_model", respond)
    patch(SageMakerModelBackend, "describe_model", _find)
    patch(SageMakerModelBackend, "delete_model", _delete)


def _keep(model: Any, given: Mapping[str, Any]) -> None:
    model.enable_network_isolation = given.get("EnableNetworkIsolation") or False
    model.inference_execution_config = given.get("InferenceExecutionConfig")


def _find(self: Any, model_name: str) -> Any:
    if model_name not in self._models:
        arn = arn_formatter("model", model_name, self.account_id, self.region_name)
        raise ValidationError(message=f'Could not find model "{arn}".')
    return self._models[model_name]


def _delete(self: Any, model_name: str) -> None:
    _find(self, model_name)
    del self._models[model_name]
