"""What the SageMaker Python SDK needs beside ``AWS_ENDPOINT_URL``: STS at its own https address, and no telemetry."""
