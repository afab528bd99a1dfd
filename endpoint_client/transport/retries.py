"""Whether a request that failed is sent again, and after which pause: one answer for every way of sending.

The rules, the pauses and the quota (a client that only fails stops trying again) are botocore's own "standard" mode,
asked through the events that its endpoints emit: ``needs-retry`` after a failure, ``after-call`` after an answer.
"""

from __future__ import annotations

import itertools
import random
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar

from botocore import exceptions
from botocore.awsrequest import HeadersDict
from botocore.exceptions import BotoCoreError, ClientError
from botocore.hooks import HierarchicalEmitter
from botocore.retries.standard import register_retry_handler

from endpoint_client.transport.pauses import FIRST_PAUSE, LONGEST_PAUSE

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.model import OperationModel, ServiceModel

_Answer = TypeVar("_Answer")

# Error code of InvokeEndpoint, status 429: a serverless endpoint starts, or a multi-model endpoint loads the model.
LOADING = "ModelNotReadyException"
# Refusals that the model has not seen; status 429 is one whatever its code.
_THROTTLED = {"ThrottlingException", "Throttling", "TooManyRequestsException"}


class Retries:
    """Sends the requests of one predictor, each as often as it takes and is allowed.

    Parameters
    ----------
    service_model : ServiceModel
        botocore's, of sagemaker-runtime.
    max_attempts : int
        Tries of one request, the first included.
    """

    def __init__(self, service_model: ServiceModel, max_attempts: int) -> None:
        self._service_model = service_model
        self._max_attempts = max_attempts
        self._events: Any = HierarchicalEmitter()
        self._service: str = service_model.service_id.hyphenize()
        # Of a client it wants these two.
        client: Any = SimpleNamespace(meta=SimpleNamespace(service_model=service_model, events=self._events))
        register_retry_handler(client, max_attempts)

    def call(self, operation: str, send: Callable[[], _Answer], *, idempotent: bool) -> _Answer:
        """Send a request until it is answered, or is better not sent again.

        Parameters
        ----------
        operation : str
            For example ``"InvokeEndpoint"``.
        send : callable
            One try; raises ClientError or BotoCoreError.
        idempotent : bool
            Whether it may be sent again where it may have been processed: after a broken connection, a timeout, or a
            server's error. Without, it is sent again only where it was surely not: no connection came about, or the
            service refused it as one too many.

        Raises
        ------
        ClientError, BotoCoreError
            Of the last try.
        """
        # Here botocore keeps between the tries what this request took from the quota.
        context: dict[str, Any] = {}
        for attempts in itertools.count(1):
            try:
                answer = send()
            except (ClientError, BotoCoreError) as error:  # noqa: PERF203
                pause = None
                if idempotent or not _may_be_processed(error):
                    pause = self._pause(self._service_model.operation_model(operation), error, attempts, context)
                if pause is None:
                    raise
                time.sleep(pause)
            else:
                self._events.emit(f"after-call.{self._service}", http_response=_ANSWERED, context=context)
                return answer
        raise AssertionError

    def _pause(
        self, operation: OperationModel, error: ClientError | BotoCoreError, attempts: int, context: dict[str, Any]
    ) -> float | None:
        """Seconds until the next try; None: there is none."""
        response, caught = None, None
        if isinstance(error, ClientError):
            parsed: Any = error.response
            if parsed.get("Error", {}).get("Code") == LOADING:
                return loading_pause(attempts, self._max_attempts)
            metadata = parsed.get("ResponseMetadata", {})
            status, headers = metadata.get("HTTPStatusCode", 0), metadata.get("HTTPHeaders", {})
            response = (SimpleNamespace(status_code=status, headers=HeadersDict(headers)), parsed)
        else:
            caught = error
        answers: list[tuple[Any, float | None]] = self._events.emit(
            f"needs-retry.{self._service}",
            response=response,
            operation=operation,
            attempts=attempts,
            caught_exception=caught,
            request_dict={"context": context},
        )
        return next((pause for _, pause in answers if pause is not None), None)


_ANSWERED = SimpleNamespace(status_code=200)


def loading_pause(attempts: int, max_attempts: int) -> float | None:
    """Seconds until the next try of a request whose model is still loaded, which botocore takes for no reason to wait.

    Parameters
    ----------
    attempts, max_attempts : int
        Tries so far, and allowed.
    """
    if attempts >= max_attempts:
        return None
    # Callers that were refused together do not come back together.
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (attempts - 1)) * random.uniform(0.5, 1.0)  # noqa: S311


def _may_be_processed(error: ClientError | BotoCoreError) -> bool:
    """Whether the model may have seen the request that failed so."""
    if isinstance(error, exceptions.ClientError):
        response: Any = error.response
        code = response.get("Error", {}).get("Code", "")
        return code not in _THROTTLED and response.get("ResponseMetadata", {}).get("HTTPStatusCode") != 429
    if isinstance(error, exceptions.ProxyConnectionError):
        # urllib3 1.26 calls so whatever breaks on a connection through a proxy, when the request was sent as well.
        return isinstance(getattr(error.kwargs.get("error"), "original_error", None), ConnectionError)
    return not isinstance(error, exceptions.EndpointConnectionError | exceptions.ConnectTimeoutError)
