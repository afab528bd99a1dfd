"""The life of one transform job, in a thread of its own: containers, then objects in S3 through them, then the end.

Rules: https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html and the API's DescribeTransformJob. The form
of the log's lines is that of public reports.
"""

from __future__ import annotations

import logging
import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from local_sagemaker.access.artifacts import ArtifactStore
from local_sagemaker.access.output_storage import OutputStorage
from local_sagemaker.access.volumes import authorize_volume_key
from local_sagemaker.containers.processes import make_folder, remove_folder
from local_sagemaker.data_plane_errors import ContainerError, DataPlaneError
from local_sagemaker.hosting.fleet import MOST_INSTANCES
from local_sagemaker.hosting.instances import prepare
from local_sagemaker.instance_types import size_of
from local_sagemaker.monitoring.instance_metrics import InstanceMeter
from local_sagemaker.transform.association import Association
from local_sagemaker.transform.inputs import InputObject, list_objects
from local_sagemaker.transform.object_transform import ObjectTransform, Stopped
from local_sagemaker.transform.settings import TransformSettings, batch_environment
from local_sagemaker.transform.transform_failures import AlgorithmFailure, InputFailure, TransformFailure
from local_sagemaker.transform.transform_log import TransformLog

if TYPE_CHECKING:
    from pathlib import Path

    from local_sagemaker.access.rights import ExecutionRole
    from local_sagemaker.hosting.instances import Instance, Prepared
    from local_sagemaker.transform.transform_identity import TransformIdentity
    from local_sagemaker.transform.transform_record import TransformRecord

# Seconds for GET /execution-parameters.
_ASK_TIMEOUT = 10.0

logger = logging.getLogger(__name__)


class TransformJob:
    """One transform job that runs.

    Parameters
    ----------
    identity
        Which job.
    record
        What the API shows of it.
    model
        moto's model.
    base_url
        Address of the local cloud.
    """

    def __init__(self, identity: TransformIdentity, record: TransformRecord, model: Any, base_url: str) -> None:
        self.identity = identity
        self.record = record
        self._request = record.request
        self._model = _with_variables(model, batch_environment(record.request))
        self._base_url = base_url
        self._stopping = threading.Event()
        self._given_up = False
        self._thread = threading.Thread(target=self._run, name=f"transform job {identity.name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Begin to stop: what was sent is answered, and nothing more is sent or written."""
        self.record.stop()
        self._stopping.set()

    def give_up(self) -> None:
        """Stop, and show nothing more: the local cloud goes, or forgets everything."""
        self._given_up = True
        self._stopping.set()

    def join(self, timeout: float | None = None) -> None:
        """Wait for the end of the job."""
        self._thread.join(timeout)

    def _run(self) -> None:
        try:
            self._work()
            self._finish("Stopped" if self._stopping.is_set() else "Completed")
        except Stopped:
            self._finish("Stopped")
        except TransformFailure as failure:
            self._finish("Failed", failure.reason)
        except Exception as error:
            logger.exception("transform job %s failed for a reason of the local cloud's own", self.identity.name)
            self._finish("Failed", f"InternalServerError: {type(error).__name__}: {error}")

    def _finish(self, status: str, reason: str | None = None) -> None:
        if not self._given_up:
            self.record.finish(status, reason)

    def _work(self) -> None:
        self.record.begin()
        folder = make_folder("local-sagemaker-transform-").resolve()
        instances: list[Instance] = []
        try:
            prepared, objects = self._prepare(folder)
            count = min(self._request["TransformResources"]["InstanceCount"], MOST_INSTANCES, len(objects))
            instances = [prepared.make() for _ in range(count)]
            self._start(instances)
            # At the begin and at the end, since jobs are short here: AWS samples every minute.
            meter = self._meter(prepared.role)
            meter.sample(instances)
            self._transform(objects, instances, prepared.role)
            meter.sample(instances)
        finally:
            for instance in instances:
                instance.stop()
            remove_folder(folder)

    def _meter(self, role: ExecutionRole) -> InstanceMeter:
        size = size_of(self._request["TransformResources"]["InstanceType"])
        # AWS does not measure the disks of transform jobs.
        return InstanceMeter(role, self.identity, self.identity.name, size, None)

    def _prepare(self, folder: Path) -> tuple[Prepared, list[InputObject]]:
        """Fetch the model with the role's rights, and find the data."""
        identity = self.identity
        try:
            prepared = prepare(identity, {"VariantName": identity.name}, self._model, self._base_url, folder)
            if key := self._request["TransformResources"].get("VolumeKmsKeyId"):
                authorize_volume_key(prepared.role, key, account_id=identity.account_id)
            return prepared, list_objects(self._request["TransformInput"], self._store(prepared.role))
        except DataPlaneError as error:
            raise InputFailure(str(error)) from None

    def _start(self, instances: list[Instance]) -> None:
        for instance in instances:
            if self._stopping.is_set():
                raise Stopped
            try:
                instance.start()
            except ContainerError as error:
                raise AlgorithmFailure(f"the container did not start: {error}") from None
            except DataPlaneError as error:
                raise InputFailure(str(error)) from None

    def _transform(self, objects: list[InputObject], instances: list[Instance], role: ExecutionRole) -> None:
        """Have each instance take one object after another; the first failure is the job's, when all have ended."""
        settings = TransformSettings.read(self._request, _execution_parameters(instances[0]))
        output = self._request["TransformOutput"]
        storage = OutputStorage(
            role,
            account_id=self.identity.account_id,
            region=self.identity.region,
            key=output.get("KmsKeyId") or None,
        )
        waiting: queue.SimpleQueue[InputObject] = queue.SimpleQueue()
        for item in objects:
            waiting.put(item)

        def work(instance: Instance) -> list[TransformFailure]:
            log = TransformLog(role, self.identity, instance.log.stream)
            log.open(settings)
            transform = ObjectTransform(
                self._request, settings, Association(self._request), instance.client, self._stopping
            )
            failures = []
            while not self._stopping.is_set():
                try:
                    item = waiting.get_nowait()
                except queue.Empty:
                    break
                try:
                    content = transform.run(self._store(role).read(item.location))
                    storage.write(item.output(output["S3OutputPath"]), content, output.get("Accept") or None)
                except TransformFailure as failure:
                    log.write(item, failure)
                    failures.append(failure.of(str(item.location)))
                except DataPlaneError as error:
                    failures.append(InputFailure(str(error)))
            return failures

        with ThreadPoolExecutor(len(instances)) as pool:
            failures = [failure for found in pool.map(work, instances) for failure in found]
        if failures:
            raise failures[0]

    def _store(self, role: ExecutionRole) -> ArtifactStore:
        identity = self.identity
        return ArtifactStore(role, account_id=identity.account_id, region=identity.region, what="input data")


def _with_variables(model: Any, variables: dict[str, str]) -> Any:
    """Give a model as `prepare` takes it, whose containers have more variables."""
    definitions = [
        {**definition, "Environment": {**(definition.get("Environment") or {}), **variables}}
        for definition in model.definitions
    ]
    return SimpleNamespace(
        model_name=model.model_name,
        definitions=definitions,
        execution_role_arn=model.execution_role_arn,
        vpc_config=model.vpc_config,
        enable_network_isolation=model.enable_network_isolation,
    )


def _execution_parameters(instance: Instance) -> bytes:
    try:
        answer = instance.client.request("GET", "/execution-parameters", timeout=_ASK_TIMEOUT)
    except DataPlaneError:
        return b""
    return answer.body if answer.status == 200 else b""
