"""What a training job reads and writes while it runs: its log, metrics, channels, checkpoints and outputs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from local_sagemaker.access.artifacts import ArtifactStore, Location
from local_sagemaker.access.output_storage import OutputStorage
from local_sagemaker.containers.container_logs import ContainerLog
from local_sagemaker.data_plane_errors import DataPlaneError
from local_sagemaker.training.channels import Channel, InputData
from local_sagemaker.training.checkpoints import Checkpoints
from local_sagemaker.training.job_metrics import JobMetrics
from local_sagemaker.training.job_outputs import JobOutputs
from local_sagemaker.training.script_environment import HOST

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from local_sagemaker.access.rights import Principal
    from local_sagemaker.training.job_identity import JobIdentity

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
# AWS does something for these; the local cloud shows them, and says in the job's log that it does nothing.
WITHOUT_EFFECT = (
    "DebugHookConfig",
    "DebugRuleConfigurations",
    "ExperimentConfig",
    "InfraCheckConfig",
    "ProfilerConfig",
    "ProfilerRuleConfigurations",
    "RemoteDebugConfig",
    "RetryStrategy",
    "SessionChainingConfig",
    "TensorBoardOutputConfig",
)


class JobParts:
    """The parts of one job.

    Parameters
    ----------
    request
        Parameters of CreateTrainingJob.
    identity
        Of the job.
    role
        Execution role.
    base_dir
        Stands for ``/opt/ml``.
    on_metric
        Takes the name and the value of each metric as soon as it is found.
    """

    def __init__(
        self,
        request: Mapping[str, Any],
        identity: JobIdentity,
        role: Principal,
        base_dir: Path,
        on_metric: Callable[[str, float], None],
    ) -> None:
        account_id, region = identity.account_id, identity.region
        algorithm = request["AlgorithmSpecification"]
        mode = algorithm["TrainingInputMode"]
        self._request = request
        self._base_dir = base_dir
        self._log = ContainerLog(
            role, LOG_GROUP, f"{identity.name}/{HOST}-{int(time.time())}", account_id=account_id, region=region
        )
        self.metrics = JobMetrics(
            algorithm.get("MetricDefinitions") or [],
            identity.name,
            role,
            account_id=account_id,
            region=region,
            warn=self.warn,
            on_value=on_metric,
        )
        self.channels = [Channel.parse(channel, mode) for channel in request.get("InputDataConfig") or []]
        store = ArtifactStore(role, account_id=account_id, region=region, what="training data")
        self._inputs = InputData(store, role_arn=request["RoleArn"], region=region)
        self._code = ArtifactStore(role, account_id=account_id, region=region, what="code")
        config = request["OutputDataConfig"]
        encrypted = OutputStorage(role, account_id=account_id, region=region, key=config.get("KmsKeyId") or None)
        self.outputs = JobOutputs(config, identity.name, base_dir, encrypted, self.warn)
        self._checkpoints: Checkpoints | None = None
        if request.get("CheckpointConfig"):
            # The key of the outputs is not the checkpoints': those are encrypted as their bucket says.
            plain = OutputStorage(role, account_id=account_id, region=region, key=None)
            self._checkpoints = Checkpoints(request["CheckpointConfig"], base_dir, store, plain)

    def open(self) -> None:
        """Make the log, and ask for the right to put metrics.

        Raises
        ------
        AccessDeniedError
        """
        self._log.open()
        self.metrics.open()
        for name in WITHOUT_EFFECT:
            if self._request.get(name):
                self.warn(f"{name} has no effect on the local cloud")

    def download(self) -> None:
        """Put checkpoints and training data where the script looks for them, and begin to save checkpoints.

        Raises
        ------
        ClientFailure
        """
        for channel in self.channels:
            self._inputs.download(channel, self._base_dir / "input" / "data" / channel.name)
        if self._checkpoints is not None:
            self._checkpoints.fetch()
            self._checkpoints.start()

    def upload_data(self) -> None:
        """Upload what the script wrote beside the model, and the last checkpoints.

        Raises
        ------
        ClientFailure
        """
        if self._checkpoints is not None:
            self._checkpoints.finish()
        self.outputs.upload_data()

    def fetch_code(self, uri: str, folder: Path) -> None:
        """Unpack the code, as the container does with its role's credentials.

        Parameters
        ----------
        uri
            S3 URI of a tar.gz.
        folder
            An existing folder.

        Raises
        ------
        DataPlaneError
        """
        if self._request.get("EnableNetworkIsolation"):
            raise DataPlaneError(
                f"the code at {uri} cannot be fetched: the job has network isolation, and so no way to S3; "
                "give the code as an input channel, and its folder below /opt/ml/input/data as "
                "sagemaker_submit_directory"
            )
        self._code.fetch_archive(Location.parse(uri), folder, read_only=False)

    def on_line(self, line: str) -> None:
        """Take a line of the script's output."""
        self._log.write(line)
        self.metrics.search(line)

    def warn(self, line: str) -> None:
        """Write a line of the local cloud's own into the job's log."""
        self._log.write(f"local cloud: WARNING: {line}")

    def close(self) -> None:
        """Save no more checkpoints."""
        if self._checkpoints is not None:
            self._checkpoints.close()
