"""What SageMaker takes in no endpoint configuration."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_sagemaker.hosting.endpoint_config_rules import refusals
from tests.local_sagemaker.cloud import Cloud, running_cloud


def instances(name: str = "A", **more: Any) -> dict[str, Any]:
    return {"VariantName": name, "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1, **more}


def serverless(name: str = "A", **sizes: int) -> dict[str, Any]:
    return {
        "VariantName": name,
        "ModelName": "m",
        "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5, **sizes},
    }


@pytest.mark.parametrize(
    "config",
    [
        {"ProductionVariants": [instances(), instances("B")]},
        {"ProductionVariants": [instances()], "ShadowProductionVariants": [instances("B")]},
        {"ProductionVariants": [serverless(ProvisionedConcurrency=5)]},
        {"ProductionVariants": [instances()], "AsyncInferenceConfig": {"OutputConfig": {}}},
        {"ProductionVariants": [instances()], "KmsKeyId": "key", "DataCaptureConfig": {"EnableCapture": False}},
        {"ProductionVariants": [instances()], "DataCaptureConfig": {"DestinationS3Uri": "s3://b"}},
        {"ProductionVariants": [instances(RoutingConfig={"RoutingStrategy": "LEAST_OUTSTANDING_REQUESTS"})]},
        {"ProductionVariants": [instances(CapacityReservationConfig={"MlReservationArn": "arn"})]},
        {"ProductionVariants": [instances(InstanceType="ml.g5.xlarge")]},
        {"ProductionVariants": [instances(VolumeSizeInGB=8, EnableSSMAccess=True)], "MetricsConfig": {"A": 1}},
    ],
)
def test_what_goes_together(config):
    assert list(refusals(config)) == []


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"ProductionVariants": [instances(str(n)) for n in range(11)]}, "must have 1 to 10 members, and has 11"),
        ({"ProductionVariants": [instances(), instances()]}, 'Variant name "A" is not unique.'),
        (
            {"ProductionVariants": [instances()], "ShadowProductionVariants": [instances()]},
            'Variant name "A" is not unique.',
        ),
        (
            {"ProductionVariants": [instances(), instances("B")], "ShadowProductionVariants": [instances("C")]},
            "there are 1 and 2.",
        ),
        ({"ProductionVariants": [serverless(), instances("B")]}, "must be the only one; there are 2."),
        (
            {"ProductionVariants": [instances()], "ShadowProductionVariants": [serverless("B")]},
            "must be the only one; there are 2.",
        ),
        (
            {
                "ProductionVariants": [instances()],
                "ShadowProductionVariants": [instances("B")],
                "AsyncInferenceConfig": {"OutputConfig": {}},
            },
            "ShadowProductionVariants cannot be used with AsyncInferenceConfig.",
        ),
        ({"ProductionVariants": [serverless()], "KmsKeyId": "key"}, "KmsKeyId cannot be used with ServerlessConfig."),
        ({"ProductionVariants": [{**instances(), **serverless()}]}, 'Variant "A" has both ServerlessConfig and Inst'),
        (
            {"ProductionVariants": [instances(InstanceType="ml.g5.xlarge", VolumeSizeInGB=8)]},
            "VolumeSize parameter is not allowed for the selected Instance type ml.g5.xlarge.",
        ),
        ({"ProductionVariants": [instances(ModelName=None)]}, 'Variant "A" has no ModelName'),
        ({"ProductionVariants": [instances(InstanceType=None)]}, 'Variant "A" must have InstanceType, or Serverless'),
        ({"ProductionVariants": [instances(InitialInstanceCount=None)]}, '"A" must have InitialInstanceCount, or'),
        (
            {"ProductionVariants": [instances(ManagedInstanceScaling={"Status": "ENABLED"})]},
            "ManagedInstanceScaling is only supported for inference component endpoints.",
        ),
        (
            {"ProductionVariants": [instances(RoutingConfig={"RoutingStrategy": "KV_AWARE"})]},
            'RoutingStrategy KV_AWARE of variant "A" is not emulated: use LEAST_OUTSTANDING_REQUESTS or RANDOM.',
        ),
        (
            {"ProductionVariants": [instances(CoreDumpConfig={"DestinationS3Uri": "s3://b"})]},
            'CoreDumpConfig of variant "A" is not emulated by the local cloud: leave it out.',
        ),
        (
            {"ProductionVariants": [instances()], "ShadowProductionVariants": [instances("B", AcceleratorType="eia")]},
            'AcceleratorType of variant "B" is not emulated',
        ),
        ({"ProductionVariants": [instances()], "ExplainerConfig": {"A": 1}}, "ExplainerConfig is not emulated"),
        (
            {
                "ProductionVariants": [instances()],
                "DataCaptureConfig": {"DestinationS3Uri": "s3://b"},
                "AsyncInferenceConfig": {"OutputConfig": {}},
            },
            "DataCaptureConfig with AsyncInferenceConfig is not emulated",
        ),
        ({"ProductionVariants": [serverless(MaxConcurrency=201)]}, "must be 1 to 200, and is 201."),
        ({"ProductionVariants": [serverless(ProvisionedConcurrency=6)]}, '6 of variant "A" is above its MaxConc'),
    ],
)
def test_what_does_not(config, reason):
    assert any(reason in refusal for refusal in refusals(config)), list(refusals(config))


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        yield cloud


def test_the_local_cloud_refuses_it(cloud):
    with pytest.raises(ClientError, match=r"KmsKeyId cannot be used with ServerlessConfig\."):
        cloud.sagemaker.create_endpoint_config(
            EndpointConfigName="both", ProductionVariants=[serverless()], KmsKeyId="key"
        )
    with pytest.raises(ClientError, match="Could not find"):
        cloud.sagemaker.describe_endpoint_config(EndpointConfigName="both")
