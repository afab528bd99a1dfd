"""Answers requests as the image's own server does: the interface of `sklearn_runtime.service.InferenceService`."""

from __future__ import annotations

import concurrent.futures
import logging
import threading
from typing import TYPE_CHECKING, Any

from sklearn_runtime.errors import error_body
from sklearn_runtime.server.http_response import Answer
from sklearn_runtime.settings import SettingsError

from .body_formats import JSON, TEXT_TYPES
from .flask_answers import answer_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .hooks import StockHooks

__all__ = ["StockService", "timeout_of"]

_log = logging.getLogger("sklearn_runtime")


class StockService:
    """A loaded model behind the hooks.

    Whatever goes wrong in a request is 500, a content type that the image does not know included
    (https://github.com/aws/sagemaker-scikit-learn-container/blob/master/src/sagemaker_sklearn_container/serving.py
    gives its own hooks to a wrapper that hides their errors). The body says what it was, in the JSON of
    `sklearn_runtime`; the image's is a page of HTML without it.

    Parameters
    ----------
    hooks : StockHooks
    model : object
        What ``model_fn`` returned.
    default_accept : str
        Used where a request has no Accept, or exactly ``*/*``.
    timeout : float
        Seconds until a request is answered with 504, as nginx does in the image; the hook runs on.
    """

    may_block = True
    own_model = None

    def __init__(self, hooks: StockHooks, model: Any, default_accept: str, timeout: float) -> None:
        self._hooks = hooks
        self._model = model
        self._default_accept = default_accept
        self._timeout = timeout

    def puts_together(self, _: str) -> bool:
        """Never: each request has its own call of the hooks."""
        return False

    def invoke(self, body: bytes | bytearray, content_type: str | None, accept: str | None, *_: str | None) -> Answer:
        """Answer a request. Never raises.

        Parameters
        ----------
        body
            Of the request.
        content_type, accept
            Headers, None where they were not sent. Custom attributes reach no hook.
        """
        given_type = content_type or JSON
        content = body.decode("utf-8", "replace") if given_type in TEXT_TYPES else bytes(body)
        wanted = self._default_accept if not accept or accept == "*/*" else accept
        return self._in_time(lambda: self._hooks.transform_fn(self._model, content, given_type, wanted))

    def execution_parameters(self) -> Answer | None:
        """Answer GET /execution-parameters; None, which becomes 404, without a hook for it."""
        hook = self._hooks.execution_parameters_fn
        return None if hook is None else self._in_time(hook)

    def _in_time(self, hook: Callable[[], Any]) -> Answer:
        answer: concurrent.futures.Future[Answer] = concurrent.futures.Future()
        # A pool would wait for its threads when the server ends.
        threading.Thread(target=lambda: answer.set_result(_guarded(hook)), daemon=True).start()
        try:
            return answer.result(self._timeout)
        except concurrent.futures.TimeoutError:
            return Answer(
                504,
                JSON,
                error_body("GatewayTimeout", f"no answer within SAGEMAKER_MODEL_SERVER_TIMEOUT, {self._timeout:g} s"),
            )


def timeout_of(environ: Mapping[str, str]) -> float:
    """Give the seconds of ``SAGEMAKER_MODEL_SERVER_TIMEOUT``.

    Raises
    ------
    SettingsError
        It is no whole number; the image's server does not start then, either.
    """
    text = environ.get("SAGEMAKER_MODEL_SERVER_TIMEOUT", "60")
    try:
        return int(text)
    except ValueError:
        raise SettingsError(f"SAGEMAKER_MODEL_SERVER_TIMEOUT is {text!r}: give a whole number of seconds") from None


def _guarded(hook: Callable[[], Any]) -> Answer:
    try:
        return answer_of(hook())
    except BaseException as error:  # noqa: BLE001 - becomes the answer; who waits for it would wait in vain
        _log.exception("request failed")
        return Answer(500, JSON, error_body(type(error).__name__, str(error)))
