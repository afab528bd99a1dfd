"""What is deployed: CDK constructs that put a scikit-learn model behind a SageMaker endpoint."""

from constructs_lib.async_inference import AsyncInference
from constructs_lib.data_capture import DataCapture
from constructs_lib.deployment import AllAtOnce, Canary, Linear, Rolling
from constructs_lib.endpoint import SklearnEndpoint
from constructs_lib.endpoint_config import SklearnEndpointConfig
from constructs_lib.endpoint_traits import EndpointTraits
from constructs_lib.exceptions import (
    ConfigurationError,
    EntryPointError,
    ImageError,
    ModelDataError,
    RequirementsError,
)
from constructs_lib.front_doors.authorization import ApiKeyAuthorization, IamAuthorization, Quota, Throttle
from constructs_lib.front_doors.function import SklearnFunction
from constructs_lib.front_doors.request_schema import JsonRows, JsonSchema
from constructs_lib.front_doors.rest_api import SklearnRestApi
from constructs_lib.image import SklearnImage
from constructs_lib.model import SklearnModel
from constructs_lib.model_data import ModelData
from constructs_lib.monitoring.endpoint_alarms import EndpointAlarms
from constructs_lib.monitoring.endpoint_monitoring import SklearnEndpointMonitoring
from constructs_lib.monitoring.prices import Prices
from constructs_lib.multi_model import SklearnMultiModel
from constructs_lib.rollback_alarms import RollbackAlarms
from constructs_lib.serverless_variant import ServerlessVariant
from constructs_lib.smoke_test import SmokeTest
from constructs_lib.training.inputs import TrainingInput
from constructs_lib.training.options import Checkpoints, MetricDefinition, MetricThreshold, SpotTraining
from constructs_lib.training.sklearn_training import SklearnTraining
from constructs_lib.transform.sklearn_transform import SklearnTransform
from constructs_lib.tuning.ranges import CategoricalRange, ContinuousRange, IntegerRange
from constructs_lib.tuning.sklearn_tuning import SklearnTuning
from constructs_lib.variant import InstanceVariant, ShadowVariant

__all__ = [
    "AllAtOnce",
    "ApiKeyAuthorization",
    "AsyncInference",
    "Canary",
    "CategoricalRange",
    "Checkpoints",
    "ConfigurationError",
    "ContinuousRange",
    "DataCapture",
    "EndpointAlarms",
    "EndpointTraits",
    "EntryPointError",
    "IamAuthorization",
    "ImageError",
    "InstanceVariant",
    "IntegerRange",
    "JsonRows",
    "JsonSchema",
    "Linear",
    "MetricDefinition",
    "MetricThreshold",
    "ModelData",
    "ModelDataError",
    "Prices",
    "Quota",
    "RequirementsError",
    "RollbackAlarms",
    "Rolling",
    "ServerlessVariant",
    "ShadowVariant",
    "SklearnEndpoint",
    "SklearnEndpointConfig",
    "SklearnEndpointMonitoring",
    "SklearnFunction",
    "SklearnImage",
    "SklearnModel",
    "SklearnMultiModel",
    "SklearnRestApi",
    "SklearnTraining",
    "SklearnTransform",
    "SklearnTuning",
    "SmokeTest",
    "SpotTraining",
    "Throttle",
    "TrainingInput",
]
