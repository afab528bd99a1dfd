"""What variables a training script is given on SageMaker: ``SM_*`` and the image's own.

Written after the behaviour of ``sagemaker-training`` 4.8.0, the toolkit of the AWS scikit-learn images, and compared
with it, value by value, in ``tests/aws_training``.
"""

from __future__ import annotations

import json
import logging
import os
from typing import TYPE_CHECKING, Any

from local_sagemaker.training.hyperparameters import (
    READ_BY_THE_TOOLKIT,
    arguments,
    decoded,
    framework_hyperparameter,
    of_the_script,
    submit_directory,
    user_entry_point,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from local_sagemaker.training.config_files import ConfigFiles

HOST = "algo-1"
# What SageMaker calls the only group of a job that names no instance groups.
INSTANCE_GROUP = "homogeneousCluster"

# What the scikit-learn images set for every process (docker/1.4-2-py312 of aws/sagemaker-scikit-learn-container).
# PYTHONDONTWRITEBYTECODE is left out: here it would compile the libraries again for every job.
IMAGE_VARIABLES = {
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "PYTHONIOENCODING": "UTF-8",
    "PYTHONUNBUFFERED": "1",
    "SAGEMAKER_TRAINING_MODULE": "sagemaker_sklearn_container.training:main",
}

# Any of them means that the job is spread over the machines of its instance group.
_DISTRIBUTION = (
    "sagemaker_mpi_enabled",
    "sagemaker_parameter_server_enabled",
    "sagemaker_distributed_dataparallel_enabled",
    "sagemaker_pytorch_ddp_enabled",
    "sagemaker_pytorch_xla_multi_worker_enabled",
    "sagemaker_multi_worker_mirrored_strategy_enabled",
    "sagemaker_torch_distributed_enabled",
)


def image_variables(base_dir: Path) -> dict[str, str]:
    """Give the variables that the image sets before SageMaker sets its own.

    Parameters
    ----------
    base_dir : Path
        Stands for ``/opt/ml``.
    """
    config = f"{base_dir}/input/config"
    return IMAGE_VARIABLES | {
        "SM_INPUT": f"{base_dir}/input",
        "SM_INPUT_TRAINING_CONFIG_FILE": f"{config}/hyperparameters.json",
        "SM_INPUT_DATA_CONFIG_FILE": f"{config}/inputdataconfig.json",
        "SM_CHECKPOINT_CONFIG_FILE": f"{config}/checkpointconfig.json",
        "SM_MODEL_DIR": f"{base_dir}/model",
    }


def variables(*, base_dir: Path, config: ConfigFiles, environment: Mapping[str, str]) -> dict[str, str]:
    """Give the environment variables that the toolkit sets for the script, but for ``PYTHONPATH``.

    Parameters
    ----------
    base_dir : Path
        Stands for ``/opt/ml``.
    config : ConfigFiles
        What SageMaker wrote. A channel's name is upper-cased and nothing else: ``val-set`` gives
        ``SM_CHANNEL_VAL-SET``.
    environment : dict
        The container's, from which come the job's name, the region and the name of the framework's module.

    Raises
    ------
    KeyError
        ``resourceconfig.json`` has no ``hosts`` or no ``current_host``.
    TypeError
        The hyperparameter ``sagemaker_job_name`` or ``sagemaker_region`` is not text: a name of digits only needs
        quotes, as every value that the SageMaker SDK sends has.
    ValueError
        No script is named.
    """
    hyperparameters = decoded(config.hyperparameters)
    known = _properties(base_dir, config, hyperparameters, environment)
    own = known["hyperparameters"]
    settings = {name: value for name, value in known.items() if name not in _ONLY_IN_TRAINING_ENV}
    settings |= {
        "channels": sorted(known["channel_input_dirs"]),
        "framework_params": known["additional_framework_parameters"],
        "hps": own,
        "training_env": known,
        "user_args": arguments(own),
    }
    settings |= {f"channel_{name}": path for name, path in known["channel_input_dirs"].items()}
    settings |= {f"hp_{key}": value for key, value in own.items()}
    # The region is boto3's, which does not read AWS_REGION.
    region = hyperparameters.get("sagemaker_region", environment.get("AWS_DEFAULT_REGION"))
    return {f"SM_{name.upper()}": _text(value) for name, value in settings.items()} | {
        "SAGEMAKER_JOB_NAME": _only_text("sagemaker_job_name", hyperparameters.get("sagemaker_job_name", "")),
        "SAGEMAKER_REGION": _only_text("sagemaker_region", region or ""),
        "CURRENT_HOST": known["current_host"],
    }


_ONLY_IN_TRAINING_ENV = {
    "additional_framework_parameters",
    "channel_input_dirs",
    "distribution_hosts",
    "hyperparameters",
    "is_master",
    "is_modelparallel_enabled",
    "is_smddpmprun_installed",
    "is_smddprun_installed",
    "job_name",
    "master_hostname",
}


def _properties(
    base_dir: Path, config: ConfigFiles, hyperparameters: Mapping[str, Any], environment: Mapping[str, str]
) -> dict[str, Any]:
    """Give what the toolkit knows of the job, as SM_TRAINING_ENV has it."""
    resources = config.resource_config
    entry_point = user_entry_point(hyperparameters, environment)
    framework = {
        key: value
        for key, value in hyperparameters.items()
        if framework_hyperparameter(key) and key not in READ_BY_THE_TOOLKIT
    }
    group = resources.get("current_group_name", INSTANCE_GROUP)
    groups = {entry["instance_group_name"]: entry for entry in resources.get("instance_groups", [])}
    distributed = framework.get(
        "sagemaker_distribution_instance_groups", [group] if any(map(framework.get, _DISTRIBUTION)) else []
    )
    distribution_hosts = (
        [host for name, entry in groups.items() if name in distributed for host in entry["hosts"]]
        if groups
        else list(resources["hosts"])
    )
    master = (distribution_hosts or resources["hosts"])[0]
    model_parallel = environment.get("SM_HP_MP_PARAMETERS")
    return {
        "additional_framework_parameters": framework,
        "channel_input_dirs": {name: f"{base_dir}/input/data/{name}" for name in config.input_data_config},
        "current_host": resources["current_host"],
        "current_instance_group": group,
        "current_instance_group_hosts": groups[group]["hosts"] if group in groups else [],
        "current_instance_type": resources.get("current_instance_type", "local"),
        "distribution_hosts": distribution_hosts,
        "distribution_instance_groups": distributed,
        "framework_module": environment.get("SAGEMAKER_TRAINING_MODULE"),
        "hosts": resources["hosts"],
        "hyperparameters": of_the_script(hyperparameters),
        "input_config_dir": f"{base_dir}/input/config",
        "input_data_config": config.input_data_config,
        "input_dir": f"{base_dir}/input",
        "instance_groups": list(groups),
        "instance_groups_dict": groups,
        "is_hetero": len(groups) > 1,
        "is_master": resources["current_host"] == master,
        "is_modelparallel_enabled": model_parallel and model_parallel != "{}",
        # Libraries for GPUs, and GPUs: the scikit-learn images have neither.
        "is_smddpmprun_installed": False,
        "is_smddprun_installed": False,
        "job_name": environment.get("TRAINING_JOB_NAME"),
        "log_level": hyperparameters.get("sagemaker_container_log_level", logging.INFO),
        "master_hostname": master,
        "model_dir": f"{base_dir}/model",
        "module_dir": submit_directory(hyperparameters, base_dir),
        "module_name": entry_point.removesuffix(".py"),
        "network_interface_name": resources.get("network_interface_name", "eth0"),
        "num_cpus": os.cpu_count() or 1,
        "num_gpus": 0,
        "num_neurons": 0,
        "output_data_dir": f"{base_dir}/output/data",
        "output_dir": f"{base_dir}/output",
        "output_intermediate_dir": f"{base_dir}/output/intermediate",
        "resource_config": resources,
        "user_entry_point": entry_point,
    }


def _only_text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"the hyperparameter {name} is {value!r} and not text: put it in quotes")
    return value


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"))
