"""What calls an endpoint and starts training jobs: boto3 and NumPy, and the wire format shared with the runtime."""

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
    RolloutFailed,
    ServiceError,
    ServiceUnavailable,
    Throttled,
    TrainingError,
    TrainingFailed,
    TrainingJobNotFound,
    TrainingNotFinished,
    TrainingStopped,
    TransformError,
    TransformFailed,
    TransformJobNotFound,
    TransformNotFinished,
    TransformStopped,
    TuningError,
    TuningFailed,
    TuningJobNotFound,
    TuningNotFinished,
    TuningStopped,
    UnreadableResponse,
)
from endpoint_client.explanations.explain import explain
from endpoint_client.explanations.explanation import Explanation
from endpoint_client.model_store import ModelStore
from endpoint_client.prediction.async_result import AsyncResult
from endpoint_client.prediction.asyncio_predictor import AsyncioPredictor
from endpoint_client.prediction.asyncio_result import AsyncioResult
from endpoint_client.prediction.partial_result import PartialResult
from endpoint_client.prediction.predictor import Predictor
from endpoint_client.training.client import TrainingClient
from endpoint_client.training.inputs import TrainingInput
from endpoint_client.training.job import TrainingJob
from endpoint_client.training.metrics import TrainingMetrics
from endpoint_client.transform.client import TransformClient
from endpoint_client.transform.job import TransformJob
from endpoint_client.transport.responses import RawResponse
from endpoint_client.tuning.client import TuningClient
from endpoint_client.tuning.job import Trial, TuningJob

__all__ = [
    "AccessDenied",
    "AsyncResult",
    "AsyncioPredictor",
    "AsyncioResult",
    "ConfigurationError",
    "Endpoint",
    "EndpointClientError",
    "EndpointNotFound",
    "EndpointTimeout",
    "EndpointUnreachable",
    "Explanation",
    "InputRejected",
    "InvalidInput",
    "InvalidRequest",
    "ModelError",
    "ModelNotReady",
    "ModelStore",
    "PartialResult",
    "PayloadTooLarge",
    "Predictor",
    "RawResponse",
    "RolloutFailed",
    "ServiceError",
    "ServiceUnavailable",
    "Throttled",
    "TrainingClient",
    "TrainingError",
    "TrainingFailed",
    "TrainingInput",
    "TrainingJob",
    "TrainingJobNotFound",
    "TrainingMetrics",
    "TrainingNotFinished",
    "TrainingStopped",
    "TransformClient",
    "TransformError",
    "TransformFailed",
    "TransformJob",
    "TransformJobNotFound",
    "TransformNotFinished",
    "TransformStopped",
    "Trial",
    "TuningClient",
    "TuningError",
    "TuningFailed",
    "TuningJob",
    "TuningJobNotFound",
    "TuningNotFinished",
    "TuningStopped",
    "UnreadableResponse",
    "explain",
]
