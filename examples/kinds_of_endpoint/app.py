"""Every kind of endpoint, in one stack: take the function that you need."""

import aws_cdk as cdk
from aws_cdk import aws_applicationautoscaling as autoscaling
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns

from constructs_lib import (
    AsyncInference,
    Canary,
    DataCapture,
    InstanceVariant,
    ModelData,
    RollbackAlarms,
    ServerlessVariant,
    ShadowVariant,
    SklearnEndpoint,
    SklearnEndpointConfig,
    SklearnModel,
    SklearnMultiModel,
    SmokeTest,
)

app = cdk.App()
stack = cdk.Stack(app, "KindsOfEndpoint")
key = kms.Key(stack, "Key", enable_key_rotation=True)
champion = SklearnModel(stack, "Champion", model_data=ModelData.from_directory("model/champion"))
challenger = SklearnModel(stack, "Challenger", model_data=ModelData.from_directory("model/challenger"))

BOTTLE = [14.23, 1.71, 2.43, 15.6, 127.0, 2.8, 3.06, 0.28, 2.29, 5.64, 1.04, 3.92, 1065.0]


def two_variants() -> None:
    """Two models share the traffic; updates go in steps, are undone by alarms, and are tested with a bottle."""
    config = SklearnEndpointConfig(
        stack,
        "TwoVariantsConfig",
        variants=[
            InstanceVariant(model=champion, name="Champion", weight=9, initial_instance_count=2),
            InstanceVariant(model=challenger, name="Challenger", weight=1, initial_instance_count=2),
        ],
        encryption_key=key,
    )
    endpoint = SklearnEndpoint(
        stack,
        "TwoVariants",
        config=config,
        endpoint_name="wine-two-variants",
        deployment=Canary(size_percent=50, wait=cdk.Duration.minutes(2), baking_time=cdk.Duration.minutes(2)),
        rollback_alarms=RollbackAlarms(max_error_rate_percent=1, max_p99_latency=cdk.Duration.seconds(1)),
        smoke_test=SmokeTest(rows=[BOTTLE], expected=[0]),
    )
    for name in ("Champion", "Challenger"):
        scaling = endpoint.variant(name).auto_scale_instance_count(min_capacity=2, max_capacity=4)
        scaling.scale_on_invocations("Load", invocations_per_instance=6000)
        scaling.scale_on_schedule("Harvest", schedule=autoscaling.Schedule.cron(month="9", day="1"), min_capacity=3)


def shadow() -> None:
    """The challenger gets copies of a quarter of the requests; only the champion answers, and both are captured."""
    config = SklearnEndpointConfig(
        stack,
        "ShadowConfig",
        variants=[InstanceVariant(model=champion)],
        shadow=ShadowVariant(model=challenger, traffic_percent=25),
        data_capture=DataCapture(encryption_key=key),
        encryption_key=key,
    )
    if config.data_capture:
        acknowledge_bucket(config.data_capture.bucket)
    SklearnEndpoint(stack, "Shadowed", config=config, endpoint_name="wine-shadow")


def serverless() -> None:
    """No instances; two slots are kept warm, and more when these are busy."""
    variant = ServerlessVariant(model=champion, memory_size_in_mb=2048, max_concurrency=20, provisioned_concurrency=2)
    config = SklearnEndpointConfig(stack, "ServerlessConfig", variants=[variant])
    endpoint = SklearnEndpoint(stack, "Serverless", config=config, endpoint_name="wine-serverless")
    scaling = endpoint.variant().auto_scale_provisioned_concurrency(min_capacity=2, max_capacity=10)
    scaling.scale_on_utilization("Busy", utilization_target=0.7)


def asynchronous() -> None:
    """Requests wait in S3; instances come when there are some, and go when there are none."""
    errors = sns.Topic(stack, "Errors", master_key=key, enforce_ssl=True)
    config = SklearnEndpointConfig(
        stack,
        "AsyncConfig",
        variants=[InstanceVariant(model=champion)],
        async_inference=AsyncInference(encryption_key=key, error_topic=errors),
        encryption_key=key,
    )
    endpoint = SklearnEndpoint(stack, "Async", config=config, endpoint_name="wine-async")
    if config.async_inference:
        acknowledge_bucket(config.async_inference.bucket)
    scaling = endpoint.variant().auto_scale_instance_count(min_capacity=0, max_capacity=2)
    scaling.scale_on_backlog("Backlog", requests_per_instance=5)


def many_models() -> None:
    """A model for each cellar, all on the same instances; they are added by `call.py`, not by a deployment."""
    cellars = SklearnMultiModel(stack, "Cellars", prefix="cellars/", encryption_key=key)
    SklearnEndpoint(stack, "ManyModels", model=cellars, endpoint_name="wine-cellars", encryption_key=key)
    acknowledge_bucket(cellars.bucket)


def acknowledge_bucket(bucket: s3.IBucket) -> None:
    """Say to cdk-nag what the example's buckets do without; in your app, give buckets as your rules want them."""
    reasons = {
        "Logging": "An example needs no access logs.",
        "Replication": "An example needs no copies in another region.",
        "Versioning": "Requests and answers are written once, and expire.",
    }
    for rule, reason in reasons.items():
        packs = ("HIPAA.Security", "NIST.800.53.R5", "PCI.DSS.321")
        ids = [f"{pack}-S3Bucket{rule}Enabled" for pack in packs]
        ids += ["AwsSolutions-S1"] if rule == "Logging" else []
        cdk.Validations.of(bucket).acknowledge(*(cdk.Acknowledgment(id=name, reason=reason) for name in ids))


two_variants()
shadow()
serverless()
asynchronous()
many_models()
app.synth()
