"""An endpoint configuration keeps what it was given."""

import pytest
from botocore.exceptions import ClientError
from moto.sagemaker.exceptions import ValidationError
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


@pytest.mark.parametrize("operation", ["describe_endpoint_config", "delete_endpoint_config"])
def test_a_configuration_that_is_not_there_is_told_by_its_arn(mended, operation):
    with pytest.raises(ValidationError) as error:
        getattr(backend(), operation)("absent")
    arn = f"arn:aws:sagemaker:us-east-1:{ACCOUNT_ID}:endpoint-config/absent"
    assert (error.value.message == f'Could not find endpoint configuration "{arn}".') is mended


def test_the_models_must_be_there_that_of_a_shadow_too(client_of):
    create_model()
    client = client_of("sagemaker")
    absent = {**SHADOW, "ModelName": "absent"}
    for variants in (
        {"ProductionVariants": [absent]},
        {"ProductionVariants": [VARIANT], "ShadowProductionVariants": [absent]},
    ):
        with pytest.raises(ClientError) as error:
            client.create_endpoint_config(EndpointConfigName="churn", **variants)
        arn = f"arn:aws:sagemaker:us-east-1:{ACCOUNT_ID}:model/absent"
        assert error.value.response["Error"]["Message"] == f'Could not find model "{arn}".'
    assert client.list_endpoint_configs()["EndpointConfigs"] == []


def test_the_api_keeps_them_too(client_of):
    create_model()
    client = client_of("sagemaker")
    client.create_endpoint_config(
        EndpointConfigName="churn", ProductionVariants=[VARIANT], ShadowProductionVariants=[SHADOW]
    )
    client.create_endpoint_config(EndpointConfigName="other", ProductionVariants=[VARIANT])
    described = client.describe_endpoint_config(EndpointConfigName="churn")
    assert described["ShadowProductionVariants"] == [SHADOW]
    assert not {"EnableNetworkIsolation", "DataCaptureConfig"}.intersection(described)
    client.delete_endpoint_config(EndpointConfigName="other")
    assert [one["EndpointConfigName"] for one in client.list_endpoint_configs()["EndpointConfigs"]] == ["churn"]
    with pytest.raises(ClientError, match="Cannot create already existing endpoint configuration"):
        client.create_endpoint_config(EndpointConfigName="churn", ProductionVariants=[VARIANT])
