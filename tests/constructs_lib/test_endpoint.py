import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk.assertions import Annotations, Match, Template

from constructs_lib import (
    ConfigurationError,
    InstanceVariant,
    ModelData,
    ServerlessVariant,
    SklearnEndpoint,
    SklearnEndpointConfig,
    SklearnModel,
)

INVOKE = ["sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream"]


@pytest.fixture
def data(model_dir):
    return ModelData.from_directory(model_dir)


@pytest.fixture
def model(stack, data):
    return SklearnModel(stack, "Model", model_data=data)


def user(stack: cdk.Stack) -> iam.Role:
    return iam.Role(stack, "User", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))


def test_a_model_is_enough(stack, model):
    SklearnEndpoint(stack, "Endpoint", model=model)
    Template.from_stack(stack).has_resource_properties(
        "AWS::SageMaker::EndpointConfig",
        {
            "ProductionVariants": [
                Match.object_like(
                    {"VariantName": "AllTraffic", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
                )
            ]
        },
    )


def test_the_name_is_derived_from_the_path(stack, model):
    endpoint = SklearnEndpoint(stack, "Endpoint", model=model)
    assert endpoint.endpoint_name.startswith("churn-endpoint-")
    Template.from_stack(stack).has_resource_properties(
        "AWS::SageMaker::Endpoint", {"EndpointName": endpoint.endpoint_name}
    )


def test_the_derived_name_of_a_deep_and_long_path_fits(tmp_path, data):
    app = cdk.App(outdir=str(tmp_path / "cdk.out"))
    stack = cdk.NestedStack(cdk.Stack(cdk.Stage(app, "Production"), "C" * 50), "Nested")
    names = {
        SklearnEndpoint(stack, f"{name}Endpoint", model=SklearnModel(stack, name, model_data=data)).endpoint_name
        for name in ("One", "Two")
    }
    assert len(names) == 2
    assert all(len(name) <= 63 and name == name.lower() for name in names)


def test_the_endpoint_may_write_its_logs_and_metrics_before_it_starts(make_stack, data):
    stack = make_stack(region="eu-west-1")
    model = SklearnModel(stack, "Model", model_data=data)
    SklearnEndpoint(stack, "Endpoint", model=model, endpoint_name="churn")
    template = Template.from_stack(stack)
    group = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/Endpoints/churn"
    policies = template.find_resources(
        "AWS::IAM::Policy",
        {
            "Properties": {
                "PolicyDocument": {
                    "Statement": [
                        Match.object_like({"Resource": [group, f"{group}:*"]}),
                        Match.object_like({"Action": ["cloudwatch:PutMetricData"]}),
                    ]
                }
            }
        },
    )
    template.has_resource("AWS::SageMaker::Endpoint", {"DependsOn": Match.array_with(list(policies))})


def test_variants_with_roles_of_their_own_all_get_the_rights(stack, data):
    models = [SklearnModel(stack, name, model_data=data) for name in ("A", "B")]
    variants = [InstanceVariant(model=model, name=model.node.id) for model in (*models, models[0])]
    variants[2] = InstanceVariant(model=models[0], name="C")
    config = SklearnEndpointConfig(stack, "Config", variants=variants)
    endpoint = SklearnEndpoint(stack, "Endpoint", config=config)
    assert endpoint.config is config
    Template.from_stack(stack).has_resource_properties(
        "AWS::IAM::Policy",
        {
            "PolicyName": Match.string_like_regexp("^Logs-"),
            "Roles": [stack.resolve(model.role.role_name) for model in models],
        },
    )


def test_an_imported_role_is_told_what_the_endpoint_needs(stack, data):
    role = iam.Role.from_role_arn(stack, "Imported", "arn:aws:iam::123456789012:role/imported")
    SklearnEndpoint(stack, "Endpoint", model=SklearnModel(stack, "Model", model_data=data, role=role))
    Template.from_stack(stack).has_resource("AWS::SageMaker::Endpoint", {"DependsOn": Match.absent()})
    Annotations.from_stack(stack).has_warning(
        "/Churn/Endpoint", Match.string_like_regexp("logs:PutLogEvents.*cloudwatch:PutMetricData")
    )


def test_the_stack_gives_out_the_name(stack, model):
    SklearnEndpoint(stack, "Endpoint", model=model)
    Template.from_stack(stack).has_output("*", {"Value": {"Fn::GetAtt": ["EndpointEEF1FD8F", "EndpointName"]}})


def test_callers_may_be_given_the_right_to_invoke(stack, model):
    endpoint = SklearnEndpoint(stack, "Endpoint", model=model)
    assert endpoint.grant_invoke(user(stack)).success
    Template.from_stack(stack).has_resource_properties(
        "AWS::IAM::Policy",
        {
            "PolicyDocument": {
                "Statement": [{"Action": INVOKE, "Effect": "Allow", "Resource": {"Ref": "EndpointEEF1FD8F"}}]
            }
        },
    )


@pytest.mark.parametrize(("flags", "reference"), [(True, "Fn::GetStackOutput"), (False, "Fn::ImportValue")])
def test_a_caller_in_another_stack_may_be_given_the_right(make_stack, data, flags, reference):
    stack = make_stack(flags=flags)
    endpoint = SklearnEndpoint(stack, "Endpoint", model=SklearnModel(stack, "Model", model_data=data))
    other = cdk.Stack(cdk.App.of(stack), "Other")
    endpoint.grant_invoke(user(other))
    assert reference in str(Template.from_stack(other).to_json())


def test_constructs_of_cdk_take_it_for_an_endpoint(stack, model):
    endpoint = SklearnEndpoint(stack, "Endpoint", model=model)
    assert endpoint.endpoint_ref.endpoint_arn == endpoint.endpoint_arn
    api = apigateway.RestApi(stack, "Api")
    api.root.add_method("POST", apigateway.SagemakerIntegration(endpoint))
    Template.from_stack(stack).has_resource_properties(
        "AWS::ApiGateway::Method",
        {
            "Integration": {
                "Uri": {"Fn::Join": ["", Match.array_with([Match.string_like_regexp("path/endpoints/churn-")])]}
            }
        },
    )


def test_an_endpoint_is_found_by_its_name(make_stack):
    stack = make_stack(region="eu-west-1")
    endpoint = SklearnEndpoint.from_endpoint_name(stack, "Imported", "Churn")
    assert endpoint.endpoint_name == "Churn"
    assert stack.resolve(endpoint.endpoint_arn) == "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/churn"
    assert endpoint.endpoint_ref.endpoint_arn == endpoint.endpoint_arn
    endpoint.grant_invoke(user(stack))
    Template.from_stack(stack).has_resource_properties(
        "AWS::IAM::Policy", {"PolicyDocument": {"Statement": [Match.object_like({"Action": INVOKE})]}}
    )


def test_an_endpoint_is_found_by_its_arn_in_another_account(make_stack):
    arn = "arn:aws:sagemaker:us-east-1:999999999999:endpoint/churn"
    endpoint = SklearnEndpoint.from_endpoint_arn(make_stack(region="eu-west-1"), "Imported", arn)
    assert (endpoint.endpoint_name, endpoint.endpoint_arn) == ("churn", arn)
    assert (endpoint.env.account, endpoint.env.region) == ("999999999999", "us-east-1")


def test_an_arn_of_something_else_is_refused(stack):
    arn = "arn:aws:sagemaker:us-east-1:999999999999:endpoint-config/churn"
    with pytest.raises(
        ConfigurationError, match=r"\[Churn/Imported\] endpoint_arn '.*' is not an endpoint's; give one such"
    ):
        SklearnEndpoint.from_endpoint_arn(stack, "Imported", arn)


def test_the_arn_of_an_imported_endpoint_may_be_a_token(stack):
    arn = cdk.CfnParameter(stack, "Arn").value_as_string
    endpoint = SklearnEndpoint.from_endpoint_arn(stack, "Imported", arn)
    assert stack.resolve(endpoint.endpoint_arn) == {"Ref": "Arn"}
    assert "Fn::Select" in stack.resolve(endpoint.endpoint_name)


def test_the_name_of_an_imported_endpoint_may_be_a_token(stack):
    name = cdk.CfnParameter(stack, "Name").value_as_string
    endpoint = SklearnEndpoint.from_endpoint_name(stack, "Imported", name)
    assert {"Ref": "Name"} in stack.resolve(endpoint.endpoint_arn)["Fn::Join"][1]


def test_a_parameter_holds_the_name_once_there_is_an_endpoint(stack, model):
    endpoint = SklearnEndpoint(stack, "Endpoint", model=model, name_parameter="/churn/endpoint")
    assert endpoint.name_parameter is not None
    endpoint.name_parameter.grant_read(user(stack))
    Template.from_stack(stack).has_resource_properties(
        "AWS::SSM::Parameter",
        {"Name": "/churn/endpoint", "Value": {"Fn::GetAtt": ["EndpointEEF1FD8F", "EndpointName"]}},
    )


def test_a_parameter_that_is_none_is_refused(stack, model):
    with pytest.raises(ConfigurationError, match="parameter 'churn endpoint' is not a name"):
        SklearnEndpoint(stack, "Endpoint", model=model, name_parameter="churn endpoint")


def test_an_endpoint_of_either_kind_may_be_retained(stack, model):
    serverless = SklearnEndpointConfig(stack, "Config", variants=[ServerlessVariant(model=model)])
    for endpoint in (
        SklearnEndpoint(stack, "Instances", model=model),
        SklearnEndpoint(stack, "Serverless", config=serverless),
    ):
        endpoint.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
    found = Template.from_stack(stack).find_resources("AWS::SageMaker::Endpoint").values()
    assert [endpoint["DeletionPolicy"] for endpoint in found] == ["Retain", "Retain"]


def test_a_streaming_caller_is_given_no_more(stack, model):
    endpoint = SklearnEndpoint(stack, "Endpoint", model=model)
    endpoint.grant_invoke_stream(user(stack))
    Template.from_stack(stack).has_resource_properties(
        "AWS::IAM::Policy",
        {
            "PolicyDocument": {
                "Statement": [Match.object_like({"Action": "sagemaker:InvokeEndpointWithResponseStream"})]
            }
        },
    )


def test_a_model_or_a_config_is_needed(stack, model):
    with pytest.raises(ConfigurationError, match=r"\[Churn/None\] model and config are not given; give one of them"):
        SklearnEndpoint(stack, "None")
    config = SklearnEndpointConfig(stack, "Config", variants=[InstanceVariant(model=model)])
    with pytest.raises(ConfigurationError, match="model and config are both given; give one of them"):
        SklearnEndpoint(stack, "Both", model=model, config=config)


@pytest.mark.parametrize("option", ["instance_type", "initial_instance_count", "encryption_key"])
def test_what_belongs_to_the_config_is_refused_beside_it(stack, model, option):
    value = {"instance_type": "ml.c5.large", "initial_instance_count": 2, "encryption_key": kms.Key(stack, "Key")}[
        option
    ]
    config = SklearnEndpointConfig(stack, "Config", variants=[InstanceVariant(model=model)])
    with pytest.raises(ConfigurationError, match="belong to the config when one is given"):
        SklearnEndpoint(stack, "Endpoint", config=config, **{option: value})  # type: ignore[arg-type]


def test_a_name_that_is_none_is_refused(stack, model):
    with pytest.raises(ConfigurationError, match=r"\[Churn/Endpoint\] endpoint_name 'my_endpoint' is not a name"):
        SklearnEndpoint(stack, "Endpoint", model=model, endpoint_name="my_endpoint")


def test_an_arm64_instance_type_is_refused_for_an_image_without_arm64(stack, model):
    with pytest.raises(
        ConfigurationError, match=r"\[Churn/Endpoint/Config\] instance type 'ml.c7g.large' is arm64, but"
    ):
        SklearnEndpoint(stack, "Endpoint", model=model, instance_type="ml.c7g.large")
