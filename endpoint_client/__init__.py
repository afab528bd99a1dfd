"""What calls an endpoint: boto3 and NumPy, and the wire format that it shares with the runtime."""

from endpoint_client.async_result import AsyncResult
from endpoint_client.endpoint import Endpoint
from endpoint_client.exceptions import (
    AccessDenied,
    ConfigurationError,
    EndpointClientError,
    EndpointNotFound,
    EndpointTimeout,
    EndpointUnreachable,
    InputRejected,
    InvalidInput,
    InvalidRequest,
    ModelError,
    ModelNotReady,
    PayloadTooLarge,
    ServiceError,
    ServiceUnavailable,
    Throttled,
    UnreadableResponse,
)
from endpoint_client.model_store import ModelStore
from endpoint_client.predictor import Predictor
from endpoint_client.responses import RawResponse

__all__ = [
    "AccessDenied",
    "AsyncResult",
    "ConfigurationError",
    "Endpoint",
    "EndpointClientError",
    "EndpointNotFound",
    "EndpointTimeout",
    "EndpointUnreachable",
    "InputRejected",
    "InvalidInput",
    "InvalidRequest",
    "ModelError",
    "ModelNotReady",
    "ModelStore",
    "PayloadTooLarge",
    "Predictor",
    "RawResponse",
    "ServiceError",
    "ServiceUnavailable",
    "Throttled",
    "UnreadableResponse",
]
