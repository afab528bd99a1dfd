"""Training jobs: what a state machine asks SageMaker for, who may do so, and what becomes of the model."""

__all__: list[str] = []
