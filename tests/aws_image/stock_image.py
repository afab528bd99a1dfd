"""Stands for the module that the image names in SAGEMAKER_SERVING_MODULE; the serving code itself is AWS's own.

The image's module (sagemaker_sklearn_container.serving) is not on PyPI. Like it, this one gives the hooks that the
user's module defines to ``sagemaker_containers``, its own for those that are missing, and makes the application when a
worker gets its first request.
"""

import importlib
import logging
from typing import Any

import numpy as np
from sagemaker_containers.beta.framework import (  # type: ignore[import-not-found]
    content_types,
    encoders,
    env,
    transformer,
    worker,
)

logging.basicConfig(format="%(asctime)s %(levelname)s - %(name)s - %(message)s", level=logging.INFO)


def input_fn(body: Any, content_type: str) -> Any:
    """The rows; those that came as text in float32."""
    rows = encoders.decode(body, content_type)
    return rows.astype(np.float32) if content_type in content_types.UTF8_TYPES else rows


def predict_fn(rows: Any, model: Any) -> Any:
    """The model's prediction."""
    return model.predict(rows)


def output_fn(prediction: Any, accept: str) -> Any:
    """The response; the image's module gives the type as ``accept`` as well, which only warns that it is ignored."""
    return worker.Response(encoders.encode(prediction, accept), mimetype=accept)


DEFAULTS = {"input_fn": input_fn, "predict_fn": predict_fn, "output_fn": output_fn}


def hooks_of(module: Any) -> dict[str, Any]:
    """The user's hooks, and the image's own in the place of those that are missing."""
    own = {name: getattr(module, name, None) for name in DEFAULTS}
    transform_fn = getattr(module, "transform_fn", None)
    if transform_fn and any(own.values()):
        raise RuntimeError("Cannot use transform_fn implementation with input_fn, predict_fn, and/or output_fn")
    hooks = {"model_fn": getattr(module, "model_fn", transformer.default_model_fn), "transform_fn": transform_fn}
    return hooks if transform_fn else hooks | {name: own[name] or default for name, default in DEFAULTS.items()}


class LazyApplication:
    """A WSGI application that loads the user's module with its first request."""

    def __init__(self) -> None:
        self._application: Any = None

    def __call__(self, environ: Any, start_response: Any) -> Any:
        if self._application is None:
            serving = env.ServingEnv()
            module = importlib.import_module(serving.module_name)
            hooks = transformer.Transformer(**hooks_of(module))
            hooks.initialize()
            self._application = worker.Worker(
                transform_fn=hooks.transform,
                module_name=serving.module_name,
                execution_parameters_fn=getattr(module, "execution_parameters_fn", None),
            )
        return self._application(environ, start_response)


main = LazyApplication()
