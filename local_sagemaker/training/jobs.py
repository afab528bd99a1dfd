"""SageMaker training jobs that really train: moto's operations with jobs of ours behind them.

`install` puts methods of ours in the place of moto's, `shutdown` puts moto's back:

================================================  =================================================================
moto                                              what ours does
================================================  =================================================================
SageMakerResponse.create_training_job             refuses what AWS refuses; starts the job
SageMakerResponse.describe_training_job           shows what was asked for, and how far the job is
SageMakerResponse.list_training_jobs              filters, sorts and pages over these
SageMakerResponse.stop_, update_, delete_...      moto has none
SageMakerModelBackend.reset                       ends all jobs of the account and region
================================================  =================================================================

Tags and Search stay moto's: a job lies among the backend's ``training_jobs``.
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.exceptions import ResourceInUseException, ValidationError
from moto.sagemaker.models import SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse

from local_sagemaker.replacing import Replacements
from local_sagemaker.training.job import TrainingJob
from local_sagemaker.training.job_identity import JobIdentity
from local_sagemaker.training.job_lists import TRAINING_JOBS
from local_sagemaker.training.job_record import JobRecord
from local_sagemaker.training.job_requests import RefusedRequestError, check
from local_sagemaker.training.job_slots import JobSlots, usable_cores

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Seconds that the end of a job whose processes are gone may take.
_END_TIMEOUT = 30.0

_jobs: TrainingJobs | None = None
_replacements = Replacements()


class TrainingJobs:
    """The training jobs of this process.

    Parameters
    ----------
    get_base_url
        Gives the address of the local cloud.
    """

    def __init__(self, get_base_url: Callable[[], str]) -> None:
        self._get_base_url = get_base_url
        self._slots = JobSlots(usable_cores())
        self._lock = threading.Lock()
        self._running: dict[JobIdentity, TrainingJob] = {}

    def create(
        self,
        backend: SageMakerModelBackend,
        request: Mapping[str, Any],
        *,
        tuning_job_arn: str | None = None,
        on_metric: Callable[[str, float], None] = lambda _name, _value: None,
    ) -> JobRecord:
        """Make a job, and begin it.

        Parameters
        ----------
        backend
            Keeps the job.
        request
            Parameters of CreateTrainingJob.
        tuning_job_arn
            ARN of the hyperparameter tuning job that makes this job, where one does.
        on_metric
            Takes the name and the value of each metric as soon as it is found.

        Raises
        ------
        ValidationError, ResourceInUseException
        """
        identity = _identity(backend, str(request.get("TrainingJobName") or ""))
        try:
            role = check(request, identity)
        except RefusedRequestError as error:
            raise ValidationError(message=str(error)) from None
        with self._lock:
            existing = backend.training_jobs.get(identity.name)
            if existing is not None:
                raise ResourceInUseException(
                    message="Training job names must be unique within an AWS account and region, and a training job "
                    f"with this name already exists ({existing.arn})"
                )
            record = JobRecord(request, identity.arn, tuning_job_arn=tuning_job_arn)
            backend.training_jobs[identity.name] = record  # type: ignore[assignment]
            job = TrainingJob(identity, record, role, self._get_base_url(), self._slots, on_metric)
            self._running[identity] = job
        job.start()
        return record

    def record(self, backend: SageMakerModelBackend, name: str) -> JobRecord:
        """Find a job.

        Raises
        ------
        ValidationError
            There is none of that name.
        """
        record: Any = backend.training_jobs.get(name)
        if record is None:
            raise ValidationError(message="Requested resource not found.")
        found: JobRecord = record
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
                message=f"The request was rejected because the training job is in status {record.training_job_status}."
            )
        self._running[_identity(backend, name)].stop()

    def update(self, backend: SageMakerModelBackend, request: Mapping[str, Any]) -> JobRecord:
        """Change what DescribeTrainingJob shows; profiler, warm pool and debugger have no effect here anyhow.

        Raises
        ------
        ValidationError
            There is none of that name, or it has ended, and with it its warm pool.
        """
        record = self.record(backend, str(request.get("TrainingJobName")))
        if record.ended:
            raise ValidationError(
                message=f"The request was rejected because the training job is in status {record.training_job_status}: "
                "the local cloud retains no warm pool."
            )
        for name in ("ProfilerConfig", "ResourceConfig", "RemoteDebugConfig"):
            if request.get(name):
                record.change(name, request[name])
        return record

    def delete(self, backend: SageMakerModelBackend, name: str) -> None:
        """Forget a job that has ended.

        Raises
        ------
        ValidationError
            There is none of that name.
        ResourceInUseException
            It has not ended.
        """
        record = self.record(backend, name)
        if not record.ended:
            raise ResourceInUseException(
                message=f"Training job {name} is in status {record.training_job_status}: stop it, and wait for its end."
            )
        with self._lock:
            backend.training_jobs.pop(name, None)
            self._running.pop(_identity(backend, name), None)

    def give_up(self, wanted: Callable[[JobIdentity], bool] = lambda _: True) -> list[TrainingJob]:
        """End the processes of all jobs that are wanted, now; give the jobs."""
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
    """Put training jobs of ours behind moto's operations.

    Parameters
    ----------
    get_base_url
        Gives the address of the local cloud (``http://localhost:PORT``) once it is known; called late, per job.
    """
    global _jobs
    shutdown()
    _jobs = TrainingJobs(get_base_url)
    _replacements.put(SageMakerModelBackend, "reset", _reset_of(_jobs, SageMakerModelBackend.reset))
    for name, method in _responses(_jobs).items():
        _replacements.put(SageMakerResponse, name, method)


def installed() -> TrainingJobs:
    """Give the training jobs that `install` put behind moto's operations."""
    if _jobs is None:
        raise RuntimeError("there are no training jobs: call local_sagemaker.training.jobs.install first")
    return _jobs


def shutdown() -> None:
    """End every job, wait for its processes to end, and give moto its own methods back."""
    global _jobs
    _replacements.take_back()
    if _jobs is not None:
        _jobs.close()
        _jobs = None


def _reset_of(jobs: TrainingJobs, reset_before: Callable[[SageMakerModelBackend], None]) -> Callable[..., None]:
    def reset(self: SageMakerModelBackend) -> None:
        jobs.give_up(lambda identity: (identity.account_id, identity.region) == (self.account_id, self.region_name))
        reset_before(self)

    return reset


def _responses(jobs: TrainingJobs) -> dict[str, Callable[[SageMakerResponse], ActionResult]]:
    def create_training_job(self: SageMakerResponse) -> ActionResult:
        return ActionResult({"TrainingJobArn": jobs.create(self.sagemaker_backend, json.loads(self.body)).arn})

    def describe_training_job(self: SageMakerResponse) -> ActionResult:
        return ActionResult(jobs.record(self.sagemaker_backend, self._get_param("TrainingJobName")).describe())

    def list_training_jobs(self: SageMakerResponse) -> ActionResult:
        records: Any = list(self.sagemaker_backend.training_jobs.values())
        return ActionResult(TRAINING_JOBS.page((record.summary() for record in records), self._get_params()))

    def stop_training_job(self: SageMakerResponse) -> ActionResult:
        jobs.stop(self.sagemaker_backend, self._get_param("TrainingJobName"))
        return EmptyResult()

    def update_training_job(self: SageMakerResponse) -> ActionResult:
        request = json.loads(self.body)
        return ActionResult({"TrainingJobArn": jobs.update(self.sagemaker_backend, request).arn})

    def delete_training_job(self: SageMakerResponse) -> ActionResult:
        jobs.delete(self.sagemaker_backend, self._get_param("TrainingJobName"))
        return EmptyResult()

    methods = (
        create_training_job,
        describe_training_job,
        list_training_jobs,
        stop_training_job,
        update_training_job,
        delete_training_job,
    )
    return {method.__name__: method for method in methods}


def _identity(backend: SageMakerModelBackend, name: str) -> JobIdentity:
    return JobIdentity(name, backend.account_id, backend.region_name)
