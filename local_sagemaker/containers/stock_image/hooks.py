"""The hooks of a user's script, and the image's own for what the script leaves out."""

from __future__ import annotations

import importlib
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sklearn_runtime.errors import ModelLoadError
from sklearn_runtime.program import load_program

from .body_formats import TEXT_TYPES, decode, encode

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["StockHooks", "load_hooks"]

_REPLACED_BY_TRANSFORM = ("input_fn", "predict_fn", "output_fn")
_log = logging.getLogger("sklearn_runtime")


class StockHooks(NamedTuple):
    """What answers requests.

    Attributes
    ----------
    model_fn
        Takes the directory of the model.
    transform_fn
        Takes the model, the request's body, its content type and its accepted one.
    execution_parameters_fn
        None where the script defines none.
    """

    model_fn: Callable[[str], Any]
    transform_fn: Callable[[Any, Any, str, str], Any]
    execution_parameters_fn: Callable[[], Any] | None

    def load_model(self, model_dir: str) -> Any:
        """Give what model_fn returns.

        Raises
        ------
        ModelLoadError
            It failed; the traceback is in the log.
        """
        try:
            return self.model_fn(model_dir)
        except (Exception, SystemExit) as error:
            _log.exception("model_fn failed")
            raise ModelLoadError(f"model_fn raised {type(error).__name__}: {error}") from error


def load_hooks(program: str, code_dir: str) -> StockHooks:
    """Import a script and complete its hooks. On AWS, where this raises, every /ping is answered with 500.

    Parameters
    ----------
    program
        ``SAGEMAKER_PROGRAM``.
    code_dir
        Where ``SAGEMAKER_SUBMIT_DIRECTORY`` was brought to.

    Raises
    ------
    ModelLoadError
        The script cannot be imported, lacks model_fn, or mixes transform_fn with what it replaces.
    """
    script = _import(program, code_dir)
    model_fn = getattr(script, "model_fn", None)
    if not model_fn:
        raise ModelLoadError(
            f"{program} defines no model_fn, and AWS's image has no default for it: define model_fn(model_dir) there, "
            'for example: return joblib.load(os.path.join(model_dir, "model.joblib"))'
        )
    transform_fn = getattr(script, "transform_fn", None)
    others = {name: getattr(script, name, None) for name in _REPLACED_BY_TRANSFORM}
    mixed = [name for name, hook in others.items() if hook]
    if transform_fn and mixed:
        raise ModelLoadError(
            f"{program} defines transform_fn, which replaces {', '.join(_REPLACED_BY_TRANSFORM)}, and also "
            f"{', '.join(mixed)}: AWS's image serves no such mix; remove one or the other"
        )
    return StockHooks(
        model_fn=model_fn,
        transform_fn=transform_fn or _in_three_steps(**{name: hook for name, hook in others.items() if hook}),
        execution_parameters_fn=getattr(script, "execution_parameters_fn", None),
    )


def default_input_fn(content: Any, content_type: str) -> Any:
    """Give the rows of a request; JSON and CSV in float32."""
    array = decode(content, content_type)
    return array.astype(np.float32) if content_type in TEXT_TYPES else array


def default_predict_fn(rows: Any, model: Any) -> Any:
    """Give the model's prediction."""
    return model.predict(rows)


def default_output_fn(prediction: Any, accept: str) -> tuple[Any, str]:
    """Give the body and its content type."""
    return encode(prediction, accept), accept


def _in_three_steps(
    input_fn: Callable[..., Any] = default_input_fn,
    predict_fn: Callable[..., Any] = default_predict_fn,
    output_fn: Callable[..., Any] = default_output_fn,
) -> Callable[[Any, Any, str, str], Any]:
    def transform_fn(model: Any, content: Any, content_type: str, accept: str) -> Any:
        return output_fn(predict_fn(input_fn(content, content_type), model), accept)

    return transform_fn


def _import(program: str, code_dir: str) -> Any:
    name = program[:-3] if program.endswith(".py") else program
    if os.sep in name:
        raise ModelLoadError(
            f"SAGEMAKER_PROGRAM is {program!r}: AWS's image imports a module of that name, so a script must lie at the "
            "top of the code; move it there"
        )
    if not Path(code_dir, f"{name}.py").exists():
        # A package, or a module that requirements.txt brought.
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name.partition(".")[0]:
                raise ModelLoadError(f"{program} cannot be imported: {error}") from error
    return load_program(f"{name}.py", [code_dir])
