"""Hyperparameters of a training job: SageMaker carries texts only, so each value travels as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from endpoint_client.exceptions import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping

# Limits of CreateTrainingJob; five of the 100 entries are the image's own: script, code, log level, region, job name.
MAX_HYPERPARAMETERS = 95
MAX_NAME_CHARACTERS = 256
MAX_VALUE_CHARACTERS = 2500
# An execution carries 256 KB, among them four copies of these; the constructs have the same limit.
MAX_BYTES = 40_000
_RESERVED = "sagemaker_"


def encode_hyperparameters(hyperparameters: Mapping[str, Any]) -> dict[str, str]:
    """Write each value as JSON, as the SageMaker SDK does; the image reads them back.

    Parameters
    ----------
    hyperparameters : mapping of str
        Numbers (NumPy's too), texts, booleans, None, and lists and dicts of them.

    Raises
    ------
    InvalidInput
        JSON cannot carry a value, or SageMaker would refuse an entry.

    Example
    -------
    >>> encode_hyperparameters({"epochs": 20, "penalty": "l2", "warm_start": True})
    {'epochs': '20', 'penalty': '"l2"', 'warm_start': 'true'}
    """
    if len(hyperparameters) > MAX_HYPERPARAMETERS:
        raise InvalidInput(
            f"{len(hyperparameters)} hyperparameters; SageMaker takes 100, 5 of them for the script's place: give "
            f"{MAX_HYPERPARAMETERS} at most, and put more into a file in a channel"
        )
    encoded = {_checked_name(name): _encode(name, value) for name, value in hyperparameters.items()}
    size = sum(len(name.encode()) + len(text.encode()) for name, text in encoded.items())
    if size > MAX_BYTES:
        raise InvalidInput(
            f"hyperparameters of {size:,} bytes as JSON; the state machine that runs the jobs carries {MAX_BYTES:,}: "
            "put data into a file in a channel"
        )
    return encoded


def decode_hyperparameters(hyperparameters: Mapping[str, str]) -> dict[str, Any]:
    """Give the script's own values as Python's; a text that is no JSON stays one, as in the image.

    Example
    -------
    >>> decode_hyperparameters({"epochs": "20", "penalty": '"l2"', "path": "a/b", "sagemaker_program": '"train.py"'})
    {'epochs': 20, 'penalty': 'l2', 'path': 'a/b'}
    """
    return {name: _decode(text) for name, text in hyperparameters.items() if not name.startswith(_RESERVED)}


def _checked_name(name: str) -> str:
    if not isinstance(name, str) or not 1 <= len(name) <= MAX_NAME_CHARACTERS:
        raise InvalidInput(f"hyperparameter {name!r}: a name is a text of 1 to {MAX_NAME_CHARACTERS} characters")
    if name.startswith(_RESERVED):
        raise InvalidInput(
            f"hyperparameter {name!r}: names that begin with {_RESERVED!r} are SageMaker's and never reach the "
            "script; give it another name"
        )
    return name


def _encode(name: str, value: Any) -> str:
    try:
        text = json.dumps(value, allow_nan=False, default=_plain)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInput(
            f"hyperparameter {name!r} is {value!r}, which JSON cannot carry ({error}); give numbers, texts, booleans, "
            "None, or lists and dicts of them, and put arrays into a file in a channel"
        ) from None
    if len(text) > MAX_VALUE_CHARACTERS:
        raise InvalidInput(
            f"hyperparameter {name!r} has {len(text):,} characters as JSON; SageMaker takes {MAX_VALUE_CHARACTERS:,}: "
            "put it into a file in a channel"
        )
    return text


def _plain(value: object) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} is not JSON serializable")


def _decode(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
