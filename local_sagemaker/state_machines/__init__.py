"""State machines of Step Functions that really run: moto's engine, mended, with SageMaker's jobs and rights."""

__all__: list[str] = []
