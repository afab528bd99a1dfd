"""What every endpoint offers, one of the stack's own or an imported one: its grants and its metrics."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from aws_cdk import Resource
from aws_cdk import aws_iam as iam

from constructs_lib.exceptions import ConfigurationError
from constructs_lib.monitoring.async_metrics import BacklogMetrics
from constructs_lib.monitoring.variant_metrics import VariantMetrics

if TYPE_CHECKING:
    from constructs_lib.async_inference import BoundAsyncInference
    from constructs_lib.endpoint_traits import EndpointTraits


class EndpointBase(Resource):
    """An endpoint, as those see it who call it and who watch it.

    `SklearnEndpoint` is one, and so is what its ``from_...`` methods give.
    """

    @property
    @abstractmethod
    def endpoint_arn(self) -> str:
        """The endpoint's ARN."""

    @property
    @abstractmethod
    def endpoint_name(self) -> str:
        """The endpoint's name."""

    @property
    @abstractmethod
    def traits(self) -> EndpointTraits:
        """The kind of the endpoint and the names of its variants."""

    @property
    @abstractmethod
    def async_storage(self) -> BoundAsyncInference | None:
        """Where requests and answers of an asynchronous endpoint lie; None where it is not known to be one."""

    @property
    def backlog(self) -> BacklogMetrics:
        """The metrics of what waits for an asynchronous endpoint.

        Example
        -------
        >>> from aws_cdk import App, Stack
        >>> from constructs_lib import SklearnEndpoint
        >>> endpoint = SklearnEndpoint.from_endpoint_name(Stack(App(), "Stack"), "Imported", "churn")
        >>> endpoint.backlog.metric_approximate_backlog_size().metric_name
        'ApproximateBacklogSize'
        """
        return BacklogMetrics({"EndpointName": self.endpoint_name})

    def variant(self, name: str = "AllTraffic") -> VariantMetrics:
        """Give a variant by its name, for its metrics.

        Parameters
        ----------
        name
            Of a production variant, or of the shadow variant.

        Raises
        ------
        ConfigurationError
            There is no such variant.
        """
        self._check_variant(name)
        return VariantMetrics(self.endpoint_name, name)

    def grant_invoke(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow to call the endpoint, with a whole response or a streamed one."""
        return self._grant(grantee, "InvokeEndpoint", "InvokeEndpointWithResponseStream")

    def grant_invoke_stream(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow to call the endpoint with a streamed response, and no other way."""
        return self._grant(grantee, "InvokeEndpointWithResponseStream")

    def grant_invoke_async(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow to call an asynchronous endpoint, to put requests into its bucket, and to get its answers and errors.

        Raises
        ------
        ConfigurationError
            The endpoint is not asynchronous, or is imported and not said to be.
        """
        storage = self.async_storage
        if storage is None:
            raise ConfigurationError(
                "the endpoint is not known to be asynchronous; use grant_invoke, give async_inference to its config, "
                "or import it by from_endpoint_attributes with async_inference",
                path=self.node.path,
            )
        grant = self._grant(grantee, "InvokeEndpointAsync")
        for statement in storage.caller_statements():
            grantee.grant_principal.add_to_principal_policy(iam.PolicyStatement.from_json(statement))
        return grant

    def _check_variant(self, name: str) -> None:
        known = self.traits.all_variant_names
        if name not in known:
            names = ", ".join(map(repr, known))
            raise ConfigurationError(f"there is no variant {name!r}; choose one of {names}", path=self.node.path)

    def _grant(self, grantee: iam.IGrantable, *actions: str) -> iam.Grant:
        return iam.Grant.add_to_principal(
            grantee=grantee,
            actions=[f"sagemaker:{action}" for action in actions],
            resource_arns=[self.endpoint_arn],
        )
