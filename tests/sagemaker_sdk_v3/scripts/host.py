"""Host with ModelBuilder, on instances, serverless and asynchronous; update, scale, list and delete the resources."""
# mypy: disable-error-code="import-not-found"

import json
import logging
import sys
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError
from sagemaker.core.inference_config import ServerlessInferenceConfig
from sagemaker.core.resources import Endpoint, EndpointConfig, Model
from sagemaker.core.shapes import (
    AsyncInferenceConfig,
    AsyncInferenceOutputConfig,
    DesiredWeightAndCapacity,
    ProductionVariant,
)
from sagemaker.core.utils.exceptions import FailedStatusError
from sagemaker.serve.model_builder import ModelBuilder
from sagemaker.serve.spec.inference_spec import InferenceSpec
from sagemaker.serve.utils.types import ModelServer
from sagemaker.train.configs import SourceCode

logging.disable(logging.INFO)
settings: dict[str, Any] = json.loads(sys.argv[1])
result: dict[str, Any] = {}


def make_builder() -> Any:
    """Make a builder for the model and the script in `settings`."""
    return ModelBuilder(
        image_uri=settings["image"],
        s3_model_data_url=settings["model_data"],
        source_code=SourceCode(source_dir=settings["source_dir"], entry_script="inference.py"),
        model_path=str(Path.cwd()),
        role_arn=settings["role"],
        instance_type="ml.m5.large",
        content_type="application/json",
        accept_type="application/json",
    )


def in_service(name: str) -> Any:
    """Wait for an endpoint."""
    found = Endpoint.get(name)
    found.wait_for_status("InService", poll=1)
    return found


builder = make_builder()
model = builder.build(model_name="scripted")
container = model.primary_container
result["container"] = {"image": container.image, "data": container.model_data_url, "environment": container.environment}
builder.deploy(endpoint_name="scripted", initial_instance_count=1, instance_type="ml.m5.large", wait=False)
endpoint = in_service("scripted")
answer = endpoint.invoke(body=json.dumps(settings["rows"]), content_type="application/json", accept="application/json")
result["answer"] = [answer.content_type, json.loads(answer.body.read()), answer.invoked_production_variant]
try:
    endpoint.invoke(body=b"not json", content_type="application/json")
except ClientError as error:
    result["refused"] = error.response["Error"]["Code"]

variant = ProductionVariant(
    variant_name="Blue", model_name="scripted", instance_type="ml.m5.large", initial_instance_count=1
)
EndpointConfig.create(endpoint_config_name="second", production_variants=[variant])
endpoint.endpoint_config_name = "second"
endpoint.update()
endpoint.wait_for_status("InService", poll=1)
wanted = DesiredWeightAndCapacity(variant_name="Blue", desired_instance_count=2)
endpoint.update_weights_and_capacities(desired_weights_and_capacities=[wanted])
endpoint.wait_for_status("InService", poll=1)
endpoint.refresh()
[described] = endpoint.production_variants
result["updated"] = [endpoint.endpoint_config_name, described.variant_name, described.current_instance_count]
result["listed"] = [
    [endpoint.endpoint_name for endpoint in Endpoint.get_all()],
    sorted(config.endpoint_config_name for config in EndpointConfig.get_all()),
    [model.model_name for model in Model.get_all()],
]

builder = make_builder()
builder.build(model_name="serverless")
serverless = ServerlessInferenceConfig(memory_size_in_mb=2048, max_concurrency=2)
builder.deploy(endpoint_name="serverless", inference_config=serverless, wait=False)
answer = in_service("serverless").invoke(body=json.dumps(settings["rows"]), content_type="application/json")
result["serverless"] = json.loads(answer.body.read())

asynchronous = AsyncInferenceConfig(output_config=AsyncInferenceOutputConfig(s3_output_path="s3://models/answers/"))
EndpointConfig.create(
    endpoint_config_name="asynchronous", production_variants=[variant], async_inference_config=asynchronous
)
Endpoint.create(endpoint_name="asynchronous", endpoint_config_name="asynchronous")
begun = in_service("asynchronous").invoke_async(
    input_location=settings["input_location"], content_type="application/json"
)
bucket, key = begun.output_location.removeprefix("s3://").split("/", 1)
s3 = boto3.client("s3")
s3.get_waiter("object_exists").wait(Bucket=bucket, Key=key, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
result["asynchronous"] = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())


class Spec(InferenceSpec):  # type: ignore[misc]
    """Code of the user's that ModelBuilder pickles."""

    def load(self, model_dir: str) -> Any:
        """Load nothing."""
        return model_dir

    def invoke(self, input_object: Any, model: Any) -> Any:
        """Give the input back."""
        return input_object


Path("specified").mkdir()
specified = ModelBuilder(
    image_uri=settings["image"],
    inference_spec=Spec(),
    schema_builder=None,
    model_server=ModelServer.TORCHSERVE,
    model_path=str(Path("specified").resolve()),
    role_arn=settings["role"],
    instance_type="ml.m5.large",
    content_type="application/x-npy",
    accept_type="application/json",
    # Else ModelBuilder looks for them in a process without an environment, and so without a region.
    dependencies={"auto": False},
)
specified.build(model_name="specified")
specified.deploy(endpoint_name="specified", initial_instance_count=1, instance_type="ml.m5.large", wait=False)
other = Endpoint.get("specified")
try:
    other.wait_for_status("InService", poll=1)
except FailedStatusError as error:
    result["inference_spec"] = str(error)

for endpoint in Endpoint.get_all():
    endpoint.delete()
    endpoint.wait_for_delete(poll=1)
for config in EndpointConfig.get_all():
    config.delete()
for model in Model.get_all():
    model.delete()
try:
    Endpoint.get("scripted")
except ClientError as error:
    result["deleted"] = error.response["Error"]["Message"]
result["left"] = [len(list(kind.get_all())) for kind in (EndpointConfig, Model)]
Path("result.json").write_text(json.dumps(result), encoding="utf-8")
