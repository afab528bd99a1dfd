"""What may be said of the requests of one call, beside its data."""

from __future__ import annotations

from typing import TypedDict


class RequestOptions(TypedDict, total=False):
    """The keywords that every way to predict has; see `Predictor.predict` for what each is."""

    method: str | None
    content_type: str | None
    accept: str | None
    target_variant: str | None
    target_model: str | None
