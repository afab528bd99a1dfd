"""One invocation at the service: what is counted of it, and AWS's words where it comes to no answer."""

from __future__ import annotations

import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local_sagemaker.containers.loaded_models import ModelNotReadyError, NoTargetModelError
from local_sagemaker.containers.multi_model_container import NoSuchModelError
from local_sagemaker.data_plane_errors import DataPlaneError
from local_sagemaker.invocations.invocation_errors import InvocationError, model_error
from local_sagemaker.invocations.routing import NoSuchVariantError, NoTrafficError, ThrottledError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local_sagemaker.invocations.exchanges import Exchange
    from local_sagemaker.invocations.routing import Router
    from local_sagemaker.monitoring.invocation_metrics import InvocationMetrics, StreamTimes

_PASSED_BACK = {
    "x-amzn-sagemaker-custom-attributes": "X-Amzn-SageMaker-Custom-Attributes",
    "x-amzn-sagemaker-new-session-id": "X-Amzn-SageMaker-New-Session-Id",
    "x-amzn-sagemaker-closed-session-id": "X-Amzn-SageMaker-Closed-Session-Id",
}


@dataclass(frozen=True)
class Invocation:
    """A request that is being answered.

    Attributes
    ----------
    exchange
        Its way to a container.
    router
        Of the endpoint.
    metrics
        Where it is counted.
    started
        ``time.monotonic()`` when it came.
    """

    exchange: Exchange
    router: Router
    metrics: InvocationMetrics
    started: float

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Turn what comes of asking a container into what the caller is told.

        Raises
        ------
        InvocationError
            There is no answer; an attempt that a container failed is counted.
        """
        call = self.exchange.call
        endpoint = call.endpoint
        try:
            yield
        except NoSuchVariantError:
            raise refusal(
                f"Variant {call.target_variant} of endpoint {endpoint.name} of account {endpoint.account_id} not found."
            ) from None
        except NoTrafficError as error:
            raise refusal(f"Endpoint {endpoint.name} takes no traffic: {error}.") from None
        except NoTargetModelError:
            raise no_target_model() from None
        except NoSuchModelError as error:
            raise refusal(str(error)) from None
        except ModelNotReadyError as error:
            raise InvocationError(429, "ModelNotReadyException", f"{call.target_model}: {error}") from None
        except ThrottledError:
            raise InvocationError(429, "ThrottlingException", "Rate exceeded") from None
        except DataPlaneError as error:
            self.count(0)
            raise model_error(endpoint, error) from error

    def count(self, status: int, stream: StreamTimes | None = None) -> None:
        """Put the metrics; for the parameters see `InvocationMetrics.record`."""
        exchange = self.exchange
        self.metrics.record(
            exchange.call.endpoint,
            # One that no instance took counts for the first variant.
            exchange.variant or next(iter(self.router.fleet.variants)),
            status=status,
            model_latency=exchange.model_latency,
            overhead_latency=max(time.monotonic() - self.started - exchange.model_latency, 0.0),
            load=exchange.load,
            stream=stream,
        )

    def headers(self, answered: Mapping[str, str], content_type: str) -> dict[str, str]:
        """Give the headers that the caller gets.

        Parameters
        ----------
        answered
            The container's, with names in lower case.
        content_type
            Name of the header that says the type of the container's answer.
        """
        passed_back = {**_PASSED_BACK, "content-type": content_type}
        headers = {name: answered[key] for key, name in passed_back.items() if key in answered}
        return {**headers, "x-Amzn-Invoked-Production-Variant": self.exchange.variant}


def refusal(message: str) -> InvocationError:
    """Make a ValidationError."""
    return InvocationError(400, "ValidationError", message)


def no_target_model() -> InvocationError:
    """Make the error of a request that names none of an endpoint's models."""
    return refusal(f"Request {uuid.uuid4()} is missing a target model header.")
