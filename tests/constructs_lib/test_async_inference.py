import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk.assertions import Match, Template

from constructs_lib import (
    AsyncInference,
    ConfigurationError,
    InstanceVariant,
    ModelData,
    ServerlessVariant,
    ShadowVariant,
    SklearnEndpoint,
    SklearnEndpointConfig,
    SklearnModel,
)


@pytest.fixture
def model(stack, model_dir):
    return SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir))


def deploy(stack: cdk.Stack, model: SklearnModel, settings: AsyncInference) -> SklearnEndpoint:
    variants = [InstanceVariant(model=model)]
    config = SklearnEndpointConfig(stack, "Config", variants=variants, async_inference=settings)
    return SklearnEndpoint(stack, "Endpoint", config=config)


def async_statements(stack: cdk.Stack) -> list[dict[str, object]]:
    policies = Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
    (policy,) = [one for one in policies if one["Properties"]["PolicyName"].startswith("Async-")]
    statements: list[dict[str, object]] = policy["Properties"]["PolicyDocument"]["Statement"]
    return statements


def test_a_bucket_of_its_own_is_closed_encrypted_and_emptied_by_itself(stack, model):
    deploy(stack, model, AsyncInference())
    template = Template.from_stack(stack)
    template.has_resource(
        "AWS::S3::Bucket",
        {
            "Properties": {
                "BucketEncryption": Match.any_value(),
                "PublicAccessBlockConfiguration": Match.object_like({"RestrictPublicBuckets": True}),
                "LifecycleConfiguration": {"Rules": [Match.object_like({"ExpirationInDays": 30})]},
            },
            "DeletionPolicy": "Retain",
        },
    )
    template.has_resource_properties(
        "AWS::S3::BucketPolicy",
        {
            "PolicyDocument": {
                "Statement": [
                    Match.object_like({"Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}})
                ]
            }
        },
    )
    (bucket,) = template.find_resources("AWS::S3::Bucket")
    output = {"Fn::Join": ["", ["s3://", {"Ref": bucket}, "/output/"]]}
    template.has_resource_properties(
        "AWS::SageMaker::EndpointConfig",
        {
            "AsyncInferenceConfig": {
                "OutputConfig": {"S3OutputPath": output, "S3FailurePath": Match.any_value()},
                "ClientConfig": Match.absent(),
            }
        },
    )
    path = {"Fn::Join": ["", ["s3://", {"Ref": bucket}, "/input/"]]}
    template.has_output("*", {"Value": path, "Description": "where requests of the endpoint are put"})


def test_the_role_may_read_requests_and_write_answers_and_nothing_else(stack, model):
    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "mine")
    deploy(stack, model, AsyncInference(bucket=bucket, input_prefix="in/"))
    read, write = async_statements(stack)
    assert read["Action"] == ["s3:GetObject"]
    assert "mine/in/*" in str(read["Resource"])
    assert write["Action"] == ["s3:PutObject"]
    assert "mine/output/*" in str(write["Resource"])
    assert "mine/failure/*" in str(write["Resource"])


def test_topics_and_key_are_used_and_allowed(stack, model):
    key = kms.Key(stack, "Key")
    answers, errors = (sns.Topic(stack, name) for name in ("Answers", "Errors"))
    settings = AsyncInference(
        encryption_key=key, success_topic=answers, error_topic=errors, max_concurrent_invocations_per_instance=4
    )
    deploy(stack, model, settings)
    arn = stack.resolve(key.key_arn)
    topics = [stack.resolve(topic.topic_arn) for topic in (answers, errors)]
    Template.from_stack(stack).has_resource_properties(
        "AWS::SageMaker::EndpointConfig",
        {
            "AsyncInferenceConfig": {
                "ClientConfig": {"MaxConcurrentInvocationsPerInstance": 4},
                "OutputConfig": {
                    "KmsKeyId": arn,
                    "NotificationConfig": {"SuccessTopic": topics[0], "ErrorTopic": topics[1]},
                    "S3OutputPath": Match.any_value(),
                    "S3FailurePath": Match.any_value(),
                },
            }
        },
    )
    _, _, publish, use_key = async_statements(stack)
    assert (publish["Action"], publish["Resource"]) == (["sns:Publish"], topics)
    assert (use_key["Action"], use_key["Resource"]) == (["kms:Decrypt", "kms:GenerateDataKey"], [arn])
    assert "kms:ViaService" in str(use_key["Condition"])


def test_a_caller_may_put_requests_and_wait_for_answers(stack, model):
    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "mine")
    endpoint = deploy(stack, model, AsyncInference(bucket=bucket, encryption_key=kms.Key(stack, "Key")))
    caller = iam.Role(stack, "Caller", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    assert endpoint.grant_invoke_async(caller).success
    template = Template.from_stack(stack)
    (policy,) = [
        one["Properties"]["PolicyDocument"]["Statement"]
        for one in template.find_resources("AWS::IAM::Policy").values()
        if one["Properties"]["PolicyName"].startswith("CallerDefaultPolicy")
    ]
    actions = {
        action
        for statement in policy
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    assert actions == {
        "sagemaker:InvokeEndpointAsync",
        "s3:PutObject",
        "s3:GetObject",
        # An answer that is not there yet is a 403 without it.
        "s3:ListBucket",
        "kms:Decrypt",
        "kms:GenerateDataKey",
    }


def test_only_an_asynchronous_endpoint_is_called_so(stack, model):
    endpoint = SklearnEndpoint(stack, "Endpoint", model=model)
    caller = iam.Role(stack, "Caller", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    with pytest.raises(ConfigurationError, match="the endpoint is not known to be asynchronous; use grant_invoke"):
        endpoint.grant_invoke_async(caller)
    with pytest.raises(ConfigurationError, match="nothing waits for it; use scale_on_invocations"):
        endpoint.variant().auto_scale_instance_count(max_capacity=2).scale_on_backlog("B", requests_per_instance=5)


def test_it_scales_on_what_waits_and_wakes_from_zero(stack, model):
    endpoint = deploy(stack, model, AsyncInference())
    scaling = endpoint.variant().auto_scale_instance_count(min_capacity=0, max_capacity=3)
    scaling.scale_on_backlog("Backlog", requests_per_instance=5)
    template = Template.from_stack(stack)
    dimensions = [{"Name": "EndpointName", "Value": endpoint.endpoint_name}]
    template.has_resource_properties("AWS::ApplicationAutoScaling::ScalableTarget", {"MinCapacity": 0})
    template.has_resource_properties(
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        {
            "TargetTrackingScalingPolicyConfiguration": {
                "CustomizedMetricSpecification": {
                    "MetricName": "ApproximateBacklogSizePerInstance",
                    "Namespace": "AWS/SageMaker",
                    "Dimensions": dimensions,
                    "Statistic": "Average",
                },
                "TargetValue": 5,
            }
        },
    )
    template.has_resource_properties(
        "AWS::CloudWatch::Alarm",
        {
            "MetricName": "HasBacklogWithoutCapacity",
            "Dimensions": dimensions,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching",
            "AlarmActions": [Match.any_value()],
        },
    )


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"input_prefix": "in"}, "has input_prefix 'in'; give a key that ends in '/' and does not begin with one"),
        ({"output_prefix": "/out/"}, "has output_prefix '/out/'; give a key that ends in '/'"),
        ({"failure_prefix": "output/"}, "failure_prefix 'output/'; give three prefixes"),
        ({"max_concurrent_invocations_per_instance": 0}, "max_concurrent_invocations_per_instance 0; give 1 to 1000"),
    ],
)
def test_settings_that_are_refused(stack, model, options, problem):
    with pytest.raises(ConfigurationError, match=problem):
        deploy(stack, model, AsyncInference(**options))


def test_it_goes_with_production_variants_on_instances_only(stack, model):
    with pytest.raises(
        ConfigurationError, match="is serverless, and SageMaker runs asynchronous inference on instances"
    ):
        SklearnEndpointConfig(stack, "A", variants=[ServerlessVariant(model=model)], async_inference=AsyncInference())
    with pytest.raises(ConfigurationError, match="shadow 'Shadow' stands beside async_inference; SageMaker copies no"):
        SklearnEndpointConfig(
            stack,
            "B",
            variants=[InstanceVariant(model=model)],
            shadow=ShadowVariant(model=model),
            async_inference=AsyncInference(),
        )
