"""The serverless variant: compute that is there only while requests are, and its own limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import Token
from aws_cdk import aws_sagemaker as sagemaker

from constructs_lib.names import name_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from constructs_lib.hosted_model import HostedModel


@dataclass(frozen=True, kw_only=True)
class ServerlessVariant:
    """The only production variant of a serverless endpoint.

    Nothing runs, and nothing is paid, while no requests come; the first request after that waits for a cold start, and
    the client may be told `ModelNotReady`. Requests and responses hold 4 MB at most (on instances 6 MB).

    Parameters
    ----------
    model
        A `SklearnModel`, in no VPC, without network isolation, with a compressed artifact.
    name
        Part of the contract with clients and alarms.
    memory_size_in_mb
        1024, 2048, 3072, 4096, 5120 or 6144; the vCPUs grow with it.
    max_concurrency
        Requests that are answered at once, 1 to 200; more are throttled.
    provisioned_concurrency
        How many of them are kept warm, 1 to `max_concurrency`, which is paid by the hour; default: none.
    """

    model: HostedModel
    name: str = "AllTraffic"
    memory_size_in_mb: int = 2048
    max_concurrency: int = 5
    provisioned_concurrency: int | None = None

    def problems(self) -> Iterator[str]:
        """Say what SageMaker would refuse."""
        yield from name_problems("variant name", self.name)
        where = f"variant {self.name!r}"
        if not Token.is_unresolved(self.memory_size_in_mb) and self.memory_size_in_mb not in _MEMORY_SIZES:
            allowed = ", ".join(map(str, _MEMORY_SIZES))
            yield f"{where} has memory_size_in_mb {self.memory_size_in_mb}; give one of {allowed}"
        if not Token.is_unresolved(self.max_concurrency) and not 1 <= self.max_concurrency <= _MAX_CONCURRENCY:
            yield f"{where} has max_concurrency {self.max_concurrency}; give 1 to {_MAX_CONCURRENCY}"
        yield from self._provisioned_problems(where)
        for reason, remedy in self.model.serverless_obstacles():
            yield f"{where} is serverless, but its model {reason}; {remedy}, or use InstanceVariant"

    def render(self) -> sagemaker.CfnEndpointConfig.ProductionVariantProperty:
        """Return the variant as CloudFormation takes it."""
        return sagemaker.CfnEndpointConfig.ProductionVariantProperty(
            variant_name=self.name,
            model_name=self.model.model_name,
            initial_variant_weight=1,
            serverless_config=sagemaker.CfnEndpointConfig.ServerlessConfigProperty(
                memory_size_in_mb=self.memory_size_in_mb,
                max_concurrency=self.max_concurrency,
                provisioned_concurrency=self.provisioned_concurrency,
            ),
        )

    def _provisioned_problems(self, where: str) -> Iterator[str]:
        provisioned, most = self.provisioned_concurrency, self.max_concurrency
        if provisioned is None or Token.is_unresolved(provisioned):
            return
        most = _MAX_CONCURRENCY if Token.is_unresolved(most) else most
        if not 1 <= provisioned <= most:
            yield f"{where} has provisioned_concurrency {provisioned}; give 1 to its max_concurrency, {most}"


# Limits of CreateEndpointConfig's ServerlessConfig.
_MEMORY_SIZES = range(1024, 6145, 1024)
_MAX_CONCURRENCY = 200
