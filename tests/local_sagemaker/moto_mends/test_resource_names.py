"""The name that a template gives a SageMaker resource counts."""

from moto.ecr.models import ecr_backends
from moto.sagemaker.models import sagemaker_backends

from local_sagemaker.app import ACCOUNT_ID


def test_model_configuration_and_endpoint_are_called_what_the_template_says(stacks, mended):
    container = {"Image": "sklearn"}
    variant = {"VariantName": "AllTraffic", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    variant["ModelName"] = {"Fn::GetAtt": ["Model", "ModelName"]}
    config = {"Fn::GetAtt": ["Config", "EndpointConfigName"]}
    properties = {
        "Model": {"ModelName": "model", "ExecutionRoleArn": "arn", "PrimaryContainer": container},
        "EndpointConfig": {"EndpointConfigName": "config", "ProductionVariants": [variant]},
        "Endpoint": {"EndpointName": "endpoint", "EndpointConfigName": config},
    }
    ids = {"Model": "Model", "EndpointConfig": "Config", "Endpoint": "Endpoint"}
    stacks.deploy(
        "churn", {ids[kind]: {"Type": f"AWS::SageMaker::{kind}", "Properties": properties[kind]} for kind in ids}
    )
    backend = sagemaker_backends[ACCOUNT_ID]["us-east-1"]
    assert (list(backend._models) == ["model"]) is mended
    assert (list(backend.endpoint_configs) == ["config"]) is mended
    assert (list(backend.endpoints) == ["endpoint"]) is mended


def test_a_repository_without_a_name_gets_one_that_ecr_takes(stacks, mended):
    stacks.deploy("Churn", {"Images": {"Type": "AWS::ECR::Repository", "Properties": {}}})
    names = list(ecr_backends[ACCOUNT_ID]["us-east-1"].repositories)
    assert [name.startswith("churn-images-") for name in names] == ([True] if mended else [])
