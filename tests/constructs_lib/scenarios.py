"""Stacks that use the library as its users do; each scenario is named as a sentence would name it."""

from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_applicationautoscaling as autoscaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns

from constructs_lib import (
    ApiKeyAuthorization,
    AsyncInference,
    CategoricalRange,
    ContinuousRange,
    DataCapture,
    EndpointAlarms,
    InstanceVariant,
    IntegerRange,
    JsonRows,
    MetricDefinition,
    MetricThreshold,
    ModelData,
    Prices,
    Quota,
    ServerlessVariant,
    ShadowVariant,
    SklearnEndpoint,
    SklearnEndpointConfig,
    SklearnEndpointMonitoring,
    SklearnFunction,
    SklearnImage,
    SklearnModel,
    SklearnMultiModel,
    SklearnRestApi,
    SklearnTraining,
    SklearnTransform,
    SklearnTuning,
    SmokeTest,
    SpotTraining,
)

S3_URI = "s3://bucket/0123456789abcdef0123456789abcdef/model.tar.gz"


def one_endpoint(stack: cdk.Stack, model_dir: Path) -> None:
    model = SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir))
    SklearnEndpoint(stack, "Endpoint", model=model, encryption_key=kms.Key(stack, "Key", enable_key_rotation=True))


def hooks_and_two_variants(stack: cdk.Stack, model_dir: Path) -> None:
    data = ModelData.from_directory(model_dir)
    hooks = model_dir.parent / "hooks.py"
    hooks.write_text("def predict_fn(data, model): ...", encoding="utf-8")
    champion = SklearnModel(stack, "Champion", model_data=data, entry_point=hooks, method="predict_proba")
    challenger = SklearnModel(
        stack, "Challenger", model_data=data, server="stock", environment={"OMP_NUM_THREADS": "2"}
    )
    variants = [
        InstanceVariant(model=champion, name="Champion", weight=0.9, volume_size=cdk.Size.gibibytes(20)),
        InstanceVariant(model=challenger, name="Challenger", weight=0, instance_type="ml.c5.large"),
    ]
    config = SklearnEndpointConfig(stack, "Config", variants=variants)
    endpoint = SklearnEndpoint(stack, "Endpoint", config=config, endpoint_name="churn")
    endpoint.grant_invoke(iam.Role(stack, "Caller", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com")))


def model_data_in_s3(stack: cdk.Stack, _: Path) -> None:
    key = kms.Key(stack, "Key", enable_key_rotation=True)
    archive = ModelData.from_s3(S3_URI, sha256="0" * 64, sklearn_version="1.9.0", encryption_key=key)
    prefix = ModelData.from_s3("s3://bucket/uncompressed/", version="7", sklearn_version="1.9.0")
    variants = [
        InstanceVariant(model=SklearnModel(stack, name, model_data=data), name=name)
        for name, data in {"Archive": archive, "Prefix": prefix}.items()
    ]
    SklearnEndpoint(stack, "Endpoint", config=SklearnEndpointConfig(stack, "Config", variants=variants))


def vpc_and_own_image(stack: cdk.Stack, model_dir: Path) -> None:
    vpc = ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-0123456789abcdef0",
        availability_zones=["eu-west-1a"],
        private_subnet_ids=["subnet-0123456789abcdef0"],
        private_subnet_route_table_ids=["rtb-0123456789abcdef0"],
    )
    repository = ecr.Repository.from_repository_name(stack, "Repository", "serving")
    image = SklearnImage.from_ecr(repository, "v1", architecture="arm64", sklearn_version="1.9.0")
    data = ModelData.from_file(model_dir / "model.joblib")
    model = SklearnModel(stack, "Model", model_data=data, image=image, vpc=vpc, network_isolation=True)
    SklearnEndpoint(stack, "Endpoint", model=model, instance_type="ml.c7g.large")


def a_shadow_and_scaling(stack: cdk.Stack, model_dir: Path) -> None:
    data = ModelData.from_directory(model_dir)
    champion, candidate = (SklearnModel(stack, name, model_data=data) for name in ("Champion", "Candidate"))
    config = SklearnEndpointConfig(
        stack,
        "Config",
        variants=[InstanceVariant(model=champion, initial_instance_count=2)],
        shadow=ShadowVariant(model=candidate, traffic_percent=25),
    )
    endpoint = SklearnEndpoint(stack, "Endpoint", config=config, endpoint_name="churn")
    variant = endpoint.variant()
    scaling = variant.auto_scale_instance_count(min_capacity=2, max_capacity=6)
    scaling.scale_on_invocations("Load", invocations_per_instance=600)
    scaling.scale_on_concurrency("Busy", requests_per_instance=8, disable_scale_in=True)
    scaling.scale_on_schedule("Morning", schedule=autoscaling.Schedule.cron(hour="7", minute="0"), min_capacity=3)
    scaling.scale_on_metric(
        "Cpu",
        metric=variant.metric_cpu_utilization(),
        scaling_steps=[
            autoscaling.ScalingInterval(upper=20, change=-1),
            autoscaling.ScalingInterval(lower=150, change=2),
        ],
    )


def serverless(stack: cdk.Stack, model_dir: Path) -> None:
    model = SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir))
    variant = ServerlessVariant(model=model, max_concurrency=20, provisioned_concurrency=2)
    endpoint = SklearnEndpoint(stack, "Endpoint", config=SklearnEndpointConfig(stack, "Config", variants=[variant]))
    scaling = endpoint.variant().auto_scale_provisioned_concurrency(max_capacity=10)
    scaling.scale_on_utilization("Use", utilization_target=0.7)


def asynchronous(stack: cdk.Stack, model_dir: Path) -> None:
    model = SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir))
    settings = AsyncInference(
        encryption_key=kms.Key(stack, "Key", enable_key_rotation=True),
        error_topic=sns.Topic(stack, "Errors"),
        max_concurrent_invocations_per_instance=4,
    )
    config = SklearnEndpointConfig(stack, "Config", variants=[InstanceVariant(model=model)], async_inference=settings)
    endpoint = SklearnEndpoint(stack, "Endpoint", config=config)
    endpoint.grant_invoke_async(iam.Role(stack, "Caller", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com")))
    scaling = endpoint.variant().auto_scale_instance_count(min_capacity=0, max_capacity=3)
    scaling.scale_on_backlog("Backlog", requests_per_instance=5)


def captured_data(stack: cdk.Stack, model_dir: Path) -> None:
    key = kms.Key(stack, "Key", enable_key_rotation=True)
    model = SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir))
    capture = DataCapture(encryption_key=key, sampling_percentage=20)
    SklearnEndpoint(stack, "Endpoint", model=model, data_capture=capture, encryption_key=key)


def many_models(stack: cdk.Stack, _: Path) -> None:
    key = kms.Key(stack, "Key", enable_key_rotation=True)
    models = SklearnMultiModel(stack, "Models", prefix="cities/", encryption_key=key, cache_models=False)
    models.grant_manage_models(iam.Role(stack, "Manager", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com")))
    SklearnEndpoint(stack, "Endpoint", model=models, encryption_key=key)


def a_smoke_test(stack: cdk.Stack, model_dir: Path) -> None:
    model = SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir))
    test = SmokeTest(rows=[[0.0], [1.0]], expected=[0, 1], method="predict", timeout=cdk.Duration.minutes(1))
    SklearnEndpoint(stack, "Endpoint", model=model, smoke_test=test)


def training_and_a_rollout(stack: cdk.Stack, model_dir: Path) -> None:
    key = kms.Key(stack, "Key", enable_key_rotation=True)
    model = SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir))
    endpoint = SklearnEndpoint(stack, "Endpoint", model=model, encryption_key=key)
    script = model_dir.parent / "train.py"
    script.write_text("print('f1=0.5')", encoding="utf-8")
    f1 = MetricDefinition(name="validation:f1", regex="f1=([0-9.]+)")
    training = SklearnTraining(
        stack,
        "Training",
        entry_point=script,
        hyperparameters={"C": 0.5},
        inputs={"train": "s3://data/train/", "test": "s3://data/test/"},
        metric_definitions=[f1],
        encryption_key=key,
        spot=SpotTraining(max_wait=cdk.Duration.days(2)),
        schedule=events.Schedule.rate(cdk.Duration.days(7)),
    )
    training.deploy_to(endpoint, when=MetricThreshold(metric=f1.name, at_least=0.8))
    training.publish_to("/churn/model-data")
    training.grant_start(iam.Role(stack, "Caller", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com")))


def a_transform(stack: cdk.Stack, model_dir: Path) -> None:
    key = kms.Key(stack, "Key", enable_key_rotation=True)
    model = SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir))
    transform = SklearnTransform(
        stack,
        "Scores",
        model=model,
        data="s3://data/customers/",
        input_filter="$[1:]",
        join_source="Input",
        max_concurrent_transforms=2,
        max_payload=cdk.Size.mebibytes(50),
        encryption_key=key,
        schedule=events.Schedule.rate(cdk.Duration.days(1)),
    )
    caller = iam.Role(stack, "Caller", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    transform.grant_start(caller)
    transform.grant_read_output(caller)


def a_tuning(stack: cdk.Stack, model_dir: Path) -> None:
    script = model_dir.parent / "train.py"
    script.write_text("print('f1=0.5')", encoding="utf-8")
    training = SklearnTraining(
        stack,
        "Training",
        entry_point=script,
        inputs={"train": "s3://data/train/"},
        metric_definitions=[MetricDefinition(name="f1", regex="f1=([0-9.]+)")],
    )
    tuning = SklearnTuning(
        stack,
        "Tuner",
        training=training,
        objective="f1",
        ranges={
            "C": ContinuousRange(minimum=0.001, maximum=10, scaling="Logarithmic"),
            "depth": IntegerRange(minimum=1, maximum=8),
            "penalty": CategoricalRange(values=["l1", "l2"]),
        },
        early_stopping=True,
        schedule=events.Schedule.rate(cdk.Duration.days(7)),
    )
    tuning.publish_to("/churn/model-data", when=MetricThreshold(metric="f1", at_least=0.8))
    tuning.grant_start(iam.Role(stack, "Caller", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com")))


def a_watched_endpoint(stack: cdk.Stack, model_dir: Path) -> None:
    key = kms.Key(stack, "Key", enable_key_rotation=True)
    model = SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir))
    endpoint = SklearnEndpoint(
        stack, "Endpoint", model=model, endpoint_name="churn", name_parameter="/churn/endpoint", encryption_key=key
    )
    SklearnEndpointMonitoring(
        stack,
        "Monitoring",
        endpoint=endpoint,
        alarms=EndpointAlarms(model_latency_p99={"critical": cdk.Duration.millis(250)}),
        encryption_key=key,
        prices=Prices(instance_hour=0.115),
    )


def a_front_function(stack: cdk.Stack, model_dir: Path) -> None:
    key = kms.Key(stack, "Key", enable_key_rotation=True)
    model = SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir))
    endpoint = SklearnEndpoint(stack, "Endpoint", model=model, encryption_key=key)
    module = model_dir.parent / "front.py"
    module.write_text("def before(body, content_type):\n    return body, content_type\n", encoding="utf-8")
    front = SklearnFunction(
        stack,
        "Front",
        endpoint=endpoint,
        entry_point=module,
        environment={"TABLE": "customers"},
        reserved_concurrent_executions=10,
        # Lambda has no URLs there.
        function_url=not stack.region.startswith("us-gov-"),
        encryption_key=key,
    )
    caller = iam.Role(stack, "Caller", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    if front.url is not None:
        front.grant_invoke_url(caller)
    front.grant_invoke(caller)


def a_rest_api(stack: cdk.Stack, model_dir: Path) -> None:
    key = kms.Key(stack, "Key", enable_key_rotation=True)
    model = SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir))
    endpoint = SklearnEndpoint(stack, "Endpoint", model=model, encryption_key=key)
    api = SklearnRestApi(
        stack,
        "RestApi",
        endpoint=endpoint,
        request_schema=JsonRows(features=["age", "income"]),
        encryption_key=key,
        cloud_watch_role=True,
        web_acl_arn=f"arn:{stack.partition}:wafv2:{stack.region}:{stack.account}:regional/webacl/guard/0123",
    )
    api.grant_invoke(iam.Role(stack, "Caller", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com")))


def a_rest_api_with_keys(stack: cdk.Stack, _: Path) -> None:
    SklearnRestApi(
        stack,
        "RestApi",
        endpoint=SklearnEndpoint.from_endpoint_name(stack, "Endpoint", "churn"),
        authorization=ApiKeyAuthorization(quota=Quota(limit=1000)),
        path="v1/predict",
        stage_name="live",
        content_types=["application/json", "text/csv", "application/x-npy"],
    )


Scenario = Callable[[cdk.Stack, Path], None]
SCENARIOS = (
    one_endpoint,
    hooks_and_two_variants,
    model_data_in_s3,
    vpc_and_own_image,
    a_shadow_and_scaling,
    serverless,
    asynchronous,
    captured_data,
    many_models,
    a_smoke_test,
    training_and_a_rollout,
    a_transform,
    a_tuning,
    a_watched_endpoint,
    a_front_function,
    a_rest_api,
    a_rest_api_with_keys,
)
