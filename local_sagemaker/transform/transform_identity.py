"""Which transform job is meant, and what AWS derives from that."""

from __future__ import annotations

from typing import NamedTuple

from moto.utilities.utils import get_partition

LOG_GROUP = "/aws/sagemaker/TransformJobs"


class TransformIdentity(NamedTuple):
    """Name, account and region of a transform job."""

    name: str
    account_id: str
    region: str

    @property
    def arn(self) -> str:
        """ARN of the job."""
        return f"arn:{get_partition(self.region)}:sagemaker:{self.region}:{self.account_id}:transform-job/{self.name}"

    @property
    def log_group(self) -> str:
        """Name of the log group of its containers."""
        return LOG_GROUP

    @property
    def metrics_namespace(self) -> str:
        """Where the metrics of its instances lie."""
        return LOG_GROUP

    def dimensions(self, instance: str) -> list[dict[str, str]]:
        """Dimensions of the metrics of an instance."""
        return [{"Name": "Host", "Value": instance}]
