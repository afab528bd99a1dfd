"""The folder that stands for /opt/ml: the configuration files in it, and the container's environment.

Rule: https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from local_sagemaker.containers.aws_access import aws_access
from local_sagemaker.containers.network_isolation import NO_NETWORK
from local_sagemaker.containers.processes import inherited_environment
from local_sagemaker.training.config_files import ConfigFiles, one_machine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from local_sagemaker.access.rights import Credentials
    from local_sagemaker.training.channels import Channel

_OPT_ML = re.compile(r"(?<![\w./-])/opt/ml(?![\w.-])")
_FOLDERS = ("input/data", "model", "output/data", "output/intermediate")


def lay_out(
    base_dir: Path, request: Mapping[str, Any], channels: Iterable[Channel], seen_as: Path | None = None
) -> None:
    """Make the folders and the configuration files that SageMaker makes before the container starts.

    Parameters
    ----------
    base_dir
        Stands for ``/opt/ml``.
    request
        Parameters of CreateTrainingJob.
    channels
        Its channels; their data come later.
    seen_as
        What hyperparameters that name ``/opt/ml`` are changed to; default `base_dir`.
    """
    for folder in _FOLDERS:
        (base_dir / folder).mkdir(parents=True, exist_ok=True)
    ConfigFiles(
        hyperparameters=moved(request.get("HyperParameters") or {}, seen_as or base_dir),
        input_data_config={channel.name: dict(channel.config) for channel in channels},
        resource_config=one_machine(request["ResourceConfig"]["InstanceType"]),
    ).write(base_dir)


def container_environment(
    request: Mapping[str, Any],
    seen_as: Path,
    *,
    job_arn: str,
    region: str,
    base_url: str,
    credentials: Credentials,
) -> dict[str, str]:
    """Give the whole environment of the container.

    Parameters
    ----------
    request
        Parameters of CreateTrainingJob.
    seen_as
        What variables that name ``/opt/ml`` are changed to.
    job_arn, region
        Of the job.
    base_url
        Address of the local cloud.
    credentials
        Of the execution role. A job with network isolation gets none, and `NO_NETWORK`.
    """
    isolated = request.get("EnableNetworkIsolation")
    return {
        **inherited_environment(),
        "TRAINING_JOB_NAME": request["TrainingJobName"],
        "TRAINING_JOB_ARN": job_arn,
        **aws_access(None if isolated else credentials, region=region, base_url=base_url),
        **moved(request.get("Environment") or {}, seen_as),
        **(NO_NETWORK if isolated else {}),
    }


def moved(values: Mapping[str, str], base_dir: Path) -> dict[str, str]:
    """Have values that name ``/opt/ml`` name the folder that stands for it.

    Example
    -------
    >>> from pathlib import Path
    >>> moved({"path": '"/opt/ml/checkpoints"', "other": "/data/opt/ml"}, Path("/tmp/job"))
    {'path': '"/tmp/job/checkpoints"', 'other': '/data/opt/ml'}
    """
    return {name: _OPT_ML.sub(lambda _: str(base_dir), value) for name, value in values.items()}
