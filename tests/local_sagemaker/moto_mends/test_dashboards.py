"""AWS::CloudWatch::Dashboard makes a dashboard under a name that stays; PutDashboard refuses what is not valid."""

import json
from datetime import datetime, timezone

import pytest
from botocore.exceptions import ClientError
from moto.cloudwatch.models import cloudwatch_backends

from local_sagemaker.app import ACCOUNT_ID
from local_sagemaker.cloudformation.stack_state import state_of

BODY = json.dumps({"widgets": [{"type": "text", "properties": {"markdown": "# Churn"}}]})


def resource(**properties):
    return {"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardBody": BODY, **properties}}


@pytest.fixture
def dashboards():
    return lambda: cloudwatch_backends[ACCOUNT_ID]["us-east-1"].dashboards


def test_a_dashboard_without_a_name_keeps_the_generated_one_through_an_update(stacks, mended, dashboards):
    outputs = {"Name": {"Value": {"Ref": "Board"}}}
    stack = stacks.deploy("boards", {"Board": resource()}, Outputs=outputs)
    name = state_of(stack).resources["Board"].physical_id
    assert name.startswith("boards-Board-") is mended
    assert stack.outputs[0]["OutputValue"] == name
    assert list(dashboards()) == [name]

    changed = json.dumps({"widgets": []})
    stacks.deploy("boards", {"Board": resource(DashboardBody=changed)}, Outputs=outputs)
    assert (list(dashboards()) == [name]) is mended
    assert [board.body for board in dashboards().values()] == [changed]

    stacks.delete(stack)
    assert not dashboards()


def test_a_changed_name_replaces_a_dashboard(stacks, mended, dashboards):
    stack = stacks.deploy("boards", {"Board": resource(DashboardName="one")})
    stacks.deploy("boards", {"Board": resource(DashboardName="two")})
    assert list(dashboards()) == ["two"]
    assert state_of(stack).resources["Board"].physical_id == "two"
    stacks.delete(stack)
    assert not dashboards()


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"DashboardBody": "{}"}, "Should have required property 'widgets'"),
        ({"DashboardBody": {"widgets": []}}, "#/DashboardBody: expected type: String, found: JSONObject"),
        ({"DashboardName": "no spaces"}, "It can only contain alphanumerics"),
    ],
)
def test_a_stack_with_a_dashboard_that_is_not_valid_says_why_and_goes_back(
    stacks, mended, dashboards, properties, reason
):
    stack = stacks.deploy("boards", {"Board": resource(**properties)})
    assert (stack.status == "ROLLBACK_COMPLETE") is mended
    if mended:
        assert any(reason in (event.resource_status_reason or "") for event in stack.events)
        assert not dashboards()


@pytest.fixture
def client(client_of, mended):
    return client_of("cloudwatch")


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        ("churn", "{", "The field DashboardBody must be a valid JSON object"),
        ("churn", "[]", "The field DashboardBody must be a valid JSON object"),
        ("churn", "{}", 'The dashboard body is invalid, there are 1 validation errors:\n[\n  {\n    "dataPath": ""'),
        ("churn", '{"widgets": [{}]}', "there are 2 validation errors:"),
        ("a b", BODY, "The value a b for field DashboardName contains invalid characters"),
        ("a" * 256, BODY, "DashboardName must have at most 255 characters"),
    ],
)
def test_put_dashboard_refuses_what_is_not_valid(client, mended, name, body, message):
    if not mended:
        # moto alone looks whether it is JSON, and no further.
        if body != "{":
            client.put_dashboard(DashboardName=name, DashboardBody=body)
        return
    with pytest.raises(ClientError) as refused:
        client.put_dashboard(DashboardName=name, DashboardBody=body)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterInput"
    assert message in refused.value.response["Error"]["Message"]
    assert client.list_dashboards()["DashboardEntries"] == []


def test_a_dashboard_is_put_got_listed_and_deleted(client, mended):
    before = datetime.now(timezone.utc).replace(microsecond=0)
    assert client.put_dashboard(DashboardName="churn", DashboardBody=BODY)["DashboardValidationMessages"] == []
    client.put_dashboard(DashboardName="fraud", DashboardBody=BODY)
    assert client.get_dashboard(DashboardName="churn")["DashboardBody"] == BODY
    (entry,) = client.list_dashboards(DashboardNamePrefix="ch")["DashboardEntries"]
    assert (entry["DashboardName"], entry["Size"]) == ("churn", len(BODY))
    assert entry["DashboardArn"] == f"arn:aws:cloudwatch::{ACCOUNT_ID}:dashboard/churn"
    assert entry["LastModified"] >= before
    client.delete_dashboards(DashboardNames=["churn", "fraud"])
    assert client.list_dashboards()["DashboardEntries"] == []
    with pytest.raises(ClientError, match="ResourceNotFound"):
        client.get_dashboard(DashboardName="churn")
