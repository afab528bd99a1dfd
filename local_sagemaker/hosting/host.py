"""What has a model run on instances: an endpoint, or a transform job."""

from __future__ import annotations

from typing import Protocol


class Host(Protocol):
    """Which one, and what AWS derives from that."""

    @property
    def account_id(self) -> str:
        """Account."""

    @property
    def region(self) -> str:
        """Region."""

    @property
    def arn(self) -> str:
        """ARN."""

    @property
    def log_group(self) -> str:
        """Name of the log group of its containers."""

    @property
    def metrics_namespace(self) -> str:
        """Where the metrics of its instances lie."""

    def dimensions(self, instance: str, /) -> list[dict[str, str]]:
        """Dimensions of the metrics of a variant or an instance."""
