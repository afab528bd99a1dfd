"""A model without a network: the SDK packs the code into the model data, and names it there."""

import boto3
import numpy as np
from sagemaker.sklearn import SKLearnModel

model = SKLearnModel(
    model_data="s3://my-bucket/model.tar.gz",
    role="SageMakerRole",
    entry_point="train_and_serve.py",
    framework_version="1.2-1",
    enable_network_isolation=True,
)
predictor = model.deploy(instance_type="ml.m5.large", initial_instance_count=1)
described = boto3.client("sagemaker").describe_model(ModelName=model.name)
print("isolated", described["EnableNetworkIsolation"])
print("code in", described["PrimaryContainer"]["Environment"]["SAGEMAKER_SUBMIT_DIRECTORY"])
print("repacked", described["PrimaryContainer"]["ModelDataUrl"] != "s3://my-bucket/model.tar.gz")
print("labels", predictor.predict(np.loadtxt("test.csv", delimiter=",")[::15, :4]))
predictor.delete_endpoint()
