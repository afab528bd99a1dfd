"""The life of a tuning job, in a thread of its own: it begins training jobs, takes what came of them, and ends.

Rules: "How Hyperparameter Tuning Works" and "Track and set completion criteria for your tuning job" in the developer
guide. That a tuning job fails after five training jobs without success, and its words, are what users report
(https://github.com/aws/amazon-sagemaker-examples/issues/2437). That it does so after five without an objective as well
is inferred, and so is that it is completed when its target or its time is reached.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from moto.sagemaker.exceptions import SagemakerClientError, ValidationError

from local_sagemaker.tuning.early_stopping import is_behind
from local_sagemaker.tuning.trial import Trial

if TYPE_CHECKING:
    from moto.sagemaker.models import SageMakerModelBackend

    from local_sagemaker.training.jobs import TrainingJobs
    from local_sagemaker.tuning.record import TuningRecord
    from local_sagemaker.tuning.search import Search

# Training jobs without an objective after which a tuning job fails.
MOST_FAILURES = 5
# Seconds between two looks at the training jobs.
_INTERVAL = 0.05

logger = logging.getLogger(__name__)


class Ending(NamedTuple):
    """How a tuning job ends, once its training jobs have.

    Parameters
    ----------
    status
        HyperParameterTuningJobStatus.
    reason
        FailureReason.
    """

    status: str
    reason: str | None = None


class TuningJob:
    """One tuning job that runs.

    Parameters
    ----------
    record
        What the API shows of it.
    search
        Chooses the values.
    training
        Runs the training jobs.
    backend
        Keeps them.
    """

    def __init__(
        self, record: TuningRecord, search: Search, training: TrainingJobs, backend: SageMakerModelBackend
    ) -> None:
        self.record = record
        self._plan = record.plan
        self._search = search
        self._training = training
        self._backend = backend
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._given_up = False
        self._ending: Ending | None = None
        self._thread = threading.Thread(target=self._run, name=f"tuning job {record.name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Begin to stop: the training jobs that run are stopped, and no more are begun."""
        with self._lock:
            if self.record.ended:
                return
            self._ending = Ending("Stopped")
            self.record.begin_to_stop()
        self._wake.set()

    def give_up(self) -> None:
        """Do nothing more: the local cloud goes, or forgets everything, and ends the training jobs by itself."""
        with self._lock:
            self._given_up = True
        self._wake.set()

    def join(self, timeout: float | None = None) -> None:
        """Wait for the end of the job."""
        self._thread.join(timeout)

    def _run(self) -> None:
        try:
            while self._goes_on():
                self._wake.wait(_INTERVAL)
                self._wake.clear()
        except Exception as error:
            logger.exception("tuning job %s failed for a reason of the local cloud's own", self.record.name)
            with self._lock:
                if not self._given_up:
                    self._stop_training(self._running())
                    self.record.finish("Failed", f"InternalServerError: {type(error).__name__}: {error}")

    def _goes_on(self) -> bool:
        with self._lock:
            if self._given_up:
                return False
            self._settle()
            if self._ending is None:
                self._ending = self._early_ending()
            over = self._ending is not None or self._time_is_over()
            if not over:
                self._stop_those_behind()
                self._begin_training()
            running = self._running()
            if running:
                if over:
                    self._stop_training(running)
                return True
            ending = self._ending or self._natural_ending()
            self.record.finish(ending.status, ending.reason)
            return False

    def _running(self) -> list[Trial]:
        return [trial for trial in self.record.trials if not trial.settled]

    def _settle(self) -> None:
        """Tell the search what came of the training jobs that ended."""
        for trial in self._running():
            if trial.ended:
                self._search.tell(trial.suggestion.number, trial.objective)
                trial.settled = True
                self.record.touch()

    def _early_ending(self) -> Ending | None:
        best = self.record.best(self.record.trials)
        if best is not None:
            value = best.objective
            if value is not None and self._plan.reaches_target(value):
                return Ending("Completed")
        elif sum(trial.settled for trial in self.record.trials) >= MOST_FAILURES:
            return Ending("Failed", self._reason())
        return None

    def _time_is_over(self) -> bool:
        limit = self._plan.most_seconds
        return limit is not None and time.monotonic() - self._began >= limit

    def _natural_ending(self) -> Ending:
        if self.record.best(self.record.trials) is None:
            return Ending("Failed", self._reason())
        return Ending("Completed")

    def _reason(self) -> str:
        ended = [trial for trial in self.record.trials if trial.settled]
        if any(trial.status == "Completed" for trial in ended):
            return (
                f"No objective metrics found after running {len(ended)} training jobs. Please ensure that they print "
                f'the metric "{self._plan.metric}" as the regular expression of its metric definition has it: '
                f"{self._plan.metric_regex}"
            )
        reasons = [f" {trial.name} failed: {trial.failure_reason}" for trial in ended if trial.failure_reason]
        return (
            f"No training job succeeded after {len(ended)} attempts. Please take a look at the training job failures "
            f"to get more details.{''.join(reasons[-1:])}"
        )

    def _stop_those_behind(self) -> None:
        if not self._plan.stops_early:
            return
        trials = self.record.trials
        earlier = [trial.values for trial in trials if trial.settled and trial.objective is not None]
        self._stop_training(
            [trial for trial in self._running() if is_behind(list(trial.values), earlier, self._plan.better)]
        )

    def _stop_training(self, trials: list[Trial]) -> None:
        for trial in trials:
            # It may have ended by itself in the meantime.
            with contextlib.suppress(ValidationError):
                self._training.stop(self._backend, trial.name)

    def _begin_training(self) -> None:
        while len(self._running()) < self._plan.most_parallel and self._ending is None:
            number = len(self.record.trials) + 1
            if self._plan.most_jobs is not None and number > self._plan.most_jobs:
                return
            self._begin(number)

    def _begin(self, number: int) -> None:
        suggestion = self._search.ask()
        name = f"{self.record.name}-{number:03d}-{secrets.token_hex(4)}"
        values: list[float] = []

        def on_metric(metric: str, value: float) -> None:
            if metric == self._plan.metric:
                values.append(value)
                self._wake.set()

        try:
            record = self._training.create(
                self._backend,
                self._plan.training_request(name, suggestion.values),
                tuning_job_arn=self.record.arn,
                on_metric=on_metric,
            )
        except SagemakerClientError as error:
            self._ending = Ending("Failed", f"Training job {name} could not be created: {error.message}")
            return
        self.record.add(Trial(self._plan, suggestion, record, values))
