"""What a training script is given on SageMaker: arguments, ``SM_*`` variables, configuration files.

Written after the behaviour of ``sagemaker-training`` 4.8.0, the toolkit of the AWS scikit-learn images.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path, PurePosixPath

HOST = "algo-1"
INSTANCE_GROUP = "homogeneousCluster"


def framework_hyperparameter(key: str) -> bool:
    """Whether the toolkit keeps a hyperparameter for itself instead of handing it to the script."""
    return key.startswith("sagemaker_") or key in {"_tuning_objective_metric", "default_user_module_name"}


def arguments(hyperparameters: Mapping[str, Any]) -> list[str]:
    """Render hyperparameters as the script's arguments, sorted by key.

    The conversions are the toolkit's, and they surprise: a list arrives as Python's repr, a dict as ``a=1,b=2``,
    True as ``True`` (which argparse's ``type=bool`` cannot tell from ``False``), None as an empty text.

    Example
    -------
    >>> arguments({"k": 5, "flags": [1, "x"], "deep": {"b": 2, "a": 1}, "warm": True})
    ['--deep', 'a=1,b=2', '--flags', "[1, 'x']", '-k', '5', '--warm', 'True']
    """
    result: list[str] = []
    for key, value in sorted(hyperparameters.items()):
        result.append(f"--{key}" if len(key) > 1 else f"-{key}")
        if value is None:
            result.append("")
        elif isinstance(value, dict):
            result.append(",".join(f"{name}={item}" for name, item in sorted(value.items())))
        else:
            result.append(str(value))
    return result


def variables(
    *,
    base_dir: Path,
    entry_point: PurePosixPath,
    hyperparameters: Mapping[str, Any],
    channels: Iterable[str],
    job_name: str,
) -> dict[str, str]:
    """Give the environment variables that the toolkit sets for the script.

    Parameters
    ----------
    base_dir : Path
        Stands for ``/opt/ml``.
    entry_point : PurePosixPath
        The script, relative to the code directory.
    hyperparameters : dict
        Decoded from JSON, those of the framework included.
    channels : iterable of str
        Names only; upper-cased and nothing else: ``val-set`` gives ``SM_CHANNEL_VAL-SET``.
    """
    own = {key: value for key, value in hyperparameters.items() if not framework_hyperparameter(key)}
    framework = {key: value for key, value in hyperparameters.items() if framework_hyperparameter(key)}
    names = sorted(channels)
    settings: dict[str, Any] = {
        "channels": names,
        "current_host": HOST,
        "current_instance_group": INSTANCE_GROUP,
        "current_instance_group_hosts": [HOST],
        "current_instance_type": "local",
        "distribution_instance_groups": [],
        "framework_module": "sagemaker_sklearn_container.training:main",
        "framework_params": framework,
        "hosts": [HOST],
        "hps": own,
        "input_config_dir": f"{base_dir}/input/config",
        "input_data_config": input_data_config(names),
        "input_dir": f"{base_dir}/input",
        "instance_groups": [INSTANCE_GROUP],
        "instance_groups_dict": {INSTANCE_GROUP: _instance_group()},
        "is_hetero": False,
        "log_level": 20,
        "model_dir": f"{base_dir}/model",
        "module_dir": f"{base_dir}/code",
        "module_name": str(entry_point).removesuffix(".py"),
        "network_interface_name": "eth0",
        "num_cpus": os.cpu_count() or 1,
        "num_gpus": 0,
        "num_neurons": 0,
        "output_data_dir": f"{base_dir}/output/data",
        "output_dir": f"{base_dir}/output",
        "output_intermediate_dir": f"{base_dir}/output/intermediate",
        "resource_config": resource_config(),
        "user_args": arguments(own),
        "user_entry_point": str(entry_point),
    }
    settings |= {f"channel_{name}": f"{base_dir}/input/data/{name}" for name in names}
    settings |= {f"hp_{key}": value for key, value in own.items()}
    settings["training_env"] = dict(settings)
    return {f"SM_{name.upper()}": _text(value) for name, value in settings.items()} | {
        "TRAINING_JOB_NAME": job_name,
        "SAGEMAKER_JOB_NAME": job_name,
        "SAGEMAKER_REGION": os.environ.get("AWS_REGION", os.environ.get("AWS_DEFAULT_REGION", "")),
        "CURRENT_HOST": HOST,
    }


def input_data_config(channels: Iterable[str]) -> dict[str, dict[str, str]]:
    """Content of ``inputdataconfig.json``: every channel as whole files."""
    return {
        name: {"TrainingInputMode": "File", "S3DistributionType": "FullyReplicated", "RecordWrapperType": "None"}
        for name in channels
    }


def resource_config() -> dict[str, Any]:
    """Content of ``resourceconfig.json``: one machine."""
    return {
        "current_host": HOST,
        "current_instance_type": "local",
        "current_group_name": INSTANCE_GROUP,
        "hosts": [HOST],
        "instance_groups": [_instance_group()],
        "network_interface_name": "eth0",
    }


def _instance_group() -> dict[str, Any]:
    return {"instance_group_name": INSTANCE_GROUP, "instance_type": "local", "hosts": [HOST]}


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"))
