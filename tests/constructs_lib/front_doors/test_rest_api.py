import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk.assertions import Annotations, Match, Template

from constructs_lib import (
    ApiKeyAuthorization,
    AsyncInference,
    ConfigurationError,
    EndpointTraits,
    InstanceVariant,
    JsonRows,
    JsonSchema,
    ModelData,
    Quota,
    SklearnEndpoint,
    SklearnEndpointConfig,
    SklearnModel,
    SklearnRestApi,
    Throttle,
)
from tests.constructs_lib.test_nag import PACKS, acknowledged, findings

WEB_ACL = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/guard/0123"
METHOD = "AWS::ApiGateway::Method"
STAGE = "AWS::ApiGateway::Stage"


@pytest.fixture
def imported(stack):
    return SklearnEndpoint.from_endpoint_name(stack, "Endpoint", "churn")


def caller(stack: cdk.Stack) -> iam.Role:
    return iam.Role(stack, "Caller", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))


def test_the_one_method_is_integrated_with_the_endpoint_and_may_call_no_other(stack, imported):
    SklearnRestApi(stack, "RestApi", endpoint=imported)
    template = Template.from_stack(stack)
    template.resource_count_is(METHOD, 1)
    template.has_resource_properties(
        METHOD,
        {
            "HttpMethod": "POST",
            "AuthorizationType": "AWS_IAM",
            "Integration": {"Type": "AWS", "IntegrationHttpMethod": "POST", "TimeoutInMillis": 29000},
        },
    )
    (uri,) = [
        json.dumps(method["Properties"]["Integration"]["Uri"]) for method in template.find_resources(METHOD).values()
    ]
    assert ":runtime.sagemaker:path/endpoints/churn/invocations" in uri
    template.has_resource_properties(
        "AWS::IAM::Policy",
        {
            "PolicyDocument": {
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": ["sagemaker:InvokeEndpoint"],
                        "Resource": [stack.resolve(imported.endpoint_arn)],
                    }
                ]
            }
        },
    )


def test_the_stage_waits_for_the_right_to_call_the_endpoint(stack, imported):
    SklearnRestApi(stack, "RestApi", endpoint=imported)
    (stage,) = Template.from_stack(stack).find_resources(STAGE).values()
    assert any(name.startswith("RestApiInvoke") for name in stage["DependsOn"])


def test_an_endpoint_of_this_app_is_made_before_the_stage(stack, model_dir):
    model = SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir))
    endpoint = SklearnEndpoint(stack, "Endpoint", model=model)
    SklearnRestApi(stack, "RestApi", endpoint=endpoint)
    policies = Template.from_stack(stack).find_resources(
        "AWS::IAM::Policy", {"Properties": {"PolicyName": Match.string_like_regexp("Invoke-.*")}}
    )
    (policy,) = policies.values()
    assert policy["Properties"]["PolicyDocument"]["Statement"][0]["Resource"] == [
        stack.resolve(endpoint.cfn_endpoint.ref)
    ]


def test_grant_invoke_allows_the_one_method_at_the_one_stage(make_stack):
    stack = make_stack(region="eu-west-1")
    imported = SklearnEndpoint.from_endpoint_name(stack, "Endpoint", "churn")
    api = SklearnRestApi(stack, "RestApi", endpoint=imported, path="v1/predict", stage_name="live")
    assert api.grant_invoke(caller(stack)).success
    ((statement,),) = [
        policy["Properties"]["PolicyDocument"]["Statement"]
        for name, policy in Template.from_stack(stack).find_resources("AWS::IAM::Policy").items()
        if name.startswith("Caller")
    ]
    assert statement["Action"] == "execute-api:Invoke"
    *before, api_id, after = statement["Resource"]["Fn::Join"][1]
    assert before[-1] == "arn:aws:execute-api:eu-west-1:123456789012:"
    assert api_id == stack.resolve(api.api.rest_api_id)
    assert after == "/live/POST/v1/predict"


def test_an_api_with_keys_grants_nobody_a_right(stack, imported):
    api = SklearnRestApi(stack, "RestApi", endpoint=imported, authorization=ApiKeyAuthorization())
    with pytest.raises(ConfigurationError, match="no right in IAM"):
        api.grant_invoke(caller(stack))


def test_a_key_has_a_plan_with_a_throttle_and_a_quota_and_only_its_id_is_told(stack, imported):
    authorization = ApiKeyAuthorization(throttle=Throttle(rate=5, burst=7), quota=Quota(limit=1000, period="MONTH"))
    api = SklearnRestApi(stack, "RestApi", endpoint=imported, authorization=authorization)
    assert api.usage_plan is not None
    template = Template.from_stack(stack)
    template.has_resource_properties(METHOD, {"AuthorizationType": "NONE", "ApiKeyRequired": True})
    template.has_resource_properties(
        "AWS::ApiGateway::UsagePlan",
        {"Throttle": {"RateLimit": 5, "BurstLimit": 7}, "Quota": {"Limit": 1000, "Period": "MONTH"}},
    )
    template.has_resource_properties("AWS::ApiGateway::ApiKey", {"Enabled": True, "Value": Match.absent()})
    template.resource_count_is("AWS::ApiGateway::UsagePlanKey", 1)
    outputs = template.to_json()["Outputs"]
    assert sorted(name[:-8] for name in outputs) == ["RestApiApiKeyId", "RestApiUrl"]
    (key_id,) = [output["Value"] for name, output in outputs.items() if "KeyId" in name]
    assert list(key_id) == ["Ref"]


def test_a_plan_has_no_quota_by_itself(stack, imported):
    SklearnRestApi(stack, "RestApi", endpoint=imported, authorization=ApiKeyAuthorization())
    Template.from_stack(stack).has_resource_properties(
        "AWS::ApiGateway::UsagePlan", {"Throttle": {"RateLimit": 10, "BurstLimit": 20}, "Quota": Match.absent()}
    )


def test_the_stage_throttles_traces_and_logs_no_data(stack, imported):
    api = SklearnRestApi(stack, "RestApi", endpoint=imported, throttle=Throttle(rate=0.5, burst=1))
    assert isinstance(api.stage, apigateway.Stage)
    assert api.usage_plan is None
    (stage,) = Template.from_stack(stack).find_resources(STAGE).values()
    assert stage["Properties"]["TracingEnabled"] is True
    assert stage["Properties"]["MethodSettings"] == [
        {
            "DataTraceEnabled": False,
            "HttpMethod": "*",
            "LoggingLevel": "ERROR",
            "ResourcePath": "/*",
            "ThrottlingBurstLimit": 1,
            "ThrottlingRateLimit": 0.5,
        }
    ]
    line = json.loads(stage["Properties"]["AccessLogSetting"]["Format"])
    assert set(line) >= {"requestId", "status", "userArn", "apiKeyId", "integrationLatency"}
    assert not {name for name in line.values() if "body" in name.lower()}


def test_both_logs_are_kept_as_long_as_asked_and_go_with_the_stack(stack, imported):
    api = SklearnRestApi(stack, "RestApi", endpoint=imported, log_retention=logs.RetentionDays.ONE_WEEK)
    groups = Template.from_stack(stack).find_resources("AWS::Logs::LogGroup")
    assert [group["Properties"]["RetentionInDays"] for group in groups.values()] == [7, 7]
    assert {group["DeletionPolicy"] for group in groups.values()} == {"Delete"}
    names = [group["Properties"]["LogGroupName"] for group in groups.values()]
    assert names[0].startswith("/aws/apigateway/churn-restapi-")
    assert names[1] == {"Fn::Join": ["", ["API-Gateway-Execution-Logs_", {"Ref": "RestApi135E9C73"}, "/prod"]]}
    assert stack.resolve(api.access_log.log_group_name) in [{"Ref": name} for name in groups]


def test_a_key_encrypts_both_logs_and_lets_the_service_use_it_for_nothing_else(stack, imported):
    key = kms.Key(stack, "Key", enable_key_rotation=True)
    SklearnRestApi(stack, "RestApi", endpoint=imported, encryption_key=key)
    template = Template.from_stack(stack)
    template.all_resources_properties("AWS::Logs::LogGroup", {"KmsKeyId": stack.resolve(key.key_arn)})
    policy = json.dumps(template.find_resources("AWS::KMS::Key"))
    assert ":log-group:/aws/apigateway/churn-restapi-" in policy
    assert ":log-group:API-Gateway-Execution-Logs_*/prod" in policy


def test_an_imported_key_is_left_as_it_is_and_a_warning_says_what_it_needs(stack, imported):
    key = kms.Key.from_key_arn(
        stack, "Key", "arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
    )
    SklearnRestApi(stack, "RestApi", endpoint=imported, encryption_key=key)
    Annotations.from_stack(stack).has_warning("*", Match.string_like_regexp("imported key"))


def test_the_role_of_the_account_is_set_only_where_that_is_asked_for(stack, imported):
    SklearnRestApi(stack, "Other", endpoint=imported)
    Template.from_stack(stack).resource_count_is("AWS::ApiGateway::Account", 0)


def test_the_role_of_the_account_outlives_the_stack(stack, imported):
    SklearnRestApi(stack, "RestApi", endpoint=imported, cloud_watch_role=True)
    resources = Template.from_stack(stack).to_json()["Resources"]
    kept = {name for name, resource in resources.items() if resource.get("DeletionPolicy") == "Retain"}
    assert sorted(resources[name]["Type"] for name in kept) == [
        "AWS::ApiGateway::Account",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
    ]
    (stage,) = [resource for resource in resources.values() if resource["Type"] == STAGE]
    assert any(name.startswith("RestApiAccount") for name in stage["DependsOn"])


def test_json_alone_is_taken_by_default_and_is_passed_on_as_it_came(stack, imported):
    SklearnRestApi(stack, "RestApi", endpoint=imported)
    template = Template.from_stack(stack)
    template.has_resource_properties(
        METHOD,
        {
            "Integration": {
                "PassthroughBehavior": "NEVER",
                "RequestTemplates": {"application/json": "$input.body"},
            }
        },
    )
    template.has_resource_properties("AWS::ApiGateway::RestApi", {"BinaryMediaTypes": Match.absent()})


def test_bytes_are_passed_on_beside_texts(stack, imported):
    types = ["application/json", "text/csv", "application/x-npy"]
    SklearnRestApi(stack, "RestApi", endpoint=imported, content_types=types)
    template = Template.from_stack(stack)
    template.has_resource_properties("AWS::ApiGateway::RestApi", {"BinaryMediaTypes": ["application/x-npy"]})
    template.has_resource_properties(
        METHOD,
        {
            "Integration": {
                "PassthroughBehavior": "WHEN_NO_MATCH",
                "RequestTemplates": {"application/json": "$input.body", "text/csv": "$input.body"},
            }
        },
    )


def test_without_json_among_the_types_there_is_no_model_of_it(stack, imported):
    SklearnRestApi(stack, "RestApi", endpoint=imported, content_types=["text/csv"])
    template = Template.from_stack(stack)
    template.resource_count_is("AWS::ApiGateway::Model", 0)
    template.has_resource_properties(METHOD, {"RequestModels": Match.absent()})


@pytest.mark.parametrize(
    "changes",
    [
        {"request_schema": JsonRows(features=3)},
        {"content_types": ["application/json", "text/csv"]},
        {"path": "score"},
    ],
    ids=["schema", "types", "path"],
)
def test_what_is_deployed_follows_what_was_asked_for(make_stack, changes):
    names = []
    for options in (None, changes):
        stack = make_stack()
        imported = SklearnEndpoint.from_endpoint_name(stack, "Endpoint", "churn")
        SklearnRestApi(stack, "RestApi", endpoint=imported, **(options or {}))
        names += list(Template.from_stack(stack).find_resources("AWS::ApiGateway::Deployment"))
    assert len(set(names)) == 2


def test_a_web_acl_is_associated_with_the_stage(stack, imported):
    SklearnRestApi(stack, "RestApi", endpoint=imported, web_acl_arn=WEB_ACL)
    Template.from_stack(stack).has_resource_properties("AWS::WAFv2::WebACLAssociation", {"WebACLArn": WEB_ACL})


def test_what_the_library_has_no_parameter_for_can_be_reached(stack, imported):
    api = SklearnRestApi(stack, "RestApi", endpoint=imported)
    assert api.method.http_method == "POST"
    assert api.url.endswith("/predict")


def test_an_asynchronous_endpoint_is_refused(stack, model_dir):
    model = SklearnModel(stack, "Model", model_data=ModelData.from_directory(model_dir))
    config = SklearnEndpointConfig(
        stack, "Config", variants=[InstanceVariant(model=model)], async_inference=AsyncInference()
    )
    endpoint = SklearnEndpoint(stack, "Endpoint", config=config, endpoint_name="churn")
    imported = SklearnEndpoint.from_endpoint_name(
        stack, "Imported", "churn", traits=EndpointTraits(kind="asynchronous")
    )
    for one in (endpoint, imported):
        with pytest.raises(ConfigurationError, match="endpoint 'churn' is asynchronous"):
            SklearnRestApi(stack, f"Of{one.node.id}", endpoint=one)


def test_every_problem_is_told_at_once(stack, imported):
    with pytest.raises(ConfigurationError) as caught:
        SklearnRestApi(
            stack,
            "RestApi",
            endpoint=imported,
            authorization=ApiKeyAuthorization(
                throttle=Throttle(rate=-1, burst=1),
                quota=Quota(limit=0, period="YEAR"),  # type: ignore[arg-type]
            ),
            throttle=Throttle(rate=1, burst=0),
            path="/predict",
            stage_name="live!",
            content_types=["Text/CSV; header=present"],
            request_schema=JsonRows(max_rows=0),
            web_acl_arn="guard",
        )
    told = caught.value.problems
    for number, beginning in enumerate(
        [
            "path '/predict' is no path",
            "stage_name 'live!' is no name",
            "web_acl_arn 'guard' is not",
            "authorization's throttle has rate -1",
            "quota has limit 0",
            "quota has period 'YEAR'; give one of DAY, WEEK, MONTH",
            "throttle has burst 0",
            "content_types has 'Text/CSV; header=present'",
            "request_schema has max_rows 0",
        ]
    ):
        assert told[number].startswith(beginning)
    assert len(told) == 9
    assert str(caught.value).startswith("[Churn/RestApi]")


@pytest.mark.parametrize("path", ["ping", "sping/now"])
def test_a_path_that_api_gateway_keeps_for_itself_is_refused(stack, imported, path):
    with pytest.raises(ConfigurationError, match="keeps for itself"):
        SklearnRestApi(stack, "RestApi", endpoint=imported, path=path)


@pytest.mark.parametrize("types", [[], "text/csv"])
def test_types_are_a_list(stack, imported, types):
    with pytest.raises(ConfigurationError, match="give a list of media types"):
        SklearnRestApi(stack, "RestApi", endpoint=imported, content_types=types)


def test_tokens_are_not_looked_at(stack, imported):
    number: Any = cdk.CfnParameter(stack, "Number", type="Number").value_as_number
    web_acl_arn = cdk.CfnParameter(stack, "Acl").value_as_string
    plan = ApiKeyAuthorization(throttle=Throttle(rate=number, burst=number), quota=Quota(limit=number))
    SklearnRestApi(stack, "RestApi", endpoint=imported, authorization=plan, web_acl_arn=web_acl_arn)
    Template.from_stack(stack).resource_count_is("AWS::WAFv2::WebACLAssociation", 1)


def test_a_schema_of_ones_own_is_the_model(stack, imported):
    schema = JsonSchema(definition={"type": "object", "required": ["text"]})
    SklearnRestApi(stack, "RestApi", endpoint=imported, request_schema=schema)
    Template.from_stack(stack).has_resource_properties("AWS::ApiGateway::Model", {"Schema": {"required": ["text"]}})


@pytest.mark.parametrize("flags", [True, False], ids=["flags on", "flags off"])
def test_no_pack_finds_anything_where_the_user_brings_a_key_and_a_firewall(make_stack, flags):
    stack = make_stack(flags=flags, region="eu-west-1")
    imported = SklearnEndpoint.from_endpoint_name(stack, "Endpoint", "churn")
    key = kms.Key(stack, "Key", enable_key_rotation=True)
    SklearnRestApi(stack, "RestApi", endpoint=imported, encryption_key=key, web_acl_arn=WEB_ACL, cloud_watch_role=True)
    assert findings(stack) == {}


def test_exactly_these_findings_are_acknowledged(make_stack):
    stack = make_stack(region="eu-west-1")
    SklearnRestApi(
        stack,
        "RestApi",
        endpoint=SklearnEndpoint.from_endpoint_name(stack, "Endpoint", "churn"),
        cloud_watch_role=True,
    )
    packs = ("HIPAA.Security", "NIST.800.53.R4", "NIST.800.53.R5", "PCI.DSS.321")
    assert len(packs) == len(PACKS) - 1
    assert acknowledged(stack) == {
        **{f"{pack}-IAMNoInlinePolicy": {"Invoke", "AccountLogs"} for pack in packs},
        **{f"{pack}-APIGWCacheEnabledAndEncrypted": {"DeploymentStage.prod"} for pack in packs},
        **{f"{pack}-APIGWSSLEnabled": {"DeploymentStage.prod"} for pack in packs},
        "AwsSolutions-IAM5[Resource::*]": {"AccountLogs"},
        "AwsSolutions-COG4": {"POST"},
    }


def test_what_the_user_can_do_something_about_is_found(make_stack):
    stack = make_stack(region="eu-west-1")
    imported = SklearnEndpoint.from_endpoint_name(stack, "Endpoint", "churn")
    SklearnRestApi(stack, "RestApi", endpoint=imported, authorization=ApiKeyAuthorization())
    assert {rule.partition("-")[2] for rule in findings(stack)} == {
        "APIG3",
        "APIG4",
        "APIGWAssociatedWithWAF",
        "CloudWatchLogGroupEncrypted",
    }
