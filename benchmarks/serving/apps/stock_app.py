"""Stands for sagemaker_sklearn_container.serving, the image's own module, which is not on PyPI.

It does what that module does: a hook that the user's module leaves out is the image's default (JSON and CSV are cast to
float32), and a worker loads the model with its first request. The decoding, the encoding and the rest are AWS's code.
"""

import importlib
from typing import Any

import numpy as np
from sagemaker_containers.beta.framework import (  # type: ignore[import-not-found]
    content_types,
    encoders,
    env,
    transformer,
    worker,
)

application: Any = None


def input_fn(input_data: Any, content_type: str) -> Any:
    rows = encoders.decode(input_data, content_type)
    return rows.astype(np.float32) if content_type in content_types.UTF8_TYPES else rows


def predict_fn(input_data: Any, model: Any) -> Any:
    return model.predict(input_data)


def output_fn(prediction: Any, accept: str) -> Any:
    return worker.Response(encoders.encode(prediction, accept), accept, mimetype=accept)


def make_application() -> Any:
    module = importlib.import_module(env.ServingEnv().module_name)
    if hasattr(module, "transform_fn"):
        hooks = {"transform_fn": module.transform_fn}
    else:
        defaults = {"input_fn": input_fn, "predict_fn": predict_fn, "output_fn": output_fn}
        hooks = {name: getattr(module, name, default) for name, default in defaults.items()}
    chosen = transformer.Transformer(model_fn=module.model_fn, **hooks)
    chosen.initialize()
    return worker.Worker(
        transform_fn=chosen.transform,
        module_name=module.__name__,
        execution_parameters_fn=getattr(module, "execution_parameters_fn", None),
    )


def main(environ: Any, start_response: Any) -> Any:
    global application
    if application is None:
        application = make_application()
    return application(environ, start_response)
