"""The name that a template gives a SageMaker model, endpoint configuration or endpoint counts.

moto 5.2.5 says of each that it has no name property (``cloudformation_name_type`` in moto/sagemaker/models.py is
empty), and generates one. AWS uses ModelName, EndpointConfigName and EndpointName.
"""

from __future__ import annotations

from moto.sagemaker.models import FakeEndpoint, FakeEndpointConfig, Model

from local_sagemaker.moto_mends.patching import patch


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    patch(FakeEndpoint, "cloudformation_name_type", staticmethod(lambda: "EndpointName"))
    patch(FakeEndpointConfig, "cloudformation_name_type", staticmethod(lambda: "EndpointConfigName"))
    patch(Model, "cloudformation_name_type", staticmethod(lambda: "ModelName"))
