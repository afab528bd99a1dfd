"""The SDK's session around the samples: its bucket, its metrics, its log of a job that somebody else waits for."""

import sagemaker
from sagemaker.sklearn import SKLearn

session = sagemaker.Session()
print("account", session.account_id())
uri = session.upload_data("train.csv", key_prefix="data")
print("uploaded", uri)
print("read", len(session.read_s3_file(session.default_bucket(), "data/train.csv").splitlines()), "lines")
try:
    sagemaker.get_execution_role()
except ValueError as error:
    print("no role:", error)

estimator = SKLearn(
    "train_and_serve.py",
    role="SageMakerRole",
    instance_type="ml.m4.xlarge",
    framework_version="1.2-1",
    metric_definitions=[{"Name": "loss", "Regex": "loss=([0-9.]+)"}],
    base_job_name="measured",
    tags=[{"Key": "team", "Value": "churn"}],
    environment={"MODE": "fast"},
)
estimator.fit(uri, wait=False)
estimator.sagemaker_session.logs_for_job(estimator.latest_training_job.name, wait=True)
print("model", estimator.model_data.startswith(f"s3://{session.default_bucket()}/measured-"))
print("metrics", set(estimator.training_job_analytics.dataframe()["metric_name"]))
print(
    "tags",
    session.sagemaker_client.list_tags(ResourceArn=estimator.latest_training_job.describe()["TrainingJobArn"])["Tags"],
)
