"""Hyperparameters of a training job: values that keep their type on their way to the script."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aws_cdk import Token

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def encode_hyperparameters(hyperparameters: Mapping[str, Any]) -> dict[str, str]:
    """Write each value as JSON, since SageMaker carries texts only: the image reads them back.

    Parameters
    ----------
    hyperparameters
        Numbers, texts, booleans, None, and lists and dicts of them; scalars of NumPy become plain ones.

    Example
    -------
    >>> encode_hyperparameters({"epochs": 20, "penalty": "l2", "warm_start": True})
    {'epochs': '20', 'penalty': '"l2"', 'warm_start': 'true'}
    """
    return {name: _json(value) for name, value in hyperparameters.items()}


def hyperparameter_problems(hyperparameters: Mapping[Any, Any]) -> Iterator[str]:
    """Say which hyperparameters cannot be passed to a training job."""
    if len(hyperparameters) > _MAX_ENTRIES:
        yield (
            f"hyperparameters has {len(hyperparameters)} entries; SageMaker takes 100, "
            f"{_FRAMEWORK_ENTRIES} of them for the script's place: give {_MAX_ENTRIES} at most, or a file in a channel"
        )
    total = 0
    for name, value in hyperparameters.items():
        if not isinstance(name, str):
            yield f"hyperparameter {name!r} has a name that is no text; give a text"
            continue
        if not name or len(name) > _MAX_KEY_CHARACTERS:
            yield f"hyperparameter {name!r} has a name of {len(name)} characters; give 1 to {_MAX_KEY_CHARACTERS}"
        if name.startswith("sagemaker_"):
            yield f"hyperparameter {name!r} is set by the construct or kept from the script; give it another name"
        if name.endswith(".$"):
            yield f"hyperparameter {name!r} ends in '.$', which Step Functions reads as a path; give it another name"
        try:
            text = _json(value)
        except (TypeError, ValueError, RecursionError) as error:
            yield (
                f"hyperparameter {name!r} is {value!r}, which JSON cannot carry ({error}); "
                "give numbers, texts, booleans, None, or lists and dicts of them"
            )
            continue
        total += len(name.encode()) + len(text.encode())
        if not Token.is_unresolved(text) and len(text) > _MAX_VALUE_CHARACTERS:
            yield (
                f"hyperparameter {name!r} has {len(text):,} characters as JSON; SageMaker takes "
                f"{_MAX_VALUE_CHARACTERS:,}: put it into a file in a channel"
            )
    if total > MAX_BYTES:
        yield (
            f"hyperparameters has {total:,} bytes as JSON; the state machine that runs the jobs carries {MAX_BYTES:,}: "
            "put data into a file in a channel"
        )


def _json(value: Any) -> str:
    return json.dumps(value, allow_nan=False, default=_plain)


def _plain(value: Any) -> Any:
    """Scalars of NumPy, which is not needed for them to be recognised."""
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        return value.item()
    raise TypeError(f"{type(value).__name__} is not JSON serializable")


# Limits of CreateTrainingJob.
_MAX_KEY_CHARACTERS = 256
_MAX_VALUE_CHARACTERS = 2500
_FRAMEWORK_ENTRIES = 5
_MAX_ENTRIES = 100 - _FRAMEWORK_ENTRIES
# An execution carries 256 KB, among them four copies of these.
MAX_BYTES = 40_000
