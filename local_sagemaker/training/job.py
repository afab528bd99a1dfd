"""The life of one training job, in a thread of its own: waiting, downloading, training, uploading, and the end of it.

Rules: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html for the statuses,
API_StopTrainingJob.html for what stopping does, and the developer guide's page "SageMaker AI roles" for the rights.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from typing import TYPE_CHECKING

from local_sagemaker import pace
from local_sagemaker.access.network_interfaces import authorize_network_interfaces
from local_sagemaker.access.volumes import authorize_volume_key
from local_sagemaker.containers.interpreters import interpreter_for
from local_sagemaker.containers.processes import make_folder, remove_folder
from local_sagemaker.data_plane_errors import DataPlaneError
from local_sagemaker.training.container_command import ContainerCommand
from local_sagemaker.training.job_failures import AlgorithmFailure, ClientFailure, JobFailure
from local_sagemaker.training.job_folder import container_environment, lay_out
from local_sagemaker.training.job_parts import JobParts
from local_sagemaker.training.opt_ml import OPT_ML
from local_sagemaker.training.toolkit import Toolkit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from local_sagemaker.access.rights import ExecutionRole
    from local_sagemaker.training.job_identity import JobIdentity
    from local_sagemaker.training.job_record import JobRecord
    from local_sagemaker.training.job_slots import JobSlots

# Seconds of AWS between SIGTERM and SIGKILL.
STOP_GRACE = 120.0
# The ends of a job that is stopped, and the messages of their transitions.
_STOPPED = {
    "Stopped": "Training job stopped",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
    "MaxWaitTimeExceeded": "Training job wait time exceeded MaxWaitTimeInSeconds provided",
}

logger = logging.getLogger(__name__)


class _GivenUpError(Exception):
    """The local cloud goes, and nothing is to be done for the job any more."""


class TrainingJob:
    """One training job that runs.

    Parameters
    ----------
    identity
        Which job.
    record
        What the API shows of it.
    role
        Its execution role.
    base_url
        Address of the local cloud.
    slots
        Places of this machine.
    on_metric
        Takes the name and the value of each metric as soon as it is found.
    """

    def __init__(
        self,
        identity: JobIdentity,
        record: JobRecord,
        role: ExecutionRole,
        base_url: str,
        slots: JobSlots,
        on_metric: Callable[[str, float], None] = lambda _name, _value: None,
    ) -> None:
        self.identity = identity
        self.record = record
        self._role = role
        self._base_url = base_url
        self._slots = slots
        self._on_metric = on_metric
        self._lock = threading.Lock()
        # The secondary status that a job that is stopped ends with.
        self._stopped_as: str | None = None
        self._given_up = False
        self._container: Toolkit | ContainerCommand | None = None
        self._thread = threading.Thread(target=self._run, name=f"training job {identity.name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, secondary: str = "Stopped") -> None:
        """Begin to stop: SIGTERM, SIGKILL after `STOP_GRACE`, then what there is is uploaded.

        Parameters
        ----------
        secondary
            The status that the job ends with.
        """
        with self._lock:
            if self._stopped_as is not None or self.record.ended:
                return
            self._stopped_as = secondary
            self.record.enter("Stopping", "Stopping the training job", status="Stopping")
            container = self._container
        self._slots.look_again()
        if container is not None:
            threading.Thread(
                target=container.stop, args=(pace.seconds(STOP_GRACE),), name=f"stop {self.identity.name}", daemon=True
            ).start()

    def give_up(self) -> None:
        """End the processes now, and do nothing more: the local cloud goes, or forgets everything."""
        with self._lock:
            self._given_up = True
            container = self._container
        self._slots.look_again()
        if container is not None:
            container.stop(0)

    def join(self, timeout: float | None = None) -> None:
        """Wait for the end of the job."""
        self._thread.join(timeout)

    def _run(self) -> None:
        deadlines: list[threading.Timer] = []
        try:
            with self._place(deadlines) as taken:
                if taken:
                    self._work(deadlines)
                self._raise_if_given_up()
                self._finish(None)
        except _GivenUpError:
            logger.debug("training job %s was given up", self.identity.name)
        except JobFailure as failure:
            self._finish(failure.reason)
        except Exception as error:
            logger.exception("training job %s failed for a reason of the local cloud's own", self.identity.name)
            self._finish(f"InternalServerError: {type(error).__name__}: {error}")
        finally:
            for deadline in deadlines:
                deadline.cancel()

    @contextlib.contextmanager
    def _place(self, deadlines: list[threading.Timer]) -> Iterator[bool]:
        """Hold a place of this machine, and say whether there is one; not so for a job that is stopped before."""
        stopping = self.record.request["StoppingCondition"]
        if self.record.request.get("EnableManagedSpotTraining"):
            self._limit(stopping["MaxWaitTimeInSeconds"], "MaxWaitTimeExceeded", deadlines)
        taken = self._slots.acquire(lambda: self._given_up or self._stopped_as is not None, self._say_that_it_waits)
        try:
            yield taken
        finally:
            if taken:
                self._slots.release()

    def _say_that_it_waits(self) -> None:
        count = self._slots.count
        self.record.enter(
            "Starting",
            f"Waiting for capacity: {count} training {'job runs' if count == 1 else 'jobs run'} at once on the "
            f"{count} {'core' if count == 1 else 'cores'} of this machine",
        )

    def _limit(self, seconds: float, secondary: str, deadlines: list[threading.Timer]) -> None:
        # The longest wait of a lock that the platform takes; nothing runs here for so long.
        timer = threading.Timer(min(seconds, threading.TIMEOUT_MAX), self.stop, (secondary,))
        timer.daemon = True
        timer.start()
        deadlines.append(timer)

    def _work(self, deadlines: list[threading.Timer]) -> None:
        request = self.record.request
        self._enter("Starting", "Preparing the instances for training")
        base_dir = make_folder("local-sagemaker-training-").resolve()
        parts = None
        try:
            self._authorize()
            parts = JobParts(request, self.identity, self._role, base_dir, self._on_metric)
            try:
                parts.open()
            except DataPlaneError as error:
                raise ClientFailure(str(error)) from None
            self.record.begin_training()
            self._limit(request["StoppingCondition"]["MaxRuntimeInSeconds"], "MaxRuntimeExceeded", deadlines)
            self._enter("Downloading", "Downloading input data")
            lay_out(base_dir, request, parts.channels, self._seen_as(base_dir))
            parts.download()
            self._train(parts, base_dir)
        finally:
            if parts is not None:
                parts.close()
            remove_folder(base_dir)

    def _authorize(self) -> None:
        request = self.record.request
        try:
            if vpc_config := request.get("VpcConfig"):
                authorize_network_interfaces(self._role, vpc_config, account_id=self.identity.account_id)
            if key := request["ResourceConfig"].get("VolumeKmsKeyId"):
                authorize_volume_key(self._role, key, account_id=self.identity.account_id)
        except DataPlaneError as error:
            raise ClientFailure(str(error)) from None

    def _seen_as(self, base_dir: Path) -> Path:
        """Give where the job sees its folder: a command of its own names ``/opt/ml``, the toolkit does not."""
        return OPT_ML if self.record.request["AlgorithmSpecification"].get("ContainerEntrypoint") else base_dir

    def _make_container(self, parts: JobParts, base_dir: Path) -> Toolkit | ContainerCommand:
        request = self.record.request
        algorithm = request["AlgorithmSpecification"]
        python = interpreter_for(algorithm["TrainingImage"])
        environment = container_environment(
            request,
            self._seen_as(base_dir),
            job_arn=self.identity.arn,
            region=self.identity.region,
            base_url=self._base_url,
            credentials=self._role.credentials,
        )
        if entry_point := algorithm.get("ContainerEntrypoint"):
            command = [*entry_point, *(algorithm.get("ContainerArguments") or [])]
            return ContainerCommand(command, base_dir, python=python, environment=environment, on_line=parts.on_line)
        return Toolkit(
            base_dir, python=python, environment=environment, fetch_code=parts.fetch_code, on_line=parts.on_line
        )

    def _train(self, parts: JobParts, base_dir: Path) -> None:
        container = self._make_container(parts, base_dir)
        with self._lock:
            begun = self._stopped_as is None and not self._given_up
            if begun:
                self.record.enter("Training", "Training image download completed. Training in progress.")
                self._container = container
        status = container.run() if begun else 0
        with self._lock:
            self._container = None
            stopped = self._stopped_as is not None
        self._raise_if_given_up()
        self.record.show_metrics(parts.metrics.final())
        self.record.enter("Uploading", "Uploading generated training model")
        failure = None if status == 0 or stopped else AlgorithmFailure(_failure_text(base_dir), status)
        self._upload(parts, failure)

    def _upload(self, parts: JobParts, failure: AlgorithmFailure | None) -> None:
        """Upload the model, but of a failed job only what it wrote beside it, and then raise the failure."""
        try:
            parts.upload_data()
            if failure is None:
                parts.outputs.upload_model()
        except ClientFailure:
            if failure is None:
                raise
        if failure is not None:
            raise failure
        self.record.show_model(parts.outputs.model)

    def _enter(self, secondary: str, message: str) -> None:
        with self._lock:
            # Who stops a job sees that it is stopping until it ends.
            if self._stopped_as is None:
                self.record.enter(secondary, message)

    def _raise_if_given_up(self) -> None:
        if self._given_up:
            raise _GivenUpError

    def _finish(self, reason: str | None) -> None:
        with self._lock:
            secondary = self._stopped_as
            if self._given_up:
                return
            if reason is not None:
                self.record.finish("Failed", "Failed", "Training job failed", reason=reason)
            elif secondary is not None:
                self.record.finish("Stopped", secondary, _STOPPED[secondary])
            else:
                self.record.finish("Completed", "Completed", "Training job completed")


def _failure_text(base_dir: Path) -> str:
    try:
        return (base_dir / "output" / "failure").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
