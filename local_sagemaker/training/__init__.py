"""Training jobs: what SageMaker does around a container, and what the toolkit in the image does for the script."""

__all__: list[str] = []
