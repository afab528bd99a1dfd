"""The request of a training job, as CreateTrainingJob takes it, and what the service would refuse of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aws_cdk import Token

from constructs_lib.environment import environment_name_problems
from constructs_lib.instance_types import architecture_of, has_local_storage
from constructs_lib.training.hyperparameters import hyperparameter_problems
from constructs_lib.training.inputs import channel_problems
from constructs_lib.training.options import MAX_METRICS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aws_cdk import Duration, Size
    from aws_cdk import aws_kms as kms

    from constructs_lib.image import SklearnImage
    from constructs_lib.training.inputs import TrainingInput
    from constructs_lib.training.options import Checkpoints, MetricDefinition, SpotTraining


@dataclass(frozen=True, kw_only=True)
class JobSettings:
    """What is asked of every job of a training; for the meaning of each see `SklearnTraining`."""

    image: SklearnImage
    instance_type: str
    instance_count: int
    volume_size: Size
    max_run: Duration
    keep_alive: Duration | None
    spot: SpotTraining | None
    checkpoints: Checkpoints | None
    hyperparameters: Mapping[str, Any]
    channels: Mapping[str, TrainingInput]
    metric_definitions: Sequence[MetricDefinition]
    environment: Mapping[str, str]
    network_isolation: bool
    encrypt_inter_container_traffic: bool
    encryption_key: kms.IKey | None
    tags: Mapping[str, str]


def job_problems(job: JobSettings) -> Iterator[str]:
    """Say what SageMaker would refuse."""
    if not Token.is_unresolved(job.instance_type) and not job.instance_type.startswith("ml."):
        yield f"instance_type {job.instance_type!r} is not one of SageMaker's; give one such as 'ml.m5.large'"
    yield from job.image.architecture_problems(architecture_of(job.instance_type), job.instance_type, training=True)
    yield from _capacity_problems(job)
    yield from hyperparameter_problems(job.hyperparameters)
    yield from channel_problems(job.channels)
    if job.spot is not None:
        yield from job.spot.problems(job.max_run)
    if job.checkpoints is not None:
        yield from job.checkpoints.problems()
    names = [metric.name for metric in job.metric_definitions]
    if len(names) > MAX_METRICS:
        yield f"metric_definitions has {len(names)} entries; SageMaker takes {MAX_METRICS}"
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"metric {name!r} is defined {names.count(name)} times; give each a name of its own"
    for metric in job.metric_definitions:
        yield from metric.problems()
    yield from environment_name_problems(job.environment)
    for name, value in job.environment.items():
        if not Token.is_unresolved(value) and len(value) > _MAX_VALUE_CHARACTERS:
            yield (
                f"environment variable {name!r} has {len(value)} characters; a training job takes "
                f"{_MAX_VALUE_CHARACTERS}"
            )
    if len(job.tags) > _MAX_TAGS:
        yield f"tags has {len(job.tags)} entries; SageMaker takes {_MAX_TAGS + 1}, one of them the training's"
    for key in job.tags:
        if key.lower().startswith("aws:"):
            yield f"tag {key!r} begins with 'aws:', which is AWS's own; give it another name"
    if len(job.environment) > _MAX_ENTRIES:
        yield f"environment has {len(job.environment)} entries; SageMaker takes {_MAX_ENTRIES}"


def render_job(
    job: JobSettings,
    *,
    image_uri: str,
    role_arn: str,
    output_uri: str,
    output_key: kms.IKey | None,
    vpc_config: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Return the request, without the name of the job, hyperparameters and channels: an execution may give those.

    Parameters
    ----------
    job
        What is asked for.
    image_uri, role_arn, output_uri
        Image, execution role, and the ``s3://`` address that artifacts are written below.
    output_key
        What artifacts are encrypted with; None: the default of the bucket.
    vpc_config
        Subnets and security groups; None outside of a VPC.
    """
    key = None if job.encryption_key is None else job.encryption_key.key_arn
    rendered: dict[str, Any] = {
        "AlgorithmSpecification": _given(
            TrainingImage=image_uri,
            TrainingInputMode="File",
            MetricDefinitions=[metric.render() for metric in job.metric_definitions] or None,
            EnableSageMakerMetricsTimeSeries=True if job.metric_definitions else None,
        ),
        "RoleArn": role_arn,
        "OutputDataConfig": _given(
            S3OutputPath=output_uri, KmsKeyId=None if output_key is None else output_key.key_arn
        ),
        "ResourceConfig": _given(
            InstanceType=job.instance_type,
            InstanceCount=job.instance_count,
            VolumeSizeInGB=int(job.volume_size.to_gibibytes()),
            VolumeKmsKeyId=None if has_local_storage(job.instance_type) else key,
            KeepAlivePeriodInSeconds=_seconds(job.keep_alive),
        ),
        "StoppingCondition": _given(
            MaxRuntimeInSeconds=_seconds(job.max_run),
            MaxWaitTimeInSeconds=None if job.spot is None else _seconds(job.spot.max_wait),
        ),
        "EnableNetworkIsolation": job.network_isolation,
        "EnableInterContainerTrafficEncryption": job.encrypt_inter_container_traffic,
        "EnableManagedSpotTraining": job.spot is not None,
    }
    if job.environment:
        rendered["Environment"] = dict(job.environment)
    if vpc_config is not None:
        rendered["VpcConfig"] = dict(vpc_config)
    if job.tags:
        rendered["Tags"] = [{"Key": name, "Value": value} for name, value in job.tags.items()]
    return rendered


def _capacity_problems(job: JobSettings) -> Iterator[str]:
    if not Token.is_unresolved(job.instance_count) and job.instance_count < 1:
        yield f"instance_count is {job.instance_count}; give 1, or more where the script shares the work itself"
    size = int(job.volume_size.to_gibibytes())
    if not Token.is_unresolved(size) and size < 1:
        yield f"volume_size is {size} GiB; give 1 or more"
    run = _seconds(job.max_run)
    if run is not None and not Token.is_unresolved(run) and not 1 <= run <= _MAX_RUN_SECONDS:
        yield f"max_run is {run} s; give 1 to {_MAX_RUN_SECONDS} s (28 days)"
    alive = _seconds(job.keep_alive)
    if alive is not None and not Token.is_unresolved(alive) and not 0 <= alive <= _MAX_KEEP_ALIVE_SECONDS:
        yield f"keep_alive is {alive} s; give 0 to {_MAX_KEEP_ALIVE_SECONDS} s"
    if alive and job.spot is not None:
        yield f"keep_alive is {alive} s, and SageMaker keeps no spot instances; leave keep_alive or spot out"


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _seconds(duration: Duration | None) -> int | None:
    return None if duration is None else int(duration.to_seconds())


# Limits of CreateTrainingJob.
_MAX_RUN_SECONDS = 28 * 24 * 3600
_MAX_KEEP_ALIVE_SECONDS = 21_600
_MAX_ENTRIES = 100
_MAX_TAGS = 49
_MAX_VALUE_CHARACTERS = 512
