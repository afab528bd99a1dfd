"""The local cloud: AWS's control plane by moto, mended, with endpoints and jobs that really run."""

from __future__ import annotations

__all__: list[str] = []
