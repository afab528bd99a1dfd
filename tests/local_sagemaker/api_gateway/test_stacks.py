"""REST APIs of stacks: made, changed, replaced and deleted through CloudFormation."""

import copy
import json
from typing import Any

import pytest

from constructs_lib import ApiKeyAuthorization, JsonRows, Quota, Throttle
from tests.local_sagemaker.api_gateway.front_desk import FrontDesk


def everything(desk: FrontDesk) -> dict[str, Any]:
    """All that API Gateway has."""
    gateway = desk.gateway
    apis = gateway.get_rest_apis()["items"]
    return {
        "apis": [api["name"] for api in apis],
        "keys": [key["name"] for key in gateway.get_api_keys()["items"]],
        "plans": [plan["name"] for plan in gateway.get_usage_plans()["items"]],
        "groups": [group["logGroupName"] for group in desk.logs.describe_log_groups()["logGroups"]],
        "roles": [role["RoleName"] for role in desk.cloud.iam.list_roles()["Roles"]],
    }


def change(template: Any, resource_type: str, **properties: Any) -> Any:
    """Copy a template with other properties of all resources of a type."""
    changed = copy.deepcopy(template)
    for resource in changed["Resources"].values():
        if resource["Type"] == f"AWS::ApiGateway::{resource_type}":
            resource["Properties"].update(properties)
    return changed


def add(template: Any, logical_id: str, resource_type: str, properties: Any, *, first: bool = False) -> Any:
    """Copy a template with one resource more; the deployment waits for it."""
    changed = copy.deepcopy(template)
    changed["Resources"][logical_id] = {"Type": f"AWS::ApiGateway::{resource_type}", "Properties": properties}
    if first:
        (deployment,) = [one for one in changed["Resources"].values() if one["Type"].endswith("::Deployment")]
        deployment["DependsOn"].append(logical_id)
    return changed


def the(template: Any, resource_type: str) -> str:
    """Give the logical id of the first resource of a type."""
    types: dict[str, str] = {name: one["Type"] for name, one in template["Resources"].items()}
    return next(name for name, found in types.items() if found == f"AWS::ApiGateway::{resource_type}")


def test_a_stack_that_is_deleted_leaves_nothing(desk, signed):
    before = everything(desk)
    plan = ApiKeyAuthorization(quota=Quota(limit=5))
    front = desk.deploy("Passing", authorization=plan)
    assert everything(desk) != before
    front.delete()
    assert everything(desk) == before


def test_a_new_schema_and_a_new_throttle_are_what_answers_after_an_update(desk, signed):
    front = desk.deploy("Changing")
    assert front.post("[[0.0, 1.0, 2.0]]").error[1] == "InvalidRows"
    (stage,) = desk.gateway.get_stages(restApiId=front.api_id)["item"]
    updated = desk.deploy("Changing", request_schema=JsonRows(features=2), throttle=Throttle(rate=0.001, burst=2))
    assert updated.api_id == front.api_id
    assert updated.post("[[0.0, 1.0, 2.0]]").error[1] == "BAD_REQUEST_BODY"
    assert updated.post().status == 200
    assert updated.post().status == 429
    (stage_now,) = desk.gateway.get_stages(restApiId=front.api_id)["item"]
    assert stage_now["deploymentId"] != stage["deploymentId"]
    deployments = desk.gateway.get_deployments(restApiId=front.api_id)["items"]
    assert [one["id"] for one in deployments] == [stage_now["deploymentId"]]
    updated.delete()


def test_what_is_changed_without_a_deployment_changes_no_answer(desk, signed):
    front = desk.deploy("Settled")
    for resource in desk.gateway.get_resources(restApiId=front.api_id)["items"]:
        if resource["path"] == "/predict":
            desk.gateway.delete_method(restApiId=front.api_id, resourceId=resource["id"], httpMethod="POST")
    assert front.post().status == 200
    front.delete()


def test_the_role_of_the_account_stays_with_the_account(desk, signed):
    role_arn = desk.gateway.get_account()["cloudwatchRoleArn"]
    second = desk.deploy("Second", cloud_watch_role=True)
    assert desk.gateway.get_account()["cloudwatchRoleArn"] != role_arn
    template = desk.template("Second", cloud_watch_role=True)
    for resource in template["Resources"].values():
        resource.pop("DeletionPolicy", None)
    desk.deploy_template("Second", change(template, "RestApi", Description="of no consequence"))
    second.delete()
    assert "Second" in desk.gateway.get_account()["cloudwatchRoleArn"]
    operation = {"op": "replace", "path": "/cloudwatchRoleArn", "value": role_arn}
    desk.gateway.update_account(patchOperations=[operation])


@pytest.mark.parametrize(
    ("resource_type", "properties", "told"),
    [
        ("RestApi", {"Policy": {"Statement": []}}, "RestApi is not emulated with Policy"),
        ("Method", {"AuthorizerId": "a"}, "Method is not emulated with AuthorizerId"),
        ("Stage", {"ClientCertificateId": "a"}, "Stage is not emulated with ClientCertificateId"),
        ("Deployment", {"StageName": "a"}, "Deployment is not emulated with StageName"),
        (
            "GatewayResponse",
            {"ResponseParameters": {"gatewayresponse.header.X": "stageVariables.y"}},
            "not emulated in a gateway response",
        ),
    ],
)
def test_what_is_not_emulated_fails_the_stack(desk, signed, resource_type, properties, told):
    template = change(desk.template("Unknown"), resource_type, **properties)
    with pytest.raises(AssertionError) as caught:
        desk.deploy_template("Unknown", template)
    assert told in str(caught.value)
    desk.stacks.delete_stack(StackName="Unknown")


def test_each_resource_can_be_changed_where_it_stands(desk, signed):
    plan = ApiKeyAuthorization(throttle=Throttle(rate=1000, burst=1000))
    template = desk.template("Standing", authorization=plan)
    front = desk.deploy_template("Standing", template)
    stage = template["Resources"][the(template, "UsagePlan")]["Properties"]["ApiStages"]
    changes: dict[str, dict[str, Any]] = {
        "RestApi": {"Description": "one", "BinaryMediaTypes": ["a/b"], "Tags": [{"Key": "team", "Value": "churn"}]},
        "Method": {"OperationName": "Predict"},
        "Deployment": {"Description": "two"},
        "Model": {"Description": "three"},
        "RequestValidator": {"ValidateRequestParameters": False},
        "GatewayResponse": {"StatusCode": "499"},
        "ApiKey": {"Description": "four", "StageKeys": [{"RestApiId": front.api_id, "StageName": "prod"}]},
        "UsagePlan": {"Description": "five", "Quota": {"Limit": 100, "Period": "DAY"}},
        "Stage": {"Description": "six", "Variables": {"colour": "red"}},
    }
    for resource_type, properties in changes.items():
        template = change(template, resource_type, **properties)
        front = desk.deploy_template("Standing", template)
        assert front.post(signer=None, x_api_key=front.key()).status == 200, resource_type
    gateway = desk.gateway
    api = gateway.get_rest_api(restApiId=front.api_id)
    assert (api["description"], api["binaryMediaTypes"], api["tags"]) == ("one", ["a/b"], {"team": "churn"})
    assert gateway.get_usage_plans()["items"][0]["quota"]["limit"] == 100
    assert gateway.get_stage(restApiId=front.api_id, stageName="prod")["variables"] == {"colour": "red"}
    throttled = [{**stage[0], "Throttle": {"/predict/POST": {"RateLimit": 1}}}]
    with pytest.raises(AssertionError, match="not emulated with ApiStages/Throttle"):
        desk.deploy_template("Standing", change(template, "UsagePlan", ApiStages=throttled))
    assert front.post(signer=None, x_api_key=front.key()).status == 200
    front.delete()


def test_a_stack_may_disable_the_default_endpoint(desk, signed):
    template = change(desk.template("Closed"), "RestApi", DisableExecuteApiEndpoint=True)
    front = desk.deploy_template("Closed", template)
    answer = front.post()
    assert (answer.status, answer.json) == (403, {"message": "Forbidden"})
    front.delete()


def test_two_resources_or_stages_of_one_name_are_refused(desk, signed):
    template = desk.template("Twice")
    resource = template["Resources"][the(template, "Resource")]["Properties"]
    with pytest.raises(AssertionError, match="Another resource with the same parent already has this name: predict"):
        desk.deploy_template("Twice", add(template, "Again", "Resource", resource))
    desk.stacks.delete_stack(StackName="Twice")
    stage = template["Resources"][the(template, "Stage")]["Properties"]
    with pytest.raises(AssertionError, match="Stage already exists"):
        desk.deploy_template("TwiceAgain", add(template, "Again", "Stage", stage))
    desk.stacks.delete_stack(StackName="TwiceAgain")


def test_a_deployment_that_a_stage_points_to_cannot_be_deleted(desk, signed):
    front = desk.deploy("Pointed")
    (deployment,) = desk.gateway.get_deployments(restApiId=front.api_id)["items"]
    desk.gateway.create_stage(restApiId=front.api_id, stageName="mine", deploymentId=deployment["id"])
    updated = desk.deploy("Pointed", request_schema=JsonRows(features=2))
    reasons = desk.reasons("Pointed")
    assert any("Active stages pointing to this deployment" in reason for reason in reasons)
    assert updated.post(stage="mine").status == 200
    desk.gateway.delete_stage(restApiId=front.api_id, stageName="mine")
    updated.delete()


def test_a_former_path_answers_until_the_next_deployment_since_it_is_deleted_after_this_one(desk, signed):
    front = desk.deploy("Moving")
    moved = desk.deploy("Moving", path="v1/score")
    assert (moved.api_id, moved.post(path="v1/score").status) == (front.api_id, 200)
    assert moved.post().status == 200
    paths = [one["path"] for one in desk.gateway.get_resources(restApiId=front.api_id)["items"]]
    assert sorted(paths) == ["/", "/v1", "/v1/score"]
    again = desk.deploy("Moving", path="v1/score", request_schema=JsonRows(features=2))
    assert (again.post(path="v1/score").status, again.post().status) == (200, 403)
    again.delete()


def test_a_method_without_an_integration_cannot_be_deployed(desk, signed):
    template = desk.template("Bare")
    method = template["Resources"][the(template, "Method")]["Properties"]
    bare = {name: method[name] for name in ("RestApiId", "ResourceId", "AuthorizationType")}
    template = add(template, "BareMethod", "Method", {**bare, "HttpMethod": "GET"}, first=True)
    with pytest.raises(AssertionError, match="No integration defined for method"):
        desk.deploy_template("Bare", template)
    desk.stacks.delete_stack(StackName="Bare")


def test_schemas_may_be_texts(desk, signed):
    template = desk.template("Texts")
    schema = template["Resources"][the(template, "Model")]["Properties"]["Schema"]
    front = desk.deploy_template("Texts", change(template, "Model", Schema=json.dumps(schema)))
    assert front.post("[]").error[1] == "BAD_REQUEST_BODY"
    front.delete()
