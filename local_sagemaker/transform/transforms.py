"""SageMaker transform jobs that really transform: moto's operations with jobs of ours behind them.

`install` puts methods of ours in the place of moto's, `shutdown` puts moto's back:

=============================================  ====================================================================
moto                                           what ours does
=============================================  ====================================================================
SageMakerResponse.create_transform_job         refuses what AWS refuses; starts the job
SageMakerResponse.describe_transform_job       shows what was asked for, and how far the job is
SageMakerResponse.list_transform_jobs          filters, sorts and pages over these
SageMakerResponse.stop_transform_job           moto has none
SageMakerModelBackend.reset                    ends all jobs of the account and region
=============================================  ====================================================================

Tags and Search stay moto's: a job lies among the backend's ``transform_jobs``.
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.exceptions import ResourceInUseException, ValidationError
from moto.sagemaker.models import SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse

from local_sagemaker.listing import Listing
from local_sagemaker.replacing import Replacements
from local_sagemaker.transform.transform_identity import TransformIdentity
from local_sagemaker.transform.transform_job import TransformJob
from local_sagemaker.transform.transform_record import TransformRecord
from local_sagemaker.transform.transform_requests import model_refusals, refusals

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Rule: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTransformJobs.html.
TRANSFORM_JOBS = Listing("TransformJobSummaries", "TransformJob", from_creation_time=False)
# Seconds that the end of a job may take.
_END_TIMEOUT = 60.0

_jobs: TransformJobs | None = None
_replacements = Replacements()


class TransformJobs:
    """The transform jobs of this process.

    Parameters
    ----------
    get_base_url
        Gives the address of the local cloud.
    """

    def __init__(self, get_base_url: Callable[[], str]) -> None:
        self._get_base_url = get_base_url
        self._lock = threading.Lock()
        self._running: dict[TransformIdentity, TransformJob] = {}

    def create(self, backend: SageMakerModelBackend, request: Mapping[str, Any]) -> TransformRecord:
        """Make a job, and begin it.

        Raises
        ------
        ValidationError, ResourceInUseException
        """
        identity = _identity(backend, request["TransformJobName"])
        if problems := list(refusals(request)):
            raise ValidationError(message=" ".join(problems))
        model = backend.describe_model(request["ModelName"])
        if problems := list(model_refusals(model)):
            raise ValidationError(message=" ".join(problems))
        with self._lock:
            if (existing := backend.transform_jobs.get(identity.name)) is not None:
                raise ResourceInUseException(
                    message="Job name must be unique within an AWS account and region, and a job with this name "
                    f"already exists ({existing.arn})"
                )
            record = TransformRecord(request, identity.arn)
            backend.transform_jobs[identity.name] = record  # type: ignore[assignment]
            job = self._running[identity] = TransformJob(identity, record, model, self._get_base_url())
        job.start()
        return record

    def record(self, backend: SageMakerModelBackend, name: str) -> TransformRecord:
        """Find a job.

        Raises
        ------
        ValidationError
            There is none of that name.
        """
        record: Any = backend.transform_jobs.get(name)
        if record is None:
            raise ValidationError(message=f"Could not find requested job with name: {name}")
        found: TransformRecord = record
        return found

    def stop(self, backend: SageMakerModelBackend, name: str) -> None:
        """Begin to stop a job.

        Raises
        ------
        ValidationError
            There is none of that name, or it has ended.
        """
        record = self.record(backend, name)
        if record.ended:
            raise ValidationError(
                message="The request was rejected because the transform job is in status "
                f"{record.transform_job_status}."
            )
        self._running[_identity(backend, name)].stop()

    def give_up(self, wanted: Callable[[TransformIdentity], bool] = lambda _: True) -> list[TransformJob]:
        """Stop all jobs that are wanted; give the jobs."""
        with self._lock:
            ended = [self._running.pop(identity) for identity in list(self._running) if wanted(identity)]
        for job in ended:
            job.give_up()
        return ended

    def close(self) -> None:
        """End all jobs, and wait until nothing is left of them."""
        for job in self.give_up():
            job.join(_END_TIMEOUT)


def install(get_base_url: Callable[[], str]) -> None:
    """Put transform jobs of ours behind moto's operations.

    Parameters
    ----------
    get_base_url
        Gives the address of the local cloud (``http://localhost:PORT``) once it is known; called late, per job.
    """
    global _jobs
    shutdown()
    _jobs = TransformJobs(get_base_url)
    _replacements.put(SageMakerModelBackend, "reset", _reset_of(_jobs, SageMakerModelBackend.reset))
    for name, method in _responses(_jobs).items():
        _replacements.put(SageMakerResponse, name, method)


def shutdown() -> None:
    """End every job, wait for its containers to end, and give moto its own methods back."""
    global _jobs
    _replacements.take_back()
    if _jobs is not None:
        _jobs.close()
        _jobs = None


def _reset_of(jobs: TransformJobs, reset_before: Callable[[SageMakerModelBackend], None]) -> Callable[..., None]:
    def reset(self: SageMakerModelBackend) -> None:
        jobs.give_up(lambda identity: (identity.account_id, identity.region) == (self.account_id, self.region_name))
        reset_before(self)

    return reset


def _responses(jobs: TransformJobs) -> dict[str, Callable[[SageMakerResponse], ActionResult]]:
    def create_transform_job(self: SageMakerResponse) -> ActionResult:
        return ActionResult({"TransformJobArn": jobs.create(self.sagemaker_backend, json.loads(self.body)).arn})

    def describe_transform_job(self: SageMakerResponse) -> ActionResult:
        return ActionResult(jobs.record(self.sagemaker_backend, self._get_param("TransformJobName")).describe())

    def list_transform_jobs(self: SageMakerResponse) -> ActionResult:
        records: Any = list(self.sagemaker_backend.transform_jobs.values())
        return ActionResult(TRANSFORM_JOBS.page((record.summary() for record in records), self._get_params()))

    def stop_transform_job(self: SageMakerResponse) -> ActionResult:
        jobs.stop(self.sagemaker_backend, self._get_param("TransformJobName"))
        return EmptyResult()

    methods = (create_transform_job, describe_transform_job, list_transform_jobs, stop_transform_job)
    return {method.__name__: method for method in methods}


def _identity(backend: SageMakerModelBackend, name: str) -> TransformIdentity:
    return TransformIdentity(name, backend.account_id, backend.region_name)
