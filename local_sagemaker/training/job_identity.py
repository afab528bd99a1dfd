"""Which training job is meant, and what AWS derives from that."""

from __future__ import annotations

from typing import NamedTuple

from moto.utilities.utils import get_partition


class JobIdentity(NamedTuple):
    """Name, account and region of a training job."""

    name: str
    account_id: str
    region: str

    @property
    def partition(self) -> str:
        """Partition of the region."""
        return get_partition(self.region)

    @property
    def arn(self) -> str:
        """ARN of the job."""
        return f"arn:{self.partition}:sagemaker:{self.region}:{self.account_id}:training-job/{self.name}"
