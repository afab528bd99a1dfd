"""An endpoint and its configuration are described without what they were not given."""

from typing import Any

from moto.sagemaker.models import FakeEndpoint, FakeEndpointConfig

from local_sagemaker.app import ACCOUNT_ID

WHERE: dict[str, Any] = {"account_id": ACCOUNT_ID, "region_name": "us-east-1"}
VARIANT = {"VariantName": "v", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}


def test_no_empty_data_capture_is_described(mended):
    options: dict[str, Any] = {"production_variants": [dict(VARIANT)], "data_capture_config": {}, "tags": []}
    config = FakeEndpointConfig(**WHERE, **options, endpoint_config_name="c", async_inference_config={}, kms_key_id="")
    endpoint = FakeEndpoint(**WHERE, **options, endpoint_name="e", endpoint_config_name="c")
    for described in (config.response_object, endpoint.response_object):
        assert ("DataCaptureConfig" not in described) is mended
        assert described["ProductionVariants"][0]["VariantName"] == "v"
