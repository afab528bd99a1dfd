"""Imported endpoints of every kind: what watches them needs no model."""

from collections.abc import Callable

import aws_cdk as cdk
import pytest

from constructs_lib import EndpointTraits, SklearnEndpoint
from constructs_lib.endpoint_base import EndpointBase

MakeEndpoint = Callable[..., EndpointBase]
TRAITS = {
    "instances": EndpointTraits(vcpus={"AllTraffic": 4}),
    "two variants": EndpointTraits(variant_names=["Champion", "Challenger"], vcpus={"Champion": 2, "Challenger": 8}),
    "shadow": EndpointTraits(
        variant_names=["Champion"], shadow_variant_name="Challenger", vcpus={"Champion": 2, "Challenger": 2}
    ),
    "serverless": EndpointTraits(kind="serverless", memory_size_in_mb={"AllTraffic": 2048}),
    "asynchronous": EndpointTraits(kind="asynchronous", vcpus={"AllTraffic": 2}),
    "many models": EndpointTraits(multi_model=True),
}


@pytest.fixture
def make_endpoint(stack: cdk.Stack) -> MakeEndpoint:
    """Imports an endpoint named churn, of one of the kinds in TRAITS."""

    def make(kind: str = "instances") -> EndpointBase:
        return SklearnEndpoint.from_endpoint_name(stack, "Endpoint", "churn", traits=TRAITS[kind])

    return make
