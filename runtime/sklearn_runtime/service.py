"""One request to one response: hooks, model and errors put together, without a socket."""

from __future__ import annotations

import concurrent.futures
import json
import logging
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple, Union

import numpy as np

from sklearn_runtime.body_parts import BodyParts
from sklearn_runtime.codecs import encode
from sklearn_runtime.content_types import ANY, CSV, JSON, negotiate, parse_accept, response_header, sniff
from sklearn_runtime.errors import ModelLoadError, RequestError, UnknownMethod, error_body
from sklearn_runtime.fast import FastPaths, find_fast_paths
from sklearn_runtime.hooks import REPLACED_BY_TRANSFORM, Hooks, load_hooks
from sklearn_runtime.lanes import Lane, find_lane
from sklearn_runtime.methods import METHODS, available_methods, requested_method
from sklearn_runtime.model_files.loading import check_model
from sklearn_runtime.prediction import predict, prepare, silence_feature_name_warning
from sklearn_runtime.rows.model_columns import model_columns, set_current_model
from sklearn_runtime.rows.model_rows import hook_rows
from sklearn_runtime.rows.request_rows import read_rows

if TYPE_CHECKING:
    from sklearn_runtime.settings import Settings

__all__ = ["InferenceService", "Response", "load_fast_paths", "load_model"]

logger = logging.getLogger("sklearn_runtime")

TEXT_TYPES = (JSON, CSV)
"""Bodies of exactly these content types are handed to a user's hook as str, as the AWS image's own server does."""
MEBIBYTE = 1 << 20
# Of all requests at a time: MaxConcurrentTransforms times MaxPayloadInMB.
_TRANSFORM_MEBIBYTES = 100
_LANES_MOST = 64
_Headers = Tuple[Optional[str], Optional[str], Optional[str]]


class Response(NamedTuple):
    """What is sent back."""

    status: int
    content_type: str
    #: bytes, or `BodyParts` where a hook of the user's makes it in parts.
    body: Any


class _Question(NamedTuple):
    """A request that was read: rows for a method of the model, and what the answer is to be written in."""

    rows: Any
    method: str
    response_type: str


def load_model(settings: Settings, hooks: Hooks, model_dir: Optional[str] = None) -> Any:
    """Check the model's files, load the model, check that it has the method asked for, import what its input takes.

    Raises
    ------
    ModelLoadError
        With the reason in one line; the traceback of a user's ``model_fn`` is in the log.
    """
    directory = model_dir or settings.model_dir
    check_model(directory, settings.model_sha256, settings.model_sklearn)
    try:
        model = hooks.model_fn(directory)
    except ModelLoadError:
        raise
    except (Exception, SystemExit) as error:
        logger.exception("model_fn failed")
        raise ModelLoadError(f"model_fn in {hooks.program} raised {type(error).__name__}: {error}") from error
    _check_method(settings.method, hooks, model)
    set_current_model(model)
    if "transform_fn" not in hooks.defined:
        prepare(model, predicts="predict_fn" not in hooks.defined)
    return model


_NO_FAST_PATHS = FastPaths()


def load_fast_paths(settings: Settings, hooks: Hooks, model: Any) -> FastPaths:
    """How few rows are predicted without scikit-learn: not at all where a hook of the user's predicts. Never raises."""
    if not settings.fast or hooks.defined & {"predict_fn", "transform_fn"}:
        return _NO_FAST_PATHS
    # The probe asks the model. In a thread of its own, since OpenMP's threads belong to the one that asked: a worker
    # that is forked from that one would wait for threads that it does not have.
    with concurrent.futures.ThreadPoolExecutor(1) as thread:
        return thread.submit(find_fast_paths, model, METHODS).result()


def _check_method(method: str, hooks: Hooks, model: Any) -> None:
    own = sorted(hooks.defined & {"predict_fn", "transform_fn"})
    if own:
        if method != "predict":
            raise ModelLoadError(
                f"SKLEARN_RUNTIME_METHOD is {method!r}, but {hooks.program} defines {own[0]}, which decides what is "
                "called: leave one of them out"
            )
    elif method not in available_methods(model):
        has = ", ".join(available_methods(model)) or "none of " + ", ".join(METHODS)
        raise ModelLoadError(
            f"the model has no method {method!r}: {type(model).__name__} has {has}; name one in "
            "SKLEARN_RUNTIME_METHOD, or write a predict_fn"
        )


class InferenceService:
    """A loaded model that answers requests.

    Parameters
    ----------
    hooks : Hooks
    model : object
        What ``model_fn`` returned.
    settings : Settings
    fast_paths : FastPaths
        See `load_fast_paths`; none unless given.

    Attributes
    ----------
    may_block : bool
        Whether a hook of the user's runs in a request: it may take any time.
    """

    def __init__(self, hooks: Hooks, model: Any, settings: Settings, fast_paths: FastPaths = _NO_FAST_PATHS) -> None:
        self._hooks = hooks
        self.fast_paths = fast_paths
        self._model = model
        self._settings = settings
        self._lanes: Dict[_Headers, Lane] = {}
        self.may_block = bool(hooks.defined & {"transform_fn", *REPLACED_BY_TRANSFORM})

    @property
    def own_model(self) -> Any:
        """The model where nothing but our own prediction asks it, so that its cost can be measured; else None."""
        return None if self.may_block else self._model

    @property
    def facts(self) -> Dict[str, Any]:
        """What the log says of the model: up to how many rows each method is answered by a fast path."""
        return {"fast_paths": self.fast_paths.active}

    @classmethod
    def load(cls, settings: Settings) -> InferenceService:
        """Import the user's program, check the model's files and load the model, in this order.

        Raises
        ------
        ModelLoadError
            With the reason in one line.
        """
        silence_feature_name_warning()
        hooks = load_hooks(settings)
        model = load_model(settings, hooks)
        return cls(hooks, model, settings, load_fast_paths(settings, hooks, model))

    def invoke(
        self,
        body: Union[bytes, bytearray],
        content_type: Optional[str],
        accept: Optional[str],
        custom_attributes: Optional[str] = None,
    ) -> Response:
        """Answer a request. Never raises: an error is a response with the JSON error body.

        Parameters
        ----------
        body : bytes or bytearray
            The server gives a long one as bytearray; a hook of the user's is given bytes or str.
        content_type, accept, custom_attributes : str, optional
            The headers Content-Type, Accept and X-Amzn-SageMaker-Custom-Attributes.
        """
        answer: Callable[..., Response] = self._answer_with_hooks if self.may_block else self._answer
        if not self.may_block:
            headers = (content_type, accept, custom_attributes)
            lane = self._lanes.get(headers)
            if lane is None:
                lane = self._find_lane(headers)
            body_written = lane.answer(body)
            if body_written is not None:
                return Response(200, lane.content_type, body_written)
        response: Response = _guarded(answer, body, content_type, accept, custom_attributes)
        return response

    def _find_lane(self, headers: _Headers) -> Lane:
        """The short way of requests with these headers, remembered for some."""
        lane = find_lane(*headers, model=self._model, settings=self._settings, fast_paths=self.fast_paths)
        if len(self._lanes) >= _LANES_MOST:
            self._lanes.clear()
        self._lanes[headers] = lane
        return lane

    def puts_together(self, method: str) -> bool:
        """Whether several requests for a method (empty: the one of the settings) are answered sooner together."""
        return not self.may_block and self.fast_paths.puts_together(method or self._settings.method)

    def invoke_together(self, requests: Sequence[Tuple[Any, ...]]) -> List[Response]:
        """Answer several requests, each with the arguments of `invoke`. Never raises.

        Their rows are predicted together where each row's answer is the same, bit for bit, as by itself; see
        `fast.path.FastPath`. A request that is refused, or whose rows keep the others from that, is answered alone.
        """
        read = [_guarded(self._read, *asked) for asked in requests]
        width = model_columns(self._model).plain_width
        alike: Dict[str, List[int]] = {}
        for place, question in enumerate(read):
            if isinstance(question, _Question):
                rows = question.rows
                if type(rows) is np.ndarray and rows.shape[1:] == (width,) and rows.dtype == np.float64:
                    alike.setdefault(question.method, []).append(place)
        predicted: Dict[int, Any] = {}
        for method, places in alike.items():
            answers = _guarded(self.fast_paths.answer_together, method, [read[place].rows for place in places])
            if not isinstance(answers, Response):
                predicted.update(zip(places, answers))
        return [
            one if isinstance(one, Response) else _guarded(self._finish, one, predicted.get(place))
            for place, one in enumerate(read)
        ]

    def _read(
        self,
        body: Union[bytes, bytearray],
        content_type: Optional[str],
        accept: Optional[str],
        custom_attributes: Optional[str],
    ) -> _Question:
        """What a request asks, where all hooks are ours."""
        method = requested_method(custom_attributes) or self._settings.method
        response_type = negotiate(accept, self._settings.default_accept)
        rows = read_rows(body, content_type, self._model, self._settings.float32)
        return _Question(rows, method, response_type)

    def _finish(self, question: _Question, prediction: Any = None) -> Response:
        if prediction is None:
            prediction = predict(question.rows, self._model, question.method, self.fast_paths)
        return _written(prediction, question.response_type)

    def _answer(self, *asked: Any) -> Response:
        return self._finish(self._read(*asked))

    def _answer_with_hooks(
        self,
        body: Union[bytes, bytearray],
        content_type: Optional[str],
        accept: Optional[str],
        custom_attributes: Optional[str],
    ) -> Response:
        hooks, method = self._hooks, requested_method(custom_attributes)
        if method is not None and hooks.defined & {"predict_fn", "transform_fn"}:
            raise UnknownMethod(f"method={method} cannot be chosen: {hooks.program} decides what is called")
        # What the AWS image's own server gives to hooks, but that a body without a type may be NPY.
        raw_type = content_type or sniff(body)
        raw_accept = accept if accept and accept != ANY else self._settings.default_accept
        if hooks.transform_fn is not None:
            given = _as_given_to_hooks(body, raw_type)
            return _as_answer(hooks.transform_fn(self._model, given, raw_type, raw_accept), raw_accept)
        own_output = "output_fn" in hooks.defined
        response_type = "" if own_output else negotiate(accept, self._settings.default_accept)
        own_predict = "predict_fn" in hooks.defined
        if "input_fn" in hooks.defined:
            data = hooks.input_fn(_as_given_to_hooks(body, raw_type), raw_type)
        else:
            data = read_rows(body, content_type, self._model, self._settings.float32)
            data = hook_rows(data, self._model) if own_predict else data
        if own_predict:
            prediction = hooks.predict_fn(data, self._model)
        else:
            prediction = predict(data, self._model, method or self._settings.method, self.fast_paths)
        if own_output:
            return _as_answer(hooks.output_fn(prediction, raw_accept), raw_accept)
        return _written(prediction, response_type)

    def execution_parameters(self) -> Optional[Response]:
        """Answer GET /execution-parameters, by which batch transform tunes itself.

        Returns
        -------
        Response
            What the user's ``execution_parameters_fn`` says, else one request a worker at a time, each of as many rows
            as the largest body holds, all requests together within the 100 MB that batch transform allows; and, for
            people, the methods with a fast path, each with its largest number of rows.
        """
        hook = self._hooks.execution_parameters_fn
        if hook is None:
            workers = self._settings.workers or 1
            largest = min(self._settings.max_body_bytes // MEBIBYTE, _TRANSFORM_MEBIBYTES // workers)
            parameters = {
                "MaxConcurrentTransforms": workers,
                "BatchStrategy": "MULTI_RECORD",
                "MaxPayloadInMB": max(1, largest),
                "FastPaths": self.fast_paths.active,
            }
            return Response(200, JSON, json.dumps(parameters).encode("ascii"))
        try:
            result = hook()
            return _as_response(json.dumps(result) if isinstance(result, dict) else result, JSON)
        except (Exception, SystemExit) as error:
            logger.exception("execution_parameters_fn failed")
            return Response(500, JSON, error_body(type(error).__name__, str(error)))


def _guarded(call: Callable[..., Any], *arguments: Any) -> Any:
    """What the call gives, or the response that says what went wrong."""
    try:
        return call(*arguments)
    except RequestError as error:
        # Not the message: it may repeat a value of the request.
        logger.info("request refused: %d %s, row %s, column %s", error.status, error.type, error.row, error.column)
        return Response(error.status, JSON, error.body())
    except (Exception, SystemExit) as error:
        logger.exception("request failed")
        return Response(500, JSON, error_body(type(error).__name__, str(error)))


def _written(prediction: Any, response_type: str) -> Response:
    return Response(200, response_header(response_type), encode(prediction, response_type))


def _as_given_to_hooks(body: Union[bytes, bytearray], content_type: str) -> Any:
    return body.decode("utf-8", "replace") if content_type in TEXT_TYPES else bytes(body)


def _as_answer(result: Any, accept: str) -> Response:
    """What a user's hook returned for a request: an iterator of parts, or what `_as_response` takes."""
    body, content_type = result if isinstance(result, tuple) and len(result) == 2 else (result, None)
    if not isinstance(body, Iterator):
        return _as_response(result, accept)
    return Response(200, str(content_type or _first_concrete(accept)), BodyParts(body))


def _as_response(result: Any, accept: str) -> Response:
    """What a user's hook returned: a body, a body with its content type, or a response of Flask's kind."""
    if hasattr(result, "get_data") and hasattr(result, "status_code"):
        return Response(int(result.status_code), str(result.content_type), result.get_data())
    content_type = _first_concrete(accept)
    if isinstance(result, tuple) and len(result) == 2:
        result, content_type = result
    if isinstance(result, str):
        return Response(200, str(content_type), result.encode("utf-8"))
    if isinstance(result, (bytes, bytearray, memoryview)):
        return Response(200, str(content_type), bytes(result))
    raise TypeError(
        f"the hook returned a {type(result).__name__}: return bytes or str, an iterator of them, a tuple of body and "
        "content type, or a Response"
    )


def _first_concrete(accept: str) -> str:
    ranges = sorted(parse_accept(accept), key=lambda one: -one.quality)
    return next((one.name for one in ranges if "*" not in one.name), JSON)
