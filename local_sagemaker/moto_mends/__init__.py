"""Where moto does otherwise than AWS: one module a mend, each with the test that shows what it mends."""

from __future__ import annotations

from local_sagemaker.moto_mends import cloudtrail_events, resource_names

__all__ = ["apply_all"]


def apply_all() -> None:
    """Apply every mend; calling it again changes nothing."""
    cloudtrail_events.apply()
    resource_names.apply()
