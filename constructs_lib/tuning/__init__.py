"""Hyperparameter tuning: what a state machine asks SageMaker for, and who may do so."""

__all__: list[str] = []
