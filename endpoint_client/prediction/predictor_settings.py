"""What may be said of a `Predictor` beside the endpoint, wherever its name comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    import boto3


class PredictorSettings(TypedDict, total=False):
    """The keywords of `Predictor`; see there for what each is and for its default."""

    region: str | None
    session: boto3.Session | None
    fast: bool
    idempotent: bool
    content_type: str | None
    accept: str
    method: str | None
    target_variant: str | None
    target_model: str | None
    max_payload_bytes: int
    max_rows: int | None
    max_concurrency: int
    read_timeout: float
    max_attempts: int
