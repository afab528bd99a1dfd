"""A job's hyperparameters as the image's toolkit reads them: decoded, sorted out, and rendered as arguments."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# The toolkit reads these hyperparameters itself. Others that start with `sagemaker_` are handed on in
# SM_FRAMEWORK_PARAMS.
READ_BY_THE_TOOLKIT = {
    "sagemaker_program",
    "sagemaker_submit_directory",
    "sagemaker_enable_cloudwatch_metrics",
    "sagemaker_region",
    "sagemaker_container_log_level",
    "sagemaker_job_name",
    "sagemaker_s3_output",
    "default_user_module_name",
    "_tuning_objective_metric",
}


def decoded(hyperparameters: Mapping[str, Any]) -> dict[str, Any]:
    """Decode hyperparameters as the toolkit does: a value that is not JSON stays the text that it is.

    Parameters
    ----------
    hyperparameters : dict
        As in ``hyperparameters.json``.

    Example
    -------
    >>> decoded({"epochs": "10", "name": '"abc"', "raw": "abc", "version": "007"})
    {'epochs': 10, 'name': 'abc', 'raw': 'abc', 'version': '007'}
    """
    return {key: _decoded(value) for key, value in hyperparameters.items()}


def framework_hyperparameter(key: str) -> bool:
    """Whether the toolkit keeps a hyperparameter for itself instead of handing it to the script."""
    return key.startswith("sagemaker_") or key in READ_BY_THE_TOOLKIT


def of_the_script(hyperparameters: Mapping[str, Any]) -> dict[str, Any]:
    """Give those that the script is handed."""
    return {key: value for key, value in hyperparameters.items() if not framework_hyperparameter(key)}


def arguments(hyperparameters: Mapping[str, Any]) -> list[str]:
    """Render hyperparameters as the script's arguments, sorted by key.

    The conversions are the toolkit's, and they surprise: a list arrives as Python's repr, a dict as ``a=1,b=2``,
    True as ``True`` (which argparse's ``type=bool`` cannot tell from ``False``), None as an empty text.

    Parameters
    ----------
    hyperparameters : dict
        Decoded; only those of the script.

    Example
    -------
    >>> arguments({"k": 5, "flags": [1, "x"], "deep": {"b": 2, "a": 1}, "warm": True})
    ['--deep', 'a=1,b=2', '--flags', "[1, 'x']", '-k', '5', '--warm', 'True']
    """
    result: list[str] = []
    for key, value in sorted(hyperparameters.items()):
        result.append(f"--{key}" if len(key) > 1 else f"-{key}" if key else "")
        if value is None:
            result.append("")
        elif isinstance(value, dict):
            result.append(",".join(f"{name}={item}" for name, item in sorted(value.items())))
        else:
            result.append(str(value))
    return result


def user_entry_point(hyperparameters: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    """Give the script's path below the code directory.

    Parameters
    ----------
    hyperparameters : dict
        Decoded, those of the framework included.
    environment : dict
        The container's. ``SAGEMAKER_PROGRAM`` in it wins over the hyperparameter.

    Raises
    ------
    ValueError
        Neither names a script.
    """
    name = environment.get("SAGEMAKER_PROGRAM") or hyperparameters.get("sagemaker_program")
    if not isinstance(name, str) or not name:
        raise ValueError(
            f"the hyperparameter sagemaker_program is {name!r}: give the path of the script in the source directory"
        )
    return name


def submit_directory(hyperparameters: Mapping[str, Any], base_dir: Path) -> str:
    """Give the place of the user's code: a folder, an archive or an ``s3://`` URI; default ``/opt/ml/code``."""
    return str(hyperparameters.get("sagemaker_submit_directory", f"{base_dir}/code"))


def _decoded(value: Any) -> Any:
    try:
        return json.loads(value)
    except (ValueError, TypeError):
        return value
