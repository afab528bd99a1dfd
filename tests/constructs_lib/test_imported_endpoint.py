import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Match, Template

from constructs_lib import AsyncInference, ConfigurationError, EndpointTraits, SklearnEndpoint
from constructs_lib.imported_endpoint import ImportedEndpoint

ARN = "arn:aws:sagemaker:us-east-1:999999999999:endpoint/churn"


def by_name(stack: cdk.Stack) -> ImportedEndpoint:
    return SklearnEndpoint.from_endpoint_name(stack, "Imported", "Churn")


def by_arn(stack: cdk.Stack) -> ImportedEndpoint:
    return SklearnEndpoint.from_endpoint_arn(stack, "Imported", ARN)


def by_attributes(stack: cdk.Stack) -> ImportedEndpoint:
    return SklearnEndpoint.from_endpoint_attributes(
        stack, "Imported", endpoint_name="Churn", endpoint_arn=ARN, traits=EndpointTraits(variant_names=["Champion"])
    )


@pytest.mark.parametrize(
    ("make", "endpoint", "variant"),
    [(by_name, "Churn", "AllTraffic"), (by_arn, "churn", "AllTraffic"), (by_attributes, "Churn", "Champion")],
)
def test_an_imported_endpoint_has_metrics(stack, make, endpoint, variant):
    imported = make(stack)
    metric = imported.variant(variant).metric_model_latency(statistic="p99")
    assert metric.dimensions == {"EndpointName": endpoint, "VariantName": variant}
    assert imported.backlog.metric_approximate_backlog_size().dimensions == {"EndpointName": endpoint}
    with pytest.raises(
        ConfigurationError, match=rf"\[Churn/Imported\] there is no variant 'Other'; choose one of '{variant}'"
    ):
        imported.variant("Other")


@pytest.mark.parametrize("make", [by_name, by_arn, by_attributes])
def test_an_imported_endpoint_is_called_with_a_whole_or_a_streamed_response(stack, make):
    imported = make(stack)
    assert imported.grant_invoke(user(stack)).success
    assert imported.grant_invoke_stream(iam.User(stack, "Streaming")).success
    template = Template.from_stack(stack)
    stream = "sagemaker:InvokeEndpointWithResponseStream"
    for actions in (["sagemaker:InvokeEndpoint", stream], stream):
        allowed = {"Action": actions, "Effect": "Allow", "Resource": Match.any_value()}
        template.has_resource_properties("AWS::IAM::Policy", {"PolicyDocument": {"Statement": [allowed]}})


def test_an_asynchronous_one_is_called_through_its_bucket(stack):
    key = kms.Key(stack, "Key")
    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "requests")
    imported = SklearnEndpoint.from_endpoint_attributes(
        stack,
        "Imported",
        endpoint_name="churn",
        async_inference=AsyncInference(bucket=bucket, input_prefix="in/", encryption_key=key),
    )
    assert imported.traits.kind == "asynchronous"
    imported.grant_invoke_async(user(stack))
    found = Template.from_stack(stack).find_resources("AWS::IAM::Policy")
    (policy,) = found.values()
    statements = policy["Properties"]["PolicyDocument"]["Statement"]
    assert [one["Action"] for one in statements] == [
        "sagemaker:InvokeEndpointAsync",
        "s3:PutObject",
        "s3:GetObject",
        "s3:ListBucket",
        "s3:ListBucket",
        ["kms:Decrypt", "kms:GenerateDataKey"],
    ]
    assert "requests/in/*" in str(statements[1]["Resource"])


def test_who_is_not_known_to_be_asynchronous_is_not_called_so(stack):
    with pytest.raises(ConfigurationError, match="by from_endpoint_attributes with async_inference"):
        by_name(stack).grant_invoke_async(user(stack))


def test_what_does_not_go_together_is_said_in_one_list(stack):
    with pytest.raises(ConfigurationError) as caught:
        SklearnEndpoint.from_endpoint_attributes(
            stack,
            "Imported",
            endpoint_name="my_endpoint",
            traits=EndpointTraits(variant_names=[]),
            async_inference=AsyncInference(input_prefix="input"),
        )
    assert [problem.partition(";")[0] for problem in caught.value.problems] == [
        "endpoint_name 'my_endpoint' is not a name",
        "variant_names is empty",
        "traits say kind 'instances' beside async_inference",
        "async_inference has input_prefix 'input'",
        "async_inference has no bucket",
    ]


def user(stack: cdk.Stack) -> iam.User:
    return iam.User(stack, "User")
