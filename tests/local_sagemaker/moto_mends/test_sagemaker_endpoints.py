"""An endpoint and its configuration are described without what they were not given."""

from moto.sagemaker.models import sagemaker_backends

from local_sagemaker.app import ACCOUNT_ID

VARIANT = {"VariantName": "v", "ModelName": "churn", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}


def test_no_empty_data_capture_is_described(client_of, mended):
    sagemaker_backends[ACCOUNT_ID]["us-east-1"].create_model(
        model_name="churn", execution_role_arn="arn", primary_container={}, vpc_config={}, containers=[], tags=[]
    )
    client = client_of("sagemaker")
    client.create_endpoint_config(EndpointConfigName="c", ProductionVariants=[VARIANT])
    client.create_endpoint(EndpointName="e", EndpointConfigName="c")
    for described in (
        client.describe_endpoint_config(EndpointConfigName="c"),
        client.describe_endpoint(EndpointName="e"),
    ):
        assert ("DataCaptureConfig" not in described) is mended
        assert described["ProductionVariants"][0]["VariantName"] == "v"
