"""Custom resources whose function is in Python are run; others are placeholders."""

import json
import logging
import textwrap

import pytest

from local_sagemaker.cloudformation import custom_resources
from local_sagemaker.cloudformation.stack_state import state_of

ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            },
        },
        "Policies": [
            {
                "PolicyName": "Logs",
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": {"Effect": "Allow", "Action": "logs:*", "Resource": "*"},
                },
            }
        ],
    },
}
HANDLER = """
import json, os, time, urllib.request

def handler(event, context):
    print(json.dumps(event))
    properties = event["ResourceProperties"]
    if properties.get("Mode") == "raise":
        raise RuntimeError("out of luck")
    if properties.get("Mode") == "silent":
        return
    if properties.get("Mode") == "slow":
        time.sleep(60)
    answer = {
        "Status": "FAILED" if properties.get("Mode") == "fail" else "SUCCESS",
        "Reason": "as you wish",
        "PhysicalResourceId": "thing-1",
        "Data": {"Size": properties["Size"], "Left": context.get_remaining_time_in_millis() > 0},
    }
    request = urllib.request.Request(event["ResponseURL"], data=json.dumps(answer).encode(), method="PUT")
    urllib.request.urlopen(request)
    if properties.get("Mode") == "late":
        raise RuntimeError("too late to matter")
"""


@pytest.fixture(autouse=True)
def here(monkeypatch):
    monkeypatch.setattr(custom_resources, "_get_base_url", lambda: "http://localhost:1")
    monkeypatch.setattr(custom_resources, "_LATE_ANSWER", 0.1)


def stack_with(runtime="python3.13", timeout=20, **properties):
    function = {
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Runtime": runtime,
        "Handler": "index.handler",
        "Timeout": timeout,
        "Code": {"ZipFile": textwrap.dedent(HANDLER)},
    }
    thing = {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}, "Size": 7, "Flag": True, **properties}
    return {
        "Role": ROLE,
        "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
        "Thing": {"Type": "Custom::Thing", "Properties": thing},
    }


def logged(client_of):
    logs = client_of("logs")
    (group,) = logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/")["logGroups"]
    events = logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
    return [json.loads(event["message"]) for event in events if event["message"].startswith("{")]


def test_the_function_makes_changes_and_deletes_it(stacks, client_of):
    outputs = {"Outputs": {"Size": {"Value": {"Fn::GetAtt": ["Thing", "Size"]}}}}
    stack = stacks.deploy("things", stack_with(), **outputs)
    assert stack.status == "CREATE_COMPLETE"
    assert state_of(stack).resources["Thing"].physical_id == "thing-1"
    assert [output.value for output in stack.output_map.values()] == ["7"]
    stacks.deploy("things", stack_with(Size=8), **outputs)
    assert stack.status == "UPDATE_COMPLETE"
    stacks.delete(stack)
    create, update, delete = logged(client_of)
    assert create["ResourceProperties"]["Flag"] == "true"
    assert (create["RequestType"], "PhysicalResourceId" in create) == ("Create", False)
    assert (update["RequestType"], update["OldResourceProperties"]["Size"]) == ("Update", "7")
    assert (delete["RequestType"], delete["PhysicalResourceId"]) == ("Delete", "thing-1")
    assert create["StackId"] == stack.stack_id


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("fail", "Received response status [FAILED] from custom resource. Message returned: as you wish"),
        ("raise", "RuntimeError: out of luck"),
        ("silent", "CloudFormation did not receive a response from your Custom Resource"),
        ("slow", "Task timed out after 1.00 seconds"),
    ],
)
def test_a_function_that_does_not_say_success_fails_the_stack(stacks, mode, reason):
    stack = stacks.deploy("things", stack_with(timeout=1 if mode == "slow" else 20, Mode=mode))
    assert stack.status == "ROLLBACK_COMPLETE"
    reasons = [event.resource_status_reason for event in stack.events if event.logical_resource_id == "Thing"]
    assert any(reason in str(text) for text in reasons)


def test_what_failed_after_it_was_made_is_deleted(stacks, client_of):
    stacks.deploy("things", stack_with(Mode="fail"))
    assert [event["RequestType"] for event in logged(client_of)] == ["Create", "Delete"]


def test_how_a_function_ends_does_not_matter_once_it_has_answered(stacks):
    assert stacks.deploy("things", stack_with(Mode="late")).status == "CREATE_COMPLETE"


def test_a_function_with_layers_leaves_a_placeholder(stacks, caplog):
    resources = stack_with()
    resources["Function"]["Properties"]["Layers"] = ["arn:aws:lambda:us-east-1:123456789012:layer:cli:1"]
    with caplog.at_level(logging.WARNING):
        stack = stacks.deploy("things", resources)
    assert stack.status == "CREATE_COMPLETE"
    assert "its function has layers, which the local cloud does not bring" in caplog.text


def test_a_function_in_another_language_leaves_a_placeholder(stacks, caplog):
    with caplog.at_level(logging.WARNING):
        stack = stacks.deploy("things", stack_with(runtime="nodejs22.x"))
    assert stack.status == "CREATE_COMPLETE"
    assert "its function runs on nodejs22.x, and the local cloud runs Python" in caplog.text
