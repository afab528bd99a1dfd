"""Endpoints that serve: for each variant a fleet of real processes, with the rights of the execution role."""

__all__: list[str] = []
