"""What CreateTrainingJob refuses beyond the shapes of its parameters, and what the local cloud does not emulate.

Limits are those of https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html; where AWS's
wording is known it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_sagemaker.access.artifacts import ArtifactStore, Location
from local_sagemaker.access.rights import ExecutionRole
from local_sagemaker.containers.images import authorize_pull, repository_arn
from local_sagemaker.data_plane_errors import AccessDeniedError, DataPlaneError
from local_sagemaker.instance_types import has_local_storage
from local_sagemaker.request_shapes import refusal, violations
from local_sagemaker.training import channels, checkpoints, job_metrics
from local_sagemaker.training.channels import Channel, InputData
from local_sagemaker.training.job_failures import ClientFailure
from local_sagemaker.training.job_record import DEFAULT_MAX_RUNTIME
from local_sagemaker.training.opt_ml import NoNamespaceError, require_namespaces

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local_sagemaker.training.job_identity import JobIdentity

LONGEST_RUNTIME = 28 * 86_400
_NOT_EMULATED = ("ServerlessJobConfig", "MlflowConfig", "ModelPackageConfig")
_ALGORITHM_NOT_EMULATED = ("AlgorithmName", "TrainingImageConfig")
_RESOURCES_NOT_EMULATED = ("InstanceGroups", "InstancePreferences", "TrainingPlanArn", "InstancePlacementConfig")


class RefusedRequestError(Exception):
    """AWS refuses the request with a ValidationException of this text, or the local cloud does not emulate it."""


def check(request: Mapping[str, Any], identity: JobIdentity) -> ExecutionRole:
    """Make sure that a training job can be begun; give its execution role.

    Parameters
    ----------
    request
        Parameters of CreateTrainingJob.
    identity
        Of the job.

    Raises
    ------
    RefusedRequestError
        It cannot.
    """
    if problems := violations("CreateTrainingJob", request):
        raise RefusedRequestError(refusal(problems))
    if problems := list(refusals(request)):
        raise RefusedRequestError(" ".join(problems))
    try:
        role = ExecutionRole.assume(request["RoleArn"], region=identity.region, source_arn=identity.arn)
    except DataPlaneError as error:
        raise RefusedRequestError(str(error)) from None
    _check_image(request, role, identity)
    _check_inputs(request, role, identity)
    return role


def refusals(request: Mapping[str, Any]) -> Iterator[str]:
    """Say why a training job is refused, or not emulated.

    Parameters
    ----------
    request
        Parameters of CreateTrainingJob, of the right shapes.
    """
    algorithm = request["AlgorithmSpecification"]
    for owner, names, given in (
        ("", _NOT_EMULATED, request),
        ("AlgorithmSpecification.", _ALGORITHM_NOT_EMULATED, algorithm),
        ("ResourceConfig.", _RESOURCES_NOT_EMULATED, request.get("ResourceConfig") or {}),
    ):
        for name in names:
            if given.get(name):
                yield f"{owner}{name} is not emulated by the local cloud: leave it out."
    yield from _command_refusals(algorithm)
    if not algorithm.get("TrainingImage") and not algorithm.get("AlgorithmName"):
        yield "AlgorithmSpecification must have a TrainingImage."
    yield from _resource_refusals(
        request.get("ResourceConfig") or {}, spot=bool(request.get("EnableManagedSpotTraining"))
    )
    yield from _time_refusals(request)
    yield from channels.refusals(request.get("InputDataConfig") or [], algorithm["TrainingInputMode"])
    yield from job_metrics.refusals(algorithm.get("MetricDefinitions") or [])
    if request.get("CheckpointConfig"):
        yield from checkpoints.refusals(request["CheckpointConfig"])
    try:
        Location.parse(request["OutputDataConfig"]["S3OutputPath"])
    except DataPlaneError as error:
        yield f"OutputDataConfig.S3OutputPath: {error}."


def _command_refusals(algorithm: Mapping[str, Any]) -> Iterator[str]:
    if algorithm.get("ContainerEntrypoint"):
        try:
            require_namespaces()
        except NoNamespaceError as error:
            yield f"AlgorithmSpecification.ContainerEntrypoint is not emulated here: {error}."
    elif algorithm.get("ContainerArguments"):
        yield (
            "AlgorithmSpecification.ContainerArguments without ContainerEntrypoint is not emulated by the local "
            "cloud, where an image has no entry point of its own: give both."
        )


def _resource_refusals(resources: Mapping[str, Any], *, spot: bool) -> Iterator[str]:
    if any(resources.get(name) for name in _RESOURCES_NOT_EMULATED):
        return
    stored = has_local_storage(resources.get("InstanceType") or "")
    for name in ("InstanceType", "InstanceCount", *(() if stored else ("VolumeSizeInGB",))):
        if resources.get(name) is None:
            yield f"ResourceConfig must have {name}."
    count = resources.get("InstanceCount")
    if count == 0:
        yield "ResourceConfig.InstanceCount must be at least 1, and is 0."
    elif count is not None and count > 1:
        yield (
            f"ResourceConfig.InstanceCount {count} is not emulated by the local cloud: "
            "scikit-learn trains on one instance, so use 1."
        )
    if resources.get("VolumeSizeInGB") == 0:
        yield "ResourceConfig.VolumeSizeInGB must be at least 1, and is 0."
    if resources.get("KeepAlivePeriodInSeconds") and spot:
        yield "ResourceConfig.KeepAlivePeriodInSeconds cannot be used with EnableManagedSpotTraining."


def _time_refusals(request: Mapping[str, Any]) -> Iterator[str]:
    stopping = request.get("StoppingCondition") or {}
    runtime = stopping.get("MaxRuntimeInSeconds", DEFAULT_MAX_RUNTIME)
    wait = stopping.get("MaxWaitTimeInSeconds")
    if runtime > LONGEST_RUNTIME:
        yield f"StoppingCondition.MaxRuntimeInSeconds must be at most {LONGEST_RUNTIME} (28 days), and is {runtime}."
    if request.get("EnableManagedSpotTraining") and (wait is None or wait < runtime):
        yield (
            "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to "
            f"MaxRuntimeInSeconds, which is {runtime}; it is {'absent' if wait is None else wait}."
        )


def _check_image(request: Mapping[str, Any], role: ExecutionRole, identity: JobIdentity) -> None:
    image = request["AlgorithmSpecification"]["TrainingImage"]
    try:
        authorize_pull(role, image, identity.partition)
    except AccessDeniedError as error:
        *_, account_id, repository = (repository_arn(image, identity.partition) or "").split(":")
        raise RefusedRequestError(
            f"Access denied for repository: {repository.removeprefix('repository/')} in registry ID: {account_id}. "
            f"Please check if your ECR repository and image exist and role {request['RoleArn']} has proper pull "
            "permissions for SageMaker: ecr:BatchCheckLayerAvailability, ecr:BatchGetImage, "
            f"ecr:GetDownloadUrlForLayer ({error.statement})"
        ) from None


def _check_inputs(request: Mapping[str, Any], role: ExecutionRole, identity: JobIdentity) -> None:
    store = ArtifactStore(role, account_id=identity.account_id, region=identity.region, what="training data")
    data = InputData(store, role_arn=request["RoleArn"], region=identity.region)
    for channel in request.get("InputDataConfig") or []:
        parsed = Channel.parse(channel, request["AlgorithmSpecification"]["TrainingInputMode"])
        try:
            data.keys(parsed.source)
        except ClientFailure as failure:
            raise RefusedRequestError(str(failure)) from None
