"""The name that a template gives a SageMaker resource counts, and a name that AWS would make for a repository is one.

moto 5.2.5 says of models, endpoint configurations and endpoints that each has no name property
(``cloudformation_name_type`` in moto/sagemaker/models.py is empty), and generates one; AWS uses ModelName,
EndpointConfigName and EndpointName. The name that it generates for a repository of ECR
(``generate_resource_name`` in moto/cloudformation/parsing.py) has capitals, which its ECR then refuses.
"""

from __future__ import annotations

from moto.cloudformation import parsing
from moto.sagemaker.models import FakeEndpoint, FakeEndpointConfig, Model

from local_sagemaker.moto_mends.patching import original, patch


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    patch(FakeEndpoint, "cloudformation_name_type", staticmethod(lambda: "EndpointName"))
    patch(FakeEndpointConfig, "cloudformation_name_type", staticmethod(lambda: "EndpointConfigName"))
    patch(Model, "cloudformation_name_type", staticmethod(lambda: "ModelName"))
    generate = original(parsing, "generate_resource_name")

    def generate_resource_name(resource_type: str, stack_name: str, logical_id: str) -> str:
        name: str = generate(resource_type, stack_name, logical_id)
        return name.lower() if resource_type == "AWS::ECR::Repository" else name

    patch(parsing, "generate_resource_name", generate_resource_name)
