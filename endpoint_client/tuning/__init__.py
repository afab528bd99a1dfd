"""Hyperparameter tuning: starting tuning jobs, and following them to their best training job."""

__all__: list[str] = []
