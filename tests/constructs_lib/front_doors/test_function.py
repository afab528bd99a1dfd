import json
from typing import Any

import pytest
from aws_cdk import CfnParameter, Duration, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk.assertions import Annotations, Match, Template

from constructs_lib import (
    AsyncInference,
    ConfigurationError,
    EndpointTraits,
    InstanceVariant,
    ModelData,
    SklearnEndpoint,
    SklearnEndpointConfig,
    SklearnFunction,
    SklearnModel,
)


@pytest.fixture
def endpoint(stack):
    return SklearnEndpoint.from_endpoint_name(stack, "Endpoint", "Churn")


def statements_of(stack, policy):
    found = Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
    (document,) = [
        one["Properties"]["PolicyDocument"] for one in found if one["Properties"]["PolicyName"].startswith(policy)
    ]
    return document["Statement"]


def refusal(stack, endpoint, **options):
    with pytest.raises(ConfigurationError) as error:
        SklearnFunction(stack, "Front", endpoint=endpoint, **options)
    return str(error.value)


def vpc_of(stack, *, isolated=False):
    kind = "isolated" if isolated else "private"
    subnets: dict[str, Any] = {
        f"{kind}_subnet_ids": ["subnet-0123456789abcdef0"],
        f"{kind}_subnet_route_table_ids": ["rtb-0123456789abcdef0"],
    }
    return ec2.Vpc.from_vpc_attributes(
        stack, "Vpc", vpc_id="vpc-0123456789abcdef0", availability_zones=["eu-west-1a"], **subnets
    )


def test_the_defaults_are_designed(stack, endpoint):
    front = SklearnFunction(stack, "Front", endpoint=endpoint)
    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::Lambda::Function",
        {
            "FunctionName": front.function_name,
            "Handler": "sklearn_front.index.handler",
            "Architectures": ["arm64"],
            "MemorySize": 512,
            "Timeout": 65,
            "TracingConfig": {"Mode": "Active"},
            "ReservedConcurrentExecutions": Match.absent(),
            "VpcConfig": Match.absent(),
            "Layers": Match.absent(),
            "Environment": {"Variables": {"SKLEARN_FRONT_ENDPOINT": "Churn", "SKLEARN_FRONT_READ_TIMEOUT": "60"}},
        },
    )
    template.has_resource_properties("AWS::Lambda::Url", {"AuthType": "AWS_IAM"})
    template.has_resource_properties(
        "AWS::Logs::LogGroup", {"LogGroupName": f"/aws/lambda/{front.function_name}", "RetentionInDays": 90}
    )
    template.resource_count_is("AWS::Lambda::Permission", 0)
    (output,) = template.find_outputs("*").values()
    assert output["Value"] == stack.resolve(front.url)


def test_it_may_invoke_this_endpoint_and_write_its_log_and_traces_and_nothing_else(make_stack):
    stack = make_stack(region="eu-west-1")
    SklearnFunction(
        stack, "Front", endpoint=SklearnEndpoint.from_endpoint_name(stack, "Endpoint", "Churn"), function_name="front"
    )
    template = Template.from_stack(stack)
    place = "eu-west-1:123456789012"
    assert statements_of(stack, "Invoke") == [
        {
            "Effect": "Allow",
            "Action": ["sagemaker:InvokeEndpoint"],
            "Resource": [f"arn:aws:sagemaker:{place}:endpoint/churn"],
        }
    ]
    (log,) = statements_of(stack, "WriteLog")
    assert log["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    (group,) = template.find_resources("AWS::Logs::LogGroup")
    assert log["Resource"] == [{"Fn::GetAtt": [group, "Arn"]}]
    assert statements_of(stack, "Trace")[0]["Action"] == ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    template.resource_count_is("AWS::IAM::Policy", 3)
    (role,) = template.find_resources("AWS::IAM::Role").values()
    assert "ManagedPolicyArns" not in role["Properties"]


def test_the_rights_are_there_before_the_function(stack, endpoint):
    SklearnFunction(stack, "Front", endpoint=endpoint)
    template = Template.from_stack(stack)
    (function,) = template.find_resources("AWS::Lambda::Function").values()
    assert set(template.find_resources("AWS::IAM::Policy")) <= set(function["DependsOn"])


def test_an_endpoint_of_the_stack_is_there_before_the_function(stack, model_dir):
    model = SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir))
    endpoint = SklearnEndpoint(stack, "Endpoint", model=model)
    SklearnFunction(stack, "Front", endpoint=endpoint)
    assert statements_of(stack, "Invoke")[0]["Resource"] == [stack.resolve(endpoint.endpoint_arn)]


def test_an_endpoint_may_be_known_by_its_arn(stack):
    arn = "arn:aws:sagemaker:us-west-2:210987654321:endpoint/churn"
    SklearnFunction(stack, "Front", endpoint=SklearnEndpoint.from_endpoint_arn(stack, "Endpoint", arn))
    assert statements_of(stack, "Invoke")[0]["Resource"] == [arn]


def test_every_setting_reaches_the_function(stack, endpoint):
    key = kms.Key(stack, "Key")
    front = SklearnFunction(
        stack,
        "Front",
        endpoint=endpoint,
        environment={"TABLE": "customers"},
        function_name="front",
        timeout=Duration.seconds(20),
        memory_size=2048,
        reserved_concurrent_executions=7,
        architecture="x86_64",
        tracing=False,
        log_retention=logs.RetentionDays.ONE_WEEK,
        encryption_key=key,
        vpc=vpc_of(stack),
    )
    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::Lambda::Function",
        {
            "FunctionName": "front",
            "Architectures": ["x86_64"],
            "KmsKeyArn": stack.resolve(key.key_arn),
            "MemorySize": 2048,
            "ReservedConcurrentExecutions": 7,
            "Timeout": 20,
            "TracingConfig": Match.absent(),
            "VpcConfig": {"SubnetIds": ["subnet-0123456789abcdef0"]},
            "Environment": {"Variables": {"TABLE": "customers", "SKLEARN_FRONT_READ_TIMEOUT": "15"}},
        },
    )
    template.has_resource_properties(
        "AWS::Logs::LogGroup", {"RetentionInDays": 7, "KmsKeyId": stack.resolve(key.key_arn)}
    )
    assert "log-group:/aws/lambda/front" in json.dumps(template.find_resources("AWS::KMS::Key"))
    assert statements_of(stack, "Variables")[0]["Resource"] == [stack.resolve(key.key_arn)]
    described, made, deleted = statements_of(stack, "Network")
    assert described["Resource"] == ["*"]
    assert "ec2:CreateNetworkInterface" in made["Action"]
    assert len(made["Resource"]) == 3
    # Lambda refuses a function whose role may delete some kinds of interfaces only.
    assert (deleted["Action"], str(deleted["Resource"]).count("*/*")) == (["ec2:DeleteNetworkInterface"], 1)
    assert len(front.connections.security_groups) == 1
    Annotations.from_stack(stack).has_no_warning("*", Match.any_value())


def test_an_imported_key_comes_with_what_its_policy_needs(stack, endpoint):
    key = kms.Key.from_key_arn(
        stack, "Key", "arn:aws:kms:eu-west-1:123456789012:key/12345678-90ab-cdef-1234-567890abcdef"
    )
    SklearnFunction(stack, "Front", endpoint=endpoint, encryption_key=key, function_name="front")
    warning = Match.string_like_regexp("nothing is added to the policy of an imported key.*/aws/lambda/front")
    Annotations.from_stack(stack).has_warning("*", warning)


@pytest.mark.parametrize("way", [False, True])
def test_subnets_from_which_the_endpoint_is_out_of_reach_are_told(stack, endpoint, way):
    vpc = vpc_of(stack, isolated=True)
    if way:
        vpc.add_interface_endpoint("Runtime", service=ec2.InterfaceVpcEndpointAwsService.SAGEMAKER_RUNTIME, open=False)
    subnets = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)
    SklearnFunction(stack, "Front", endpoint=endpoint, vpc=vpc, vpc_subnets=subnets)
    text = Match.string_like_regexp("so the function does not reach its endpoint")
    told = Annotations.from_stack(stack).find_warning("*", text)
    assert len(told) == (0 if way else 1)


def test_callers_are_let_in_by_grants(stack, endpoint):
    front = SklearnFunction(stack, "Front", endpoint=endpoint)
    web, program = (iam.Role(stack, name, assumed_by=iam.AccountRootPrincipal()) for name in ("Web", "Program"))
    front.grant_invoke_url(web)
    front.grant_invoke(program)
    by_url, also = statements_of(stack, "WebDefaultPolicy")
    assert (by_url["Action"], also["Action"]) == ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")
    assert also["Condition"] == {"Bool": {"lambda:InvokedViaFunctionUrl": True}}
    (called,) = statements_of(stack, "ProgramDefaultPolicy")
    assert called["Action"] == "lambda:InvokeFunction"
    assert stack.resolve(front.function_arn) in called["Resource"]


def test_the_function_is_granted_what_its_module_needs(stack, endpoint):
    front = SklearnFunction(stack, "Front", endpoint=endpoint)
    key = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
    table = dynamodb.Table(stack, "Table", partition_key=key)
    table.grant_read_data(front)
    (read,) = statements_of(stack, "FrontRoleDefaultPolicy")
    assert "dynamodb:GetItem" in read["Action"]


def test_the_module_travels_and_is_named(stack, endpoint, tmp_path):
    (tmp_path / "front.py").write_text("def after(body, content_type): ...", encoding="utf-8")
    SklearnFunction(stack, "Front", endpoint=endpoint, entry_point=tmp_path / "front.py")
    Template.from_stack(stack).has_resource_properties(
        "AWS::Lambda::Function", {"Environment": {"Variables": {"SKLEARN_FRONT_MODULE": "front"}}}
    )


def test_an_asynchronous_endpoint_is_refused(stack, model_dir):
    model = SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir))
    config = SklearnEndpointConfig(
        stack, "Config", variants=[InstanceVariant(model=model)], async_inference=AsyncInference()
    )
    endpoint = SklearnEndpoint(stack, "Endpoint", config=config, endpoint_name="later")
    assert "endpoint 'later' is asynchronous, and gives no answer" in refusal(stack, endpoint)


def test_an_imported_endpoint_that_is_said_to_be_asynchronous_is_refused(stack):
    traits = EndpointTraits(kind="asynchronous")
    endpoint = SklearnEndpoint.from_endpoint_name(stack, "Endpoint", "later", traits=traits)
    assert "endpoint 'later' is asynchronous" in refusal(stack, endpoint)


def test_without_a_url_it_is_called_by_its_name(stack, endpoint):
    front = SklearnFunction(stack, "Front", endpoint=endpoint, function_url=False)
    caller = iam.User(stack, "Caller")
    assert front.url is None
    assert front.grant_invoke(caller).success
    with pytest.raises(ConfigurationError, match=r"/Front\] the function has no URL; use grant_invoke, or"):
        front.grant_invoke_url(caller)
    template = Template.from_stack(stack)
    template.resource_count_is("AWS::Lambda::Url", 0)
    assert "FrontFunctionUrl" not in str(template.find_outputs("*"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"timeout": Duration.seconds(5)}, "timeout is 5 s; give 6 to 900 s"),
        ({"timeout": Duration.minutes(16)}, "timeout is 960 s; give 6 to 900 s"),
        ({"memory_size": 64}, "memory_size is 64 MB; give 128 to 10,240 MB"),
        ({"reserved_concurrent_executions": 0}, "reserved_concurrent_executions is 0; give at least 1"),
        ({"architecture": "mips"}, "architecture is 'mips'; choose one of arm64, x86_64"),
        ({"function_name": "a b"}, "function_name 'a b' is not a name; use at most 64 letters"),
        ({"vpc_subnets": ec2.SubnetSelection()}, "vpc_subnets and security_groups need a vpc"),
        ({"environment": {"1": "x"}}, "environment variable '1' is not a name"),
        ({"environment": {"AWS_REGION": "x"}}, "'AWS_REGION' begins as those of Lambda or of the handler do"),
        ({"environment": {"SKLEARN_FRONT_MODULE": "x"}}, "choose another name"),
        ({"environment": {"TEXT": "x" * 3500}}, "environment has 3,504 bytes; Lambda takes 3,500"),
        ({"source_dir": "tests"}, "source_dir 'tests' has no entry_point"),
        ({"entry_point": "nothing.py"}, "entry_point 'nothing.py' does not exist"),
    ],
)
def test_what_lambda_would_refuse_is_refused(stack, endpoint, options, message):
    assert message in refusal(stack, endpoint, **options)


def test_all_problems_are_told_at_once(stack, endpoint):
    told = refusal(stack, endpoint, memory_size=1, timeout=Duration.seconds(1), entry_point="nothing.py")
    assert told.startswith("[Churn/Front] 3 problems:")


def test_a_timeout_that_is_known_only_at_deployment_is_refused(stack, endpoint):
    seconds = CfnParameter(stack, "Seconds", type="Number").value_as_number
    assert "timeout is known only at deployment" in refusal(stack, endpoint, timeout=Duration.seconds(seconds))


def test_tokens_are_not_compared(stack, endpoint):
    SklearnFunction(
        stack,
        "Front",
        endpoint=endpoint,
        environment={"STACK": Stack.of(stack).stack_id},
        function_name=f"front-{Stack.of(stack).region}",
    )
    Template.from_stack(stack).resource_count_is("AWS::Lambda::Function", 1)


def test_in_a_new_vpc_it_waits_for_the_way_to_the_internet(stack, endpoint):
    SklearnFunction(stack, "Front", endpoint=endpoint, vpc=ec2.Vpc(stack, "Vpc"))
    functions = Template.from_stack(stack).find_resources("AWS::Lambda::Function")
    (waits,) = (str(function["DependsOn"]) for name, function in functions.items() if name.startswith("Front"))
    assert "DefaultRoute" in waits
    assert "FrontNetwork" in waits
