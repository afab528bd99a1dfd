"""Models, endpoint configurations and endpoints are listed as AWS lists them.

moto 5.2.5 gives all models, whatever ListModels asks for, and 100 endpoints or configurations a page, the oldest first
(moto/sagemaker/responses.py). AWS gives ten a page, the newest first, and reads names without regard to case.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.sagemaker.responses import SageMakerResponse

from local_sagemaker.listing import Listing
from local_sagemaker.moto_mends.patching import patch

_MODELS = Listing("Models", "Model")
_ENDPOINT_CONFIGS = Listing("EndpointConfigs", "EndpointConfig")
_ENDPOINTS = Listing("Endpoints", "Endpoint")


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""

    def list_models(self: Any) -> ActionResult:
        models = list(self.sagemaker_backend._models.values())
        summaries = (
            {"ModelName": model.model_name, "ModelArn": model.arn, "CreationTime": model.creation_time}
            for model in models
        )
        return ActionResult(_MODELS.page(summaries, self._get_params()))

    def list_endpoint_configs(self: Any) -> ActionResult:
        configs = list(self.sagemaker_backend.endpoint_configs.values())
        return ActionResult(_ENDPOINT_CONFIGS.page((config.summary() for config in configs), self._get_params()))

    def list_endpoints(self: Any) -> ActionResult:
        endpoints = list(self.sagemaker_backend.endpoints.values())
        # AWS writes the name in an endpoint's ARN in lower case.
        summaries = ({**endpoint.summary(), "EndpointArn": endpoint.arn.lower()} for endpoint in endpoints)
        return ActionResult(_ENDPOINTS.page(summaries, self._get_params()))

    for method in (list_models, list_endpoint_configs, list_endpoints):
        patch(SageMakerResponse, method.__name__, method)
