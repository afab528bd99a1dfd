import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Match, Template

from constructs_lib import (
    AsyncInference,
    ConfigurationError,
    DataCapture,
    InstanceVariant,
    ModelData,
    ServerlessVariant,
    SklearnEndpoint,
    SklearnEndpointConfig,
    SklearnModel,
)


@pytest.fixture
def model(stack, model_dir):
    return SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir))


def capture_config(stack: cdk.Stack) -> Any:
    (config,) = Template.from_stack(stack).find_resources("AWS::SageMaker::EndpointConfig").values()
    return config["Properties"]["DataCaptureConfig"]


def capture_statements(stack: cdk.Stack) -> Any:
    policies = Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
    (policy,) = [one for one in policies if one["Properties"]["PolicyName"].startswith("Capture-")]
    return policy["Properties"]["PolicyDocument"]["Statement"]


def test_by_default_all_is_captured_into_a_closed_bucket_that_empties_itself(stack, model):
    endpoint = SklearnEndpoint(stack, "Endpoint", model=model, data_capture=DataCapture())
    template = Template.from_stack(stack)
    (bucket,) = template.find_resources("AWS::S3::Bucket")
    destination = {"Fn::Join": ["", ["s3://", {"Ref": bucket}, "/capture"]]}
    assert capture_config(stack) == {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": destination,
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {
            "CsvContentTypes": ["text/csv"],
            "JsonContentTypes": ["application/json", "application/jsonlines", "application/x-ndjson"],
        },
    }
    template.has_resource(
        "AWS::S3::Bucket",
        {
            "Properties": {
                "BucketEncryption": Match.any_value(),
                "PublicAccessBlockConfiguration": Match.object_like({"RestrictPublicBuckets": True}),
                "LifecycleConfiguration": {"Rules": [Match.object_like({"ExpirationInDays": 90})]},
            },
            "DeletionPolicy": "Retain",
        },
    )
    assert endpoint.config.data_capture is not None
    path = {"Fn::Join": ["", ["s3://", {"Ref": bucket}, "/capture/"]]}
    assert stack.resolve(endpoint.config.data_capture.capture_path) == path
    template.has_output("*", {"Value": path, "Description": "where captured requests and answers are written"})


def test_the_role_may_write_below_the_prefix_and_nothing_else(stack, model):
    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "mine")
    SklearnEndpoint(stack, "Endpoint", model=model, data_capture=DataCapture(bucket=bucket, prefix="churn/seen/"))
    (statement,) = capture_statements(stack)
    assert statement["Action"] == ["s3:PutObject"]
    assert json.dumps(statement["Resource"]).endswith(':s3:::mine/churn/seen/*"]]}]')
    Template.from_stack(stack).resource_count_is("AWS::S3::Bucket", 0)


def test_the_endpoint_waits_for_the_right_to_write(stack, model):
    SklearnEndpoint(stack, "Endpoint", model=model, data_capture=DataCapture())
    (endpoint,) = Template.from_stack(stack).find_resources("AWS::SageMaker::Endpoint").values()
    assert [name for name in endpoint["DependsOn"] if name.startswith("EndpointCapture")]


@pytest.mark.parametrize("whose", ["the capture's", "the bucket's"])
def test_a_key_is_used_and_allowed_through_s3_alone(stack, model, whose):
    key = kms.Key(stack, "Key")
    capture = DataCapture(encryption_key=key)
    if whose == "the bucket's":
        capture = DataCapture(bucket=s3.Bucket(stack, "Bucket", encryption_key=key))
    SklearnEndpoint(stack, "Endpoint", model=model, data_capture=capture)
    assert ("KmsKeyId" in capture_config(stack)) == (whose == "the capture's")
    _, use = capture_statements(stack)
    assert use["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert use["Resource"] == [stack.resolve(key.key_arn)]
    assert list(use["Condition"]["StringEquals"]) == ["kms:ViaService"]


def test_a_share_of_the_answers_alone_as_base64(stack, model):
    capture = DataCapture(
        sampling_percentage=20,
        capture_input=False,
        csv_content_types=(),
        json_content_types=(),
        expiration=cdk.Duration.days(7),
    )
    config = SklearnEndpointConfig(stack, "Config", variants=[InstanceVariant(model=model)], data_capture=capture)
    SklearnEndpoint(stack, "Endpoint", config=config)
    rendered = capture_config(stack)
    assert rendered["InitialSamplingPercentage"] == 20
    assert rendered["CaptureOptions"] == [{"CaptureMode": "Output"}]
    assert "CaptureContentTypeHeader" not in rendered
    rules = {"LifecycleConfiguration": {"Rules": [Match.object_like({"ExpirationInDays": 7})]}}
    Template.from_stack(stack).has_resource_properties("AWS::S3::Bucket", rules)


def test_scaling_does_not_keep_what_was_captured_before(stack, model):
    endpoint = SklearnEndpoint(stack, "Endpoint", model=model, data_capture=DataCapture())
    endpoint.variant().auto_scale_instance_count(max_capacity=2)
    properties = {"ExcludeRetainedVariantProperties": [{"VariantPropertyType": "DesiredWeight"}]}
    Template.from_stack(stack).has_resource_properties("AWS::SageMaker::Endpoint", properties)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"prefix": "capture"}, "data_capture has prefix 'capture'; give a key that ends in '/'"),
        (
            {"prefix": "/capture/"},
            "data_capture has prefix '/capture/'; give a key that ends in '/' and does not begin",
        ),
        ({"sampling_percentage": 101}, "data_capture has sampling_percentage 101; give a whole number from 0 to 100"),
        ({"sampling_percentage": 0.5}, "data_capture has sampling_percentage 0.5; give a whole number from 0 to 100"),
        ({"capture_input": False, "capture_output": False}, "capture_input and capture_output False; give one of them"),
        ({"csv_content_types": ["text/csv; header=present"]}, "has 'text/csv; header=present' among csv_content_types"),
        ({"json_content_types": [f"a/{n}" for n in range(11)]}, "data_capture has 11 json_content_types; give at most"),
    ],
)
def test_what_sagemaker_would_refuse_is_refused(stack, model, options, message):
    with pytest.raises(ConfigurationError, match=message):
        SklearnEndpoint(stack, "Endpoint", model=model, data_capture=DataCapture(**options))


def test_the_rules_of_a_bucket_of_yours_are_yours(stack, model):
    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "mine")
    capture = DataCapture(bucket=bucket, expiration=cdk.Duration.days(7))
    with pytest.raises(ConfigurationError, match="the bucket has lifecycle rules of its own: leave one out"):
        SklearnEndpoint(stack, "Endpoint", model=model, data_capture=capture)


def test_only_real_time_endpoints_on_instances_are_captured(stack, model):
    variants = [ServerlessVariant(model=model)]
    with pytest.raises(ConfigurationError, match="data_capture stands beside a serverless variant; SageMaker captures"):
        SklearnEndpointConfig(stack, "Serverless", variants=variants, data_capture=DataCapture())
    on_instances = [InstanceVariant(model=model)]
    with pytest.raises(ConfigurationError, match="data_capture stands beside async_inference; SageMaker captures"):
        SklearnEndpointConfig(
            stack, "Async", variants=on_instances, async_inference=AsyncInference(), data_capture=DataCapture()
        )


def test_it_belongs_to_the_config_when_one_is_given(stack, model):
    config = SklearnEndpointConfig(stack, "Config", variants=[InstanceVariant(model=model)])
    with pytest.raises(ConfigurationError, match="data_capture and encryption_key belong to the config"):
        SklearnEndpoint(stack, "Endpoint", config=config, data_capture=DataCapture())


def test_tokens_are_never_compared(stack, model):
    number = cdk.CfnParameter(stack, "Share", type="Number").value_as_number
    prefix = cdk.CfnParameter(stack, "Prefix").value_as_string
    capture = DataCapture(sampling_percentage=number, prefix=prefix)  # type: ignore[arg-type]
    SklearnEndpoint(stack, "Endpoint", model=model, data_capture=capture)
    assert capture_config(stack)["InitialSamplingPercentage"] == {"Ref": "Share"}
