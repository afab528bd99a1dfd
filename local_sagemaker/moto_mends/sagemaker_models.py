"""A model can be a pipeline of containers, keeps its network isolation, and is described without what it has not.

moto 5.2.5's ``Model.create_from_cloudformation_json`` (moto/sagemaker/models.py) fails without a PrimaryContainer;
``Model`` says False to EnableNetworkIsolation whatever was asked, and gives an empty VpcConfig where none was: the
SageMaker Python SDK v3 takes that for one without its required parts.
"""

from __future__ import annotations

from typing import Any

from moto.sagemaker.models import Model, sagemaker_backends
from moto.sagemaker.responses import SageMakerResponse

from local_sagemaker.moto_mends.patching import original, patch


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
        model.enable_network_isolation = properties.get("EnableNetworkIsolation", False)
        return model

    def respond(self: Any) -> Any:
        result = from_request(self)
        model = self.sagemaker_backend.describe_model(self._get_param("ModelName"))
        model.enable_network_isolation = self._get_bool_param("EnableNetworkIsolation", False)
        return result

    def response_object(self: Any) -> dict[str, Any]:
        described: dict[str, Any] = describe(self)
        return {name: value for name, value in described.items() if value not in ({}, [])}

    patch(Model, "response_object", property(response_object))
    patch(Model, "create_from_cloudformation_json", classmethod(create_from_cloudformation_json))
    patch(SageMakerResponse, "create_model", respond)
