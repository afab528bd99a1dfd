"""Hyperparameter tuning jobs that really tune: moto's operations with jobs of ours behind them.

`install` puts methods of ours in the place of moto's, `shutdown` puts moto's back; both around those of
`local_sagemaker.training.jobs`, which runs the training jobs:

=======================================================================  ============================================
moto                                                                     what ours does
=======================================================================  ============================================
SageMakerResponse.create_hyper_parameter_tuning_job                      refuses what AWS refuses; starts the job
SageMakerResponse.describe_hyper_parameter_tuning_job                    shows how far the job is, and what is best
SageMakerResponse.list_hyper_parameter_tuning_jobs                       filters, sorts and pages over these
SageMakerResponse.delete_hyper_parameter_tuning_job                      forgets a job that has ended
SageMakerResponse.stop_hyper_parameter_tuning_job                        moto has none
SageMakerResponse.list_training_jobs_for_hyper_parameter_tuning_job      moto has none
SageMakerModelBackend.reset                                              ends all jobs of the account and region
=======================================================================  ============================================

Tags stay moto's: a job lies among the backend's ``hyper_parameter_tuning_jobs``.
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.exceptions import ResourceInUseException, ResourceNotFound, ValidationError
from moto.sagemaker.models import SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse
from moto.utilities.utils import get_partition

from local_sagemaker.training import jobs as training_jobs
from local_sagemaker.training.job_requests import RefusedRequestError
from local_sagemaker.tuning import lists, warm_start
from local_sagemaker.tuning.job import TuningJob
from local_sagemaker.tuning.record import TuningRecord
from local_sagemaker.tuning.requests import check
from local_sagemaker.tuning.search import Search

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local_sagemaker.tuning.plan import TuningPlan

    # Account, region and name.
    Key = tuple[str, str, str]

_ABSENT = object()
# Seconds that the end of a job which was given up may take.
_END_TIMEOUT = 30.0

_jobs: TuningJobs | None = None
_replaced: list[tuple[type, str, Any, Any]] = []


class TuningJobs:
    """The tuning jobs of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[Key, TuningJob] = {}

    def create(self, backend: SageMakerModelBackend, request: Mapping[str, Any]) -> TuningRecord:
        """Make a job, and begin it.

        Raises
        ------
        ValidationError, ResourceInUseException
        """
        account_id, region = backend.account_id, backend.region_name
        name = str(request.get("HyperParameterTuningJobName") or "")
        if _find(backend, name) is not None:
            raise _in_use(name)
        try:
            plan = check(request, account_id=account_id, region=region)
            parents = self._parents(backend, request, plan)
        except RefusedRequestError as error:
            raise ValidationError(message=str(error)) from None
        search = Search(
            plan.ranges,
            strategy=plan.strategy,
            maximize=plan.maximize,
            seed=plan.seed,
            most_jobs=plan.most_jobs,
        )
        for values, objective in warm_start.results(parents):
            search.learn(values, objective)
        arn = f"arn:{get_partition(region)}:sagemaker:{region}:{account_id}:hyper-parameter-tuning-job/{name}"
        record = TuningRecord(request, plan, arn, parents)
        with self._lock:
            if _find(backend, name) is not None:
                raise _in_use(name)
            backend.hyper_parameter_tuning_jobs[name] = record  # type: ignore[assignment]
            job = TuningJob(record, search, training_jobs.installed(), backend)
            self._running[account_id, region, name] = job
        job.start()
        return record

    @staticmethod
    def _parents(backend: SageMakerModelBackend, request: Mapping[str, Any], plan: TuningPlan) -> list[TuningRecord]:
        parents, problems = warm_start.find_parents(request, lambda name: _find(backend, name))
        if not problems and parents:
            problems = list(warm_start.refusals(plan, request["WarmStartConfig"]["WarmStartType"], parents))
        if problems:
            raise RefusedRequestError(" ".join(problems))
        return parents

    def record(self, backend: SageMakerModelBackend, name: str) -> TuningRecord:
        """Find a job.

        Raises
        ------
        ResourceNotFound
            There is none of that name.
        """
        found = _find(backend, name)
        if found is None:
            raise ResourceNotFound(
                message=f"Amazon SageMaker can't find a tuning job called {name}. Type another name."
            )
        return found

    def stop(self, backend: SageMakerModelBackend, name: str) -> None:
        """Begin to stop a job.

        Raises
        ------
        ResourceNotFound
            There is none of that name.
        ValidationError
            It has ended.
        """
        record = self.record(backend, name)
        if record.ended:
            raise ValidationError(
                message=f"The request was rejected because the hyperparameter tuning job is in status {record.status}."
            )
        self._running[_key(backend, record)].stop()

    def delete(self, backend: SageMakerModelBackend, name: str) -> None:
        """Forget a job that has ended; its training jobs stay.

        Raises
        ------
        ResourceNotFound
            There is none of that name.
        ResourceInUseException
            It has not ended.
        """
        record = self.record(backend, name)
        if not record.ended:
            raise ResourceInUseException(
                message=f"Hyperparameter tuning job {name} is in status {record.status}: stop it, and wait for its end."
            )
        with self._lock:
            backend.hyper_parameter_tuning_jobs.pop(record.name, None)
            self._running.pop(_key(backend, record), None)

    def give_up(self, wanted: Callable[[Key], bool] = lambda _: True) -> list[TuningJob]:
        """Let all jobs that are wanted do nothing more; give the jobs."""
        with self._lock:
            ended = [self._running.pop(key) for key in list(self._running) if wanted(key)]
        for job in ended:
            job.give_up()
        return ended

    def close(self) -> None:
        """End all jobs, and wait until nothing is left of them."""
        for job in self.give_up():
            job.join(_END_TIMEOUT)


def install() -> None:
    """Put tuning jobs of ours behind moto's operations, after those of the training jobs."""
    global _jobs
    shutdown()
    _jobs = TuningJobs()
    _replace(SageMakerModelBackend, "reset", _reset_of(_jobs, SageMakerModelBackend.reset))
    for name, method in _responses(_jobs).items():
        _replace(SageMakerResponse, name, method)


def shutdown() -> None:
    """End every job, wait for its end, and give moto its own methods back; before the training jobs' shutdown."""
    global _jobs
    while _replaced:
        owner, name, method, ours = _replaced.pop()
        # Who replaced it as well, and was shut down before, has put moto's back already.
        if vars(owner).get(name) is not ours:
            continue
        if method is _ABSENT:
            delattr(owner, name)
        else:
            setattr(owner, name, method)
    if _jobs is not None:
        _jobs.close()
        _jobs = None


def _replace(owner: type, name: str, method: Any) -> None:
    _replaced.append((owner, name, vars(owner).get(name, _ABSENT), method))
    setattr(owner, name, method)


def _reset_of(jobs: TuningJobs, reset_before: Callable[[SageMakerModelBackend], None]) -> Callable[..., None]:
    def reset(self: SageMakerModelBackend) -> None:
        jobs.give_up(lambda key: key[:2] == (self.account_id, self.region_name))
        reset_before(self)

    return reset


def _responses(jobs: TuningJobs) -> dict[str, Callable[[SageMakerResponse], ActionResult]]:
    def named(response: SageMakerResponse) -> TuningRecord:
        return jobs.record(response.sagemaker_backend, response._get_param("HyperParameterTuningJobName"))

    def create_hyper_parameter_tuning_job(self: SageMakerResponse) -> ActionResult:
        record = jobs.create(self.sagemaker_backend, json.loads(self.body))
        return ActionResult({"HyperParameterTuningJobArn": record.arn})

    def describe_hyper_parameter_tuning_job(self: SageMakerResponse) -> ActionResult:
        return ActionResult(named(self).describe())

    def list_hyper_parameter_tuning_jobs(self: SageMakerResponse) -> ActionResult:
        records: Any = list(self.sagemaker_backend.hyper_parameter_tuning_jobs.values())
        return ActionResult(lists.TUNING_JOBS.page((record.summary() for record in records), self._get_params()))

    def list_training_jobs_for_hyper_parameter_tuning_job(self: SageMakerResponse) -> ActionResult:
        summaries = [trial.summary() for trial in named(self).trials]
        return ActionResult(lists.training_jobs(summaries, self._get_params()))

    def stop_hyper_parameter_tuning_job(self: SageMakerResponse) -> ActionResult:
        jobs.stop(self.sagemaker_backend, self._get_param("HyperParameterTuningJobName"))
        return EmptyResult()

    def delete_hyper_parameter_tuning_job(self: SageMakerResponse) -> ActionResult:
        jobs.delete(self.sagemaker_backend, self._get_param("HyperParameterTuningJobName"))
        return EmptyResult()

    methods = (
        create_hyper_parameter_tuning_job,
        describe_hyper_parameter_tuning_job,
        list_hyper_parameter_tuning_jobs,
        list_training_jobs_for_hyper_parameter_tuning_job,
        stop_hyper_parameter_tuning_job,
        delete_hyper_parameter_tuning_job,
    )
    return {method.__name__: method for method in methods}


def _find(backend: SageMakerModelBackend, name: str) -> TuningRecord | None:
    """Find a job by its name, which is not case sensitive."""
    records: Any = list(backend.hyper_parameter_tuning_jobs.values())
    return next((record for record in records if record.name.lower() == name.lower()), None)


def _in_use(name: str) -> ResourceInUseException:
    return ResourceInUseException(
        message=f"A hyperparameter tuning job with the name, {name}, already exists. Choose a different name."
    )


def _key(backend: SageMakerModelBackend, record: TuningRecord) -> Key:
    return backend.account_id, backend.region_name, record.name
