"""The life of an endpoint: its deployments, its fleets, and for each variant instances that run."""

__all__: list[str] = []
