"""Stands for the module that the image names in SAGEMAKER_SERVING_MODULE; the serving code itself is AWS's own.

The image's module (sagemaker_sklearn_container.serving) is not on PyPI. Like it, this one gives the hooks that the
user's module defines to ``sagemaker_containers``, and makes the application when a worker gets its first request.
"""

import importlib
from typing import Any

from sagemaker_containers.beta.framework import env, transformer, worker  # type: ignore[import-not-found]

HOOKS = ("model_fn", "input_fn", "predict_fn", "output_fn", "transform_fn")


class LazyApplication:
    """A WSGI application that loads the user's module with its first request."""

    def __init__(self) -> None:
        self._application: Any = None

    def __call__(self, environ: Any, start_response: Any) -> Any:
        if self._application is None:
            serving = env.ServingEnv()
            module = importlib.import_module(serving.module_name)
            hooks = transformer.Transformer(**{name: getattr(module, name) for name in HOOKS if hasattr(module, name)})
            hooks.initialize()
            self._application = worker.Worker(
                transform_fn=hooks.transform,
                module_name=serving.module_name,
                execution_parameters_fn=getattr(module, "execution_parameters_fn", None),
            )
        return self._application(environ, start_response)


main = LazyApplication()
