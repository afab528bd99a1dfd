"""An endpoint configuration keeps what it was given."""

from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError
from moto.sagemaker.models import sagemaker_backends

from local_sagemaker.app import ACCOUNT_ID

VARIANT = {"VariantName": "AllTraffic", "ModelName": "churn", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
SHADOW = {**VARIANT, "VariantName": "Shadow"}


def backend():
    return sagemaker_backends[ACCOUNT_ID]["us-east-1"]


def create_model():
    backend().create_model(
        model_name="churn", execution_role_arn="arn", primary_container={}, vpc_config={}, containers=[], tags=[]
    )


def test_a_stack_keeps_shadow_variants_and_isolation(stacks, mended):
    create_model()
    properties = {
        "EndpointConfigName": "churn",
        "ProductionVariants": [VARIANT],
        "ShadowProductionVariants": [SHADOW],
        "EnableNetworkIsolation": True,
    }
    stacks.deploy("churn", {"Config": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": properties}})
    described = next(iter(backend().endpoint_configs.values())).response_object
    assert (described.get("ShadowProductionVariants") == [SHADOW]) is mended
    assert (described.get("EnableNetworkIsolation") is True) is mended


def test_a_name_can_be_used_once(mended):
    create_model()
    arguments = {
        "endpoint_config_name": "churn",
        "production_variants": [VARIANT],
        "data_capture_config": {},
        "async_inference_config": {},
        "tags": [],
        "kms_key_id": "",
    }
    backend().create_endpoint_config(**arguments)
    if mended:
        with pytest.raises(Exception, match="Cannot create already existing endpoint configuration"):
            backend().create_endpoint_config(**arguments)
    else:
        backend().create_endpoint_config(**arguments)


def test_the_api_keeps_them_too(client_of):
    backend()._models["churn"] = SimpleNamespace(containers=None, primary_container={})
    client = client_of("sagemaker")
    client.create_endpoint_config(
        EndpointConfigName="churn", ProductionVariants=[VARIANT], ShadowProductionVariants=[SHADOW]
    )
    described = client.describe_endpoint_config(EndpointConfigName="churn")
    assert described["ShadowProductionVariants"] == [SHADOW]
    assert "EnableNetworkIsolation" not in described
    with pytest.raises(ClientError, match="Cannot create already existing endpoint configuration"):
        client.create_endpoint_config(EndpointConfigName="churn", ProductionVariants=[VARIANT])
