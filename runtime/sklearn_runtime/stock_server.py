"""The hooks as the AWS image's own servers (sagemaker_containers, and the multi-model server) call them.

The single-model server turns whatever input_fn, predict_fn and output_fn raise into an HTML page with status 500. The
one way to another status is a Flask response returned by transform_fn, which it passes on as it is: so there, and only
there, transform_fn stands for the three.

The multi-model server (sagemaker_inference) gives the status and the message of an error class of its own, and writes
the traceback below it: there, what the hooks raise becomes such an error, whose message is the runtime's error body.
"""

from __future__ import annotations

import functools
import importlib
import os
import sys
from http import HTTPStatus
from typing import Any, Callable, Dict, Tuple

from sklearn_runtime.body_parts import BodyParts
from sklearn_runtime.errors import RequestError, error_body
from sklearn_runtime.fast import FastPaths
from sklearn_runtime.hooks import Hooks, input_fn, output_fn
from sklearn_runtime.prediction import predict
from sklearn_runtime.rows.model_columns import current_model
from sklearn_runtime.rows.request_rows import read_rows
from sklearn_runtime.service import InferenceService, Response, load_fast_paths, load_model
from sklearn_runtime.settings import Settings

__all__ = ["contract_hooks", "in_stock_server"]

CUSTOM_ATTRIBUTES = "X-Amzn-SageMaker-Custom-Attributes"


def in_stock_server() -> bool:
    """Whether the single-model server of the AWS image imports the hooks."""
    return "sagemaker_containers" in sys.modules and "SAGEMAKER_MULTI_MODEL" not in os.environ


def in_multi_model_server() -> bool:
    """Whether the multi-model server of the AWS image imports the hooks."""
    return "sagemaker_inference" in sys.modules and "SAGEMAKER_MULTI_MODEL" in os.environ


def contract_hooks(hooks: Hooks, settings: Settings) -> Dict[str, Callable[..., Any]]:
    """The functions that a hooks file exports, by name, with exactly the contract's arguments.

    Parameters
    ----------
    hooks : Hooks
    settings : Settings

    Returns
    -------
    dict
        ``model_fn``, and either ``transform_fn`` or ``input_fn``, ``predict_fn`` and ``output_fn``: servers refuse a
        mix. ``execution_parameters_fn`` where the user defines it.
    """

    last: Tuple[Any, FastPaths] = (None, FastPaths())

    def checked_model_fn(model_dir: str) -> Any:
        nonlocal last
        model = load_model(settings, hooks, model_dir)
        last = (model, load_fast_paths(settings, hooks, model))
        return model

    def fast_paths(model: Any) -> FastPaths:
        return last[1] if model is last[0] else FastPaths()

    def settled_input_fn(request_body: Any, request_content_type: str) -> Any:
        if "predict_fn" in hooks.defined:
            return input_fn(request_body, request_content_type, settings.float32)
        return read_rows(request_body, request_content_type, current_model(), settings.float32)

    def settled_predict_fn(input_object: Any, model: Any) -> Any:
        return predict(input_object, model, settings.method, fast_paths(model))

    exported: Dict[str, Callable[..., Any]] = {"model_fn": checked_model_fn}
    if hooks.execution_parameters_fn is not None:
        exported["execution_parameters_fn"] = hooks.execution_parameters_fn
    if in_stock_server():
        exported["transform_fn"] = _flask_transform_fn(hooks, settings, fast_paths)
    elif hooks.transform_fn is not None:
        exported["transform_fn"] = hooks.transform_fn
    else:
        exported["input_fn"] = hooks.input_fn if "input_fn" in hooks.defined else settled_input_fn
        exported["predict_fn"] = hooks.predict_fn if "predict_fn" in hooks.defined else settled_predict_fn
        exported["output_fn"] = hooks.output_fn if "output_fn" in hooks.defined else output_fn
    if in_multi_model_server():
        return {name: hook if name in _AS_THEY_ARE else _telling(hook) for name, hook in exported.items()}
    return exported


# What they raise is the reason why a model cannot be loaded, and no answer to a request.
_AS_THEY_ARE = ("model_fn", "execution_parameters_fn")


def _telling(hook: Callable[..., Any]) -> Callable[..., Any]:
    """The hook, whose errors the multi-model server passes on with their status."""
    errors = importlib.import_module("sagemaker_inference.errors")
    error_class, own_class = errors.GenericInferenceToolkitError, errors.BaseInferenceToolkitError

    # The server counts the parameters, which inspect.signature finds below the wrapper.
    @functools.wraps(hook)
    def told(*arguments: Any) -> Any:
        try:
            return hook(*arguments)
        except RequestError as error:
            status, body = error.status, error.body()
            raise error_class(status, body.decode("ascii"), HTTPStatus(status).phrase) from error
        except own_class:
            raise  # a hook of the user's that chose its status
        except Exception as error:
            body = error_body(type(error).__name__, str(error))
            raise error_class(500, body.decode("ascii"), HTTPStatus(500).phrase) from error

    return told


def _flask_transform_fn(hooks: Hooks, settings: Settings, fast_paths: Callable[[Any], FastPaths]) -> Callable[..., Any]:
    flask = importlib.import_module("flask")

    def transform_fn(model: Any, request_body: Any, _request_content_type: str, _accept: str) -> Any:
        # The headers as sent: what the server passes has its own defaults in it. JSON and CSV it has decoded already.
        headers = flask.request.headers
        body = request_body.encode("utf-8") if isinstance(request_body, str) else request_body
        sent_type = headers.get("ContentType") or headers.get("Content-Type")
        response = InferenceService(hooks, model, settings, fast_paths(model)).invoke(
            body, sent_type, headers.get("Accept"), headers.get(CUSTOM_ATTRIBUTES)
        )
        return _flask_response(flask, response)

    return transform_fn


def _flask_response(flask: Any, response: Response) -> Any:
    body = iter(response.body) if isinstance(response.body, BodyParts) else response.body
    return flask.Response(body, status=response.status, content_type=response.content_type)
