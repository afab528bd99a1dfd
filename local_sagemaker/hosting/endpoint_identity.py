"""Which endpoint is meant, and what AWS derives from that."""

from __future__ import annotations

from typing import NamedTuple

from moto.utilities.utils import get_partition

INSTANCE_NAMESPACE = "/aws/sagemaker/Endpoints"


class EndpointIdentity(NamedTuple):
    """Name, account and region of an endpoint."""

    name: str
    account_id: str
    region: str

    @property
    def arn(self) -> str:
        """ARN of the endpoint; AWS writes the name in lower case."""
        partition = get_partition(self.region)
        return f"arn:{partition}:sagemaker:{self.region}:{self.account_id}:endpoint/{self.name.lower()}"

    @property
    def metrics_namespace(self) -> str:
        """Where the metrics of its instances lie."""
        return INSTANCE_NAMESPACE

    @property
    def log_group(self) -> str:
        """Name of the log group of its containers."""
        return f"/aws/sagemaker/Endpoints/{self.name}"

    @property
    def log_group_arn(self) -> str:
        """ARN of that log group."""
        return f"arn:{get_partition(self.region)}:logs:{self.region}:{self.account_id}:log-group:{self.log_group}"

    def dimensions(self, variant: str) -> list[dict[str, str]]:
        """Dimensions of the metrics of a variant; of the endpoint's own where that is empty."""
        dimensions = [{"Name": "EndpointName", "Value": self.name}]
        return [*dimensions, {"Name": "VariantName", "Value": variant}] if variant else dimensions
