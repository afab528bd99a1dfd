"""The hooks of the SageMaker contract: the user's where the program defines them, ours otherwise.

A program may call ours: ``from sklearn_runtime.hooks import predict_fn``.
"""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import TYPE_CHECKING, Any, Callable, FrozenSet, NamedTuple, Optional, Tuple, Union

from sklearn_runtime.codecs import encode
from sklearn_runtime.content_types import negotiate
from sklearn_runtime.errors import ModelLoadError
from sklearn_runtime.model_files.loading import model_fn
from sklearn_runtime.prediction import predict
from sklearn_runtime.program import load_program
from sklearn_runtime.rows.model_columns import current_model
from sklearn_runtime.rows.model_rows import hook_rows
from sklearn_runtime.rows.request_rows import read_rows

if TYPE_CHECKING:
    from sklearn_runtime.settings import Settings

__all__ = ["HOOKS", "Hooks", "input_fn", "load_hooks", "merge_hooks", "model_fn", "output_fn", "predict_fn"]

HOOKS = {
    "model_fn": ("model_dir",),
    "input_fn": ("request_body", "request_content_type"),
    "predict_fn": ("input_object", "model"),
    "output_fn": ("prediction", "content_type"),
    "transform_fn": ("model", "request_body", "request_content_type", "accept"),
    "execution_parameters_fn": (),
}
"""Every hook with the arguments that it is called with, by position."""

REPLACED_BY_TRANSFORM = ("input_fn", "predict_fn", "output_fn")


def input_fn(request_body: Union[bytes, str], request_content_type: str, float32: bool = False) -> Any:
    """The default hook ``input_fn``: the rows of a request, in the form that `model_rows.hook_rows` describes.

    The contract gives it no model: it knows the columns of the one that was loaded last.
    """
    model = current_model()
    return hook_rows(read_rows(request_body, request_content_type, model, float32), model)


def predict_fn(input_object: Any, model: Any, method: str = "predict") -> Any:
    """The default hook ``predict_fn``: the model's prediction, see `prediction.predict`."""
    return predict(input_object, model, method)


def output_fn(prediction: Any, content_type: str) -> Tuple[bytes, str]:
    """The default hook ``output_fn``: the body and its content type.

    Parameters
    ----------
    prediction
        Whatever `codecs.encode` takes.
    content_type : str
        An Accept header.
    """
    name = negotiate(content_type)
    return encode(prediction, name), name


class Hooks(NamedTuple):
    """The hooks that answer requests.

    Attributes
    ----------
    program : str or None
        The user's script, None where there is none.
    defined : frozenset of str
        Names of the hooks that the script defines; the others are ours.
    """

    model_fn: Callable[..., Any] = model_fn
    input_fn: Callable[..., Any] = input_fn
    predict_fn: Callable[..., Any] = predict_fn
    output_fn: Callable[..., Any] = output_fn
    transform_fn: Optional[Callable[..., Any]] = None
    execution_parameters_fn: Optional[Callable[..., Any]] = None
    program: Optional[str] = None
    defined: FrozenSet[str] = frozenset()


def load_hooks(settings: Settings) -> Hooks:
    """Import the user's program, if there is one, and merge its hooks with ours.

    Raises
    ------
    ModelLoadError
        See `load_program` and `merge_hooks`.
    """
    if settings.program is None:
        return Hooks()
    return merge_hooks(load_program(settings.program, settings.code_dirs), settings.program)


def merge_hooks(module: ModuleType, program: str) -> Hooks:
    """Take the hooks that a module defines, and ours for the rest.

    Raises
    ------
    ModelLoadError
        The module defines no hook, a hook that cannot be called with its arguments, or transform_fn together with a
        hook that it replaces.
    """
    own = {name: getattr(module, name) for name in HOOKS if getattr(module, name, None) is not None}
    if not own:
        raise ModelLoadError(
            f"{program} defines none of the hooks {', '.join(HOOKS)}: define one, or give no entry point"
        )
    for name, hook in own.items():
        _check_signature(program, name, hook)
    mixed = [name for name in REPLACED_BY_TRANSFORM if name in own]
    if "transform_fn" in own and mixed:
        raise ModelLoadError(
            f"{program} defines transform_fn, which replaces {', '.join(REPLACED_BY_TRANSFORM)}, and also "
            f"{', '.join(mixed)}: remove one or the other"
        )
    return Hooks(program=program, defined=frozenset(own), **own)


def _check_signature(program: str, name: str, hook: Any) -> None:
    arguments = HOOKS[name]
    called = f"{name}({', '.join(arguments)})"
    if not callable(hook):
        raise ModelLoadError(f"{name} in {program} is a {type(hook).__name__}, not a function: define {called}")
    if inspect.iscoroutinefunction(hook):
        raise ModelLoadError(f"{name} in {program} is asynchronous: hooks are plain functions, define {called}")
    try:
        signature = inspect.signature(hook)
    except ValueError:
        return  # some functions written in C tell no signature
    try:
        signature.bind(*arguments)
    except TypeError as error:
        raise ModelLoadError(f"{name}{signature} in {program} cannot be called as {called}: {error}") from None
