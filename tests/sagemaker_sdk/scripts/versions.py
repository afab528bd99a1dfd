"""Every image that the SDK knows: a job and an endpoint of each."""

import boto3
import numpy as np
from sagemaker.image_uris import config_for_framework
from sagemaker.sklearn import SKLearn
from sagemaker.sklearn.model import SKLearnPredictor

client = boto3.client("sagemaker")
versions = sorted(config_for_framework("sklearn")["training"]["versions"])
estimators = {
    version: SKLearn(
        "train_and_serve.py", role="SageMakerRole", instance_type="ml.m4.xlarge", framework_version=version
    )
    for version in versions
}
for estimator in estimators.values():
    estimator.fit("s3://my-bucket/data/", wait=False)
predictors = {}
for version, estimator in estimators.items():
    estimator.latest_training_job.wait(logs=False)
    predictors[version] = estimator.deploy(
        instance_type="ml.m4.xlarge",
        initial_instance_count=1,
        wait=False,
        endpoint_name=f"version-{version.replace('.', '-')}",
    )
for version, predictor in predictors.items():
    client.get_waiter("endpoint_in_service").wait(EndpointName=predictor.endpoint_name, WaiterConfig={"Delay": 2})
    assert isinstance(predictor, SKLearnPredictor)
    job = client.describe_training_job(TrainingJobName=estimators[version].latest_training_job.name)
    tag = job["AlgorithmSpecification"]["TrainingImage"].partition(":")[2]
    print(version, tag, predictor.predict(np.loadtxt("test.csv", delimiter=",")[::15, :4]))
    predictor.delete_endpoint()
