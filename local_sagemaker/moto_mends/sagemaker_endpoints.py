"""An endpoint and its configuration are described without what they were not given.

moto 5.2.5 answers DescribeEndpoint and DescribeEndpointConfig (moto/sagemaker/responses.py) with an empty
DataCaptureConfig where none was asked for; the SageMaker Python SDK v3 takes that for one without its required parts.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.sagemaker.responses import SageMakerResponse

from local_sagemaker.moto_mends.patching import original, patch


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    for name in ("describe_endpoint", "describe_endpoint_config"):
        patch(SageMakerResponse, name, _without_empty_parts(original(SageMakerResponse, name)))


def _without_empty_parts(describe: Any) -> Any:
    def respond(self: Any) -> ActionResult:
        described: dict[str, Any] = describe(self).result
        return ActionResult({name: value for name, value in described.items() if value != {}})

    return respond
