"""The log of what went wrong with the data, beside that of the container: ``<job>/<instance>/data-log``."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

from local_sagemaker.containers.container_logs import ContainerLog
from local_sagemaker.data_plane_errors import DataPlaneError
from local_sagemaker.transform.transform_failures import InputFailure

if TYPE_CHECKING:
    from local_sagemaker.access.rights import Principal
    from local_sagemaker.transform.inputs import InputObject
    from local_sagemaker.transform.settings import TransformSettings
    from local_sagemaker.transform.transform_failures import TransformFailure
    from local_sagemaker.transform.transform_identity import TransformIdentity


class TransformLog:
    """One log stream.

    Parameters
    ----------
    role
        Execution role.
    identity
        Of the job.
    stream
        Log stream of the container.
    """

    def __init__(self, role: Principal, identity: TransformIdentity, stream: str) -> None:
        account_id, region = identity.account_id, identity.region
        self._log = ContainerLog(role, identity.log_group, f"{stream}/data-log", account_id=account_id, region=region)

    def open(self, settings: TransformSettings) -> None:
        """Make the stream, and say how the container is asked.

        Raises
        ------
        InputFailure
            The role may not write it.
        """
        try:
            self._log.open()
        except DataPlaneError as error:
            raise InputFailure(str(error)) from None
        self._write(settings.line)

    def write(self, item: InputObject, failure: TransformFailure) -> None:
        """Say what went wrong with an object."""
        for line in str(failure).splitlines():
            self._write(f"{item.location.bucket}/{item.location.key}: {line}")

    def _write(self, line: str) -> None:
        now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        self._log.write(f"{now}:[sagemaker logs]: {line}")
