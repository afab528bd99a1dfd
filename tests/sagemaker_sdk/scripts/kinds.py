"""Kinds of endpoint, and what the local cloud does not do."""

import json
import time

import numpy as np
from botocore.exceptions import ClientError
from sagemaker.async_inference import AsyncInferenceConfig, WaiterConfig
from sagemaker.model import ModelPackage
from sagemaker.model_monitor import DataCaptureConfig
from sagemaker.processing import ProcessingInput
from sagemaker.s3 import S3Downloader
from sagemaker.serverless import ServerlessInferenceConfig
from sagemaker.sklearn import SKLearn, SKLearnModel, SKLearnPredictor, SKLearnProcessor
from sagemaker.tuner import ContinuousParameter, HyperparameterTuner

DATA = np.loadtxt("test.csv", delimiter=",")[::15, :4]
model = SKLearnModel(
    model_data="s3://my-bucket/model.tar.gz",
    role="SageMakerRole",
    entry_point="train_and_serve.py",
    framework_version="1.2-1",
)


def refused(what, action):
    try:
        action()
    except ClientError as error:
        print(what, "is refused:", error.response["Error"]["Message"])


predictor = model.deploy(instance_type="ml.m5.large", initial_instance_count=1)
predictor.update_endpoint(initial_instance_count=2, instance_type="ml.m5.large")
print("updated", predictor.predict(DATA))
predictor.update_data_capture_config(DataCaptureConfig(enable_capture=True, sampling_percentage=100))
predictor.predict(DATA)
captured = f"s3://{predictor.sagemaker_session.default_bucket()}/model-monitor/data-capture/{predictor.endpoint_name}"
deadline = time.monotonic() + 20
while not (files := S3Downloader.list(captured)) and time.monotonic() < deadline:
    time.sleep(0.1)
event = json.loads(S3Downloader.read_file(files[0]))
print("captured", event["captureData"]["endpointInput"]["encoding"], event["captureData"]["endpointOutput"]["encoding"])
transformer = model.transformer(1, "ml.m5.large", strategy="MultiRecord", assemble_with="Line", accept="text/csv")
transformer.transform(
    "s3://my-bucket/data/",
    content_type="text/csv",
    split_type="Line",
    input_filter="$[:4]",
    join_source="Input",
    output_filter="$[-2,-1]",
)
lines = S3Downloader.read_file(f"{transformer.output_path}/train.csv.out").splitlines()
print("transformed", len(lines), "rows:", lines[0], lines[-1])
estimator = SKLearn("train_and_serve.py", role="SageMakerRole", instance_type="ml.m4.xlarge", framework_version="1.2-1")
tuner = HyperparameterTuner(
    estimator,
    "loss",
    {"C": ContinuousParameter(0.1, 1)},
    [{"Name": "loss", "Regex": "loss=([0-9.]+)"}],
    objective_type="Minimize",
    max_jobs=2,
    max_parallel_jobs=2,
)
tuner.fit("s3://my-bucket/data/")
found = tuner.analytics().dataframe()
best = tuner.best_training_job() in set(found["TrainingJobName"])
print("tuned", len(found), "jobs, best", found["FinalObjectiveValue"].min(), best)
job = ProcessingInput(source="s3://my-bucket/data/", destination="/opt/ml/processing/input")
processor = SKLearnProcessor("1.2-1", "SageMakerRole", instance_type="ml.m5.large", instance_count=1)
refused("process", lambda: processor.run("train_and_serve.py", inputs=[job], wait=False))
predictor.delete_endpoint()

package = model.register(
    ["text/csv"],
    ["text/csv"],
    inference_instances=["ml.m5.large"],
    transform_instances=["ml.m5.large"],
    model_package_group_name="iris",
    approval_status="PendingManualApproval",
)
# It approves the package itself.
ModelPackage("SageMakerRole", model_package_arn=package.model_package_arn).deploy(
    1, "ml.m5.large", endpoint_name="iris"
)
print("registered", SKLearnPredictor("iris").predict(DATA))
SKLearnPredictor("iris").delete_endpoint()

serverless = model.deploy(serverless_inference_config=ServerlessInferenceConfig())
print("serverless", serverless.predict(DATA))
serverless.delete_endpoint()

asynchronous = model.deploy(
    instance_type="ml.m5.large", initial_instance_count=1, async_inference_config=AsyncInferenceConfig()
)
# The SDK looks for an answer and for a failure in two threads, and ends when both have given up.
print("asynchronous", asynchronous.predict(DATA, waiter_config=WaiterConfig(max_attempts=20, delay=1)))
asynchronous.delete_endpoint()
