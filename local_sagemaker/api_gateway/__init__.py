"""REST APIs of API Gateway that answer: routing, authorization, throttling, validation, and the call to SageMaker."""

__all__: list[str] = []
