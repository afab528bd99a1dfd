"""The production variants of one endpoint, and the share of the requests that each gets."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from endpoint_client.connection import connect_control_plane
from endpoint_client.discovery import endpoint_of_parameter, endpoint_of_stack
from endpoint_client.exceptions import ConfigurationError, EndpointTimeout, InvalidRequest
from endpoint_client.transport.service_errors import translated

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    import boto3
    from types_boto3_sagemaker.type_defs import DescribeEndpointOutputTypeDef
    from typing_extensions import Self

# Seconds.
TIMEOUT = 900.0
_POLL_INTERVAL = 2.0


class Endpoint:
    """Looks at an endpoint and shifts its traffic.

    Parameters
    ----------
    endpoint_name : str
        The endpoint's name.
    region : str, optional
        AWS region; default: the session's.
    session : boto3.Session, optional
        Credentials and region to use; default: boto3's own.

    Example
    -------
    >>> endpoint = Endpoint("churn", region="eu-central-1")
    >>> endpoint.set_weights({"Champion": 9, "Challenger": 1})  # doctest: +SKIP
    """

    def __init__(self, endpoint_name: str, *, region: str | None = None, session: boto3.Session | None = None) -> None:
        self.endpoint_name = endpoint_name
        self._client = connect_control_plane(region=region, session=session)

    @classmethod
    def from_stack(
        cls,
        stack_name: str,
        endpoint: str | None = None,
        *,
        region: str | None = None,
        session: boto3.Session | None = None,
    ) -> Self:
        """Look at the endpoint that a stack made; parameters and errors are those of `Predictor.from_stack`."""
        return cls(
            endpoint_of_stack(stack_name, endpoint, region=region, session=session), region=region, session=session
        )

    @classmethod
    def from_parameter(
        cls, parameter_name: str, *, region: str | None = None, session: boto3.Session | None = None
    ) -> Self:
        """Look at the endpoint whose name a parameter holds; see `Predictor.from_parameter`."""
        return cls(
            endpoint_of_parameter(parameter_name, region=region, session=session), region=region, session=session
        )

    @property
    def status(self) -> str:
        """What SageMaker calls its state: ``InService``, ``Updating``, ..."""
        return self._describe()["EndpointStatus"]

    @property
    def weights(self) -> dict[str, float]:
        """The present weight of each production variant."""
        return {
            variant["VariantName"]: variant.get("CurrentWeight", 0.0)
            for variant in self._describe().get("ProductionVariants", [])
        }

    def set_weights(self, weights: Mapping[str, float], *, wait: bool = True, timeout: float = TIMEOUT) -> None:
        """Change the variants' shares of the requests in place, without new instances.

        The stack does not learn of it: the next deployment of a changed endpoint configuration brings back the weights
        of the template, so write them there too.

        Parameters
        ----------
        weights : mapping of str to float
            New weights by variant, each 0 or more; variants that are left out keep theirs.
        wait : bool, default True
            Wait until they are in force.
        timeout : float, default 900
            Seconds to wait.

        Raises
        ------
        ConfigurationError
            No weight is given, or one is below 0.
        InvalidRequest
            A variant does not exist, or the endpoint is being updated.
        EndpointTimeout
            The weights are not in force in time; they may still come.
        """
        if not weights or min(weights.values()) < 0:
            raise ConfigurationError(f"weights={dict(weights)!r}: give at least one, and 0 or more each")
        with self._translated():
            self._client.update_endpoint_weights_and_capacities(
                EndpointName=self.endpoint_name,
                DesiredWeightsAndCapacities=[
                    {"VariantName": name, "DesiredWeight": weight} for name, weight in weights.items()
                ],
            )
        if wait:
            self._wait(timeout)

    def _wait(self, timeout: float) -> None:
        deadline, pause = time.monotonic() + timeout, 0.05
        while (described := self._describe())["EndpointStatus"] == "Updating":
            if time.monotonic() > deadline:
                raise EndpointTimeout(f"endpoint {self.endpoint_name!r} is still updating after {timeout:g} s")
            time.sleep(pause)
            pause = min(2 * pause, _POLL_INTERVAL)
        if reason := described.get("FailureReason"):
            raise InvalidRequest(f"endpoint {self.endpoint_name!r} kept its weights: {reason}")

    def _describe(self) -> DescribeEndpointOutputTypeDef:
        with self._translated():
            return self._client.describe_endpoint(EndpointName=self.endpoint_name)

    def _translated(self) -> AbstractContextManager[None]:
        return translated(endpoint_name=self.endpoint_name, region=self._client.meta.region_name)
