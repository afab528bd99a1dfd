"""A script that is tuned, and its best model: served by an endpoint, and used on whole files."""

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from constructs_lib import (
    ContinuousRange,
    IntegerRange,
    MetricDefinition,
    MetricThreshold,
    ModelData,
    SklearnEndpoint,
    SklearnModel,
    SklearnTraining,
    SklearnTransform,
    SklearnTuning,
)

PARAMETER = "/progress/model-data"

app = cdk.App()

stack = cdk.Stack(app, "Progress")
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
    inputs={"train": f"s3://{bucket.bucket_name}/data/train/"},
    hyperparameters={"max-iter": 30},
    metric_definitions=[MetricDefinition(name="validation:r2", regex="validation r2=([-0-9.]+)")],
    output_bucket=bucket,
    encryption_key=key,
    max_run=cdk.Duration.minutes(30),
    training_name="progress-train",
)
tuning = SklearnTuning(
    stack,
    "Tuner",
    training=training,
    objective="validation:r2",
    ranges={
        "learning-rate": ContinuousRange(minimum=0.01, maximum=0.5, scaling="Logarithmic"),
        "max-depth": IntegerRange(minimum=1, maximum=6),
    },
    max_jobs=6,
    max_parallel_jobs=2,
    random_seed=0,
    tuning_name="progress",
)
tuning.publish_to(PARAMETER, when=MetricThreshold(metric="validation:r2", at_least=0.2))

# Set in cdk.json, or with `cdk deploy -c tuned=true`, once a tuning has published a model.
if app.node.try_get_context("tuned"):
    data = ModelData.from_parameter(
        PARAMETER, artifacts=training.output_path, sklearn_version="1.9.0", encryption_key=key
    )
    model = SklearnModel(stack, "Model", model_data=data)
    SklearnEndpoint(stack, "Endpoint", model=model, endpoint_name="progress", encryption_key=key)
    SklearnTransform(
        stack,
        "Scores",
        model=model,
        data=f"s3://{bucket.bucket_name}/data/patients/",
        # The first column is an id: the model does not get it, and the prediction stands beside it.
        input_filter="$[1:]",
        join_source="Input",
        output_filter="$[0,-1]",
        output_bucket=bucket,
        encryption_key=key,
        input_encryption_key=key,
    )

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
