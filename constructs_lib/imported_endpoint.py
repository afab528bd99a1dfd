"""An endpoint that another stack, another tool or a person made: referred to, called and watched, never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jsii
from aws_cdk import Stack, Token
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk.interfaces import aws_sagemaker as interfaces

from constructs_lib.async_inference import BoundAsyncInference
from constructs_lib.endpoint_base import EndpointBase
from constructs_lib.endpoint_traits import EndpointTraits
from constructs_lib.exceptions import Problems
from constructs_lib.names import name_problems

if TYPE_CHECKING:
    from constructs import Construct

    from constructs_lib.async_inference import AsyncInference


@jsii.implements(sagemaker.IEndpoint)
class ImportedEndpoint(EndpointBase):
    """An endpoint that exists; `SklearnEndpoint.from_endpoint_attributes` and its shorter forms make it."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        endpoint_name: str,
        endpoint_arn: str | None,
        traits: EndpointTraits | None,
        async_inference: AsyncInference | None,
    ) -> None:
        super().__init__(scope, construct_id, environment_from_arn=endpoint_arn)
        if traits is None:
            traits = EndpointTraits(kind="instances" if async_inference is None else "asynchronous")
        problems = Problems(self)
        problems.add(name_problems("endpoint_name", endpoint_name))
        problems.add(traits.problems())
        if async_inference is not None:
            if traits.kind != "asynchronous":
                problems.add([f"traits say kind {traits.kind!r} beside async_inference; give kind 'asynchronous'"])
            problems.add(async_inference.problems())
            if async_inference.bucket is None:
                problems.add(["async_inference has no bucket; give the one that the endpoint uses"])
        problems.raise_all()
        self._name = endpoint_name
        self._traits = traits
        self._async_storage = None
        if async_inference is not None and async_inference.bucket is not None:
            self._async_storage = BoundAsyncInference(async_inference, async_inference.bucket)
        self._arn = endpoint_arn or Stack.of(self).format_arn(
            service="sagemaker",
            resource="endpoint",
            # SageMaker writes the name in an ARN in lower case.
            resource_name=endpoint_name if Token.is_unresolved(endpoint_name) else endpoint_name.lower(),
        )

    @property
    def endpoint_arn(self) -> str:
        """The endpoint's ARN."""
        return self._arn

    @property
    def endpoint_name(self) -> str:
        """The endpoint's name."""
        return self._name

    @property
    def endpoint_ref(self) -> interfaces.EndpointReference:
        """The reference that CDK's own constructs take."""
        return interfaces.EndpointReference(endpoint_arn=self._arn)

    @property
    def traits(self) -> EndpointTraits:
        """What the importing code said of the endpoint."""
        return self._traits

    @property
    def async_storage(self) -> BoundAsyncInference | None:
        """Where requests and answers of an asynchronous endpoint lie; None where it was not said."""
        return self._async_storage
