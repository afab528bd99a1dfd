"""What stands in front of an endpoint, for callers that do not speak SageMaker's own API."""

__all__: list[str] = []
