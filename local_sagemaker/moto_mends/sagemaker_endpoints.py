"""An endpoint and its configuration are described without what they were not given.

moto 5.2.5 gives an empty DataCaptureConfig where none was asked for (``FakeEndpoint`` and ``FakeEndpointConfig`` in
moto/sagemaker/models.py); the SageMaker Python SDK v3 takes that for one without its required parts.
"""

from __future__ import annotations

from typing import Any

from moto.sagemaker.models import FakeEndpoint, FakeEndpointConfig

from local_sagemaker.moto_mends.patching import original, patch


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    for owner in (FakeEndpoint, FakeEndpointConfig):
        patch(owner, "response_object", _without_empty_parts(original(owner, "response_object").fget))


def _without_empty_parts(describe: Any) -> property:
    def response_object(self: Any) -> dict[str, Any]:
        return {name: value for name, value in describe(self).items() if value != {}}

    return property(response_object)
