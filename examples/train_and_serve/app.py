"""A model that is trained by a script, served by an endpoint, and replaced by every better one."""

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from constructs_lib import (
    MetricDefinition,
    MetricThreshold,
    ModelData,
    SklearnEndpoint,
    SklearnModel,
    SklearnTraining,
)

app = cdk.App()
stack = cdk.Stack(app, "Diabetes")
key = kms.Key(stack, "Key", enable_key_rotation=True)
bucket = s3.Bucket(
    stack,
    "Bucket",
    block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
    encryption=s3.BucketEncryption.KMS,
    encryption_key=key,
    bucket_key_enabled=True,
    enforce_ssl=True,
    versioned=True,
)
cdk.CfnOutput(stack, "DataPath", value=f"s3://{bucket.bucket_name}/data")

training = SklearnTraining(
    stack,
    "Training",
    entry_point="train.py",
    source_dir="src",
    hyperparameters={"max-iter": 20, "learning-rate": 0.05},
    inputs={"train": f"s3://{bucket.bucket_name}/data/train/", "test": f"s3://{bucket.bucket_name}/data/test/"},
    metric_definitions=[
        MetricDefinition(name="test:r2", regex="test r2=([-0-9.]+)"),
        MetricDefinition(name="test:mae", regex="test mae=([0-9.]+)"),
    ],
    output_bucket=bucket,
    encryption_key=key,
    max_run=cdk.Duration.minutes(30),
    training_name="diabetes",
)

# Set in cdk.json, or with `cdk deploy -c job=NAME`, once there is a job whose model is to be the first.
job = app.node.try_get_context("job")
if job:
    model = SklearnModel(
        stack,
        "Model",
        model_data=ModelData.from_training_job(job, encryption_key=key),
        entry_point="inference.py",
        source_dir="src",
    )
    endpoint = SklearnEndpoint(stack, "Endpoint", model=model, endpoint_name="diabetes", encryption_key=key)
    training.deploy_to(endpoint, when=MetricThreshold(metric="test:r2", at_least=0.28))

packs = ("HIPAA.Security", "NIST.800.53.R4", "NIST.800.53.R5", "PCI.DSS.321")
reasons = {
    "Logging": "An example needs no access logs.",
    "Replication": "An example needs no copies in another region.",
    "DefaultLock": "An example's data may be deleted.",
}
for rule, reason in reasons.items():
    ids = [f"{pack}-S3Bucket{rule}Enabled" for pack in packs] + (["AwsSolutions-S1"] if rule == "Logging" else [])
    cdk.Validations.of(bucket).acknowledge(*(cdk.Acknowledgment(id=name, reason=reason) for name in ids))
app.synth()
