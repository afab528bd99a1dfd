"""The instance types of an endpoint configuration are today's.

moto 5.2.5 knows a list of its own, some years old (``FakeEndpointConfig.validate_instance_type`` in
moto/sagemaker/models.py). AWS's is in botocore's service model, as the enumeration ProductionVariantInstanceType.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore.loaders import Loader
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import FakeEndpointConfig

from local_sagemaker.moto_mends.patching import patch


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    patch(FakeEndpointConfig, "validate_instance_type", _validate_instance_type)


def _validate_instance_type(self: Any, instance_type: str) -> None:
    del self
    if instance_type not in known_instance_types():
        raise ValidationError(
            message=f"1 validation error detected: Value '{instance_type}' at "
            f"'productionVariants.1.member.instanceType' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{', '.join(known_instance_types())}]"
        )


@cache
def known_instance_types() -> tuple[str, ...]:
    """Every instance type that SageMaker hosts on, as botocore lists them."""
    shapes = Loader().load_service_model("sagemaker", "service-2")["shapes"]
    return tuple(shapes["ProductionVariantInstanceType"]["enum"])
