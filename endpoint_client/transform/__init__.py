"""Batch transform: starting jobs that predict whole files in S3, and following them."""

__all__: list[str] = []
