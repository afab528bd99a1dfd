"""No action of the synthesized role is spare: without any one of them the deployment is refused, naming it."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import WaiterError

from tests.end_to_end.conftest import LocalCloud

STACK = "LeastPrivilege"

APP = """
import aws_cdk as cdk
from constructs_lib import DataCapture, ModelData, SklearnEndpoint, SklearnModel

app = cdk.App()
stack = cdk.Stack(app, "LeastPrivilege")
model = SklearnModel(stack, "Model", model_data=ModelData.from_directory("model"))
SklearnEndpoint(stack, "Endpoint", model=model, endpoint_name="least-privilege", data_capture=DataCapture())
app.synth()
"""


def statements(template: dict[str, Any]) -> Iterator[tuple[str, int, str]]:
    """Logical id of the policy, index of the statement, and each of its actions in turn."""
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] == "AWS::IAM::Policy":
            for index, statement in enumerate(resource["Properties"]["PolicyDocument"]["Statement"]):
                actions = statement["Action"]
                for action in [actions] if isinstance(actions, str) else actions:
                    yield logical_id, index, action


def without(template: dict[str, Any], logical_id: str, index: int, action: str) -> dict[str, Any]:
    """The template with one action denied to the role (a policy with no statement left would be invalid)."""
    changed = copy.deepcopy(template)
    document = changed["Resources"][logical_id]["Properties"]["PolicyDocument"]
    statement = document["Statement"][index]
    actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
    left = [kept for kept in actions if kept != action]
    # IAM wants at least one action; this one is of no use to an endpoint.
    statement["Action"] = left or ["sagemaker:ListTags"]
    return changed


@pytest.fixture(scope="module")
def template(local_cloud: LocalCloud, project: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The template whose assets are published, after a deployment that shows that the whole role is enough."""
    folder = tmp_path_factory.mktemp("least-privilege")
    (folder / "app.py").write_text(APP, encoding="utf-8")
    (folder / "cdk.json").write_text(json.dumps({"app": "python app.py"}), encoding="utf-8")
    (folder / "model").symlink_to(project / "model")
    local_cloud.cdk("deploy", "--require-approval", "never", cwd=folder)
    local_cloud.cdk("destroy", "--app", "cdk.out", "--force", cwd=folder)
    loaded: dict[str, Any] = json.loads((folder / "cdk.out" / f"{STACK}.template.json").read_text(encoding="utf-8"))
    return loaded


def create_stack(cloud: LocalCloud, template: dict[str, Any]) -> list[str]:
    """Create the stack through a change set, as the CDK command line does; the reasons of its failure, if any."""
    cloudformation = cloud.client("cloudformation")
    names = {"StackName": STACK, "ChangeSetName": "create"}
    cloudformation.create_change_set(
        **names, ChangeSetType="CREATE", TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"]
    )
    cloudformation.execute_change_set(**names)
    waiter_options = {"Delay": 1, "MaxAttempts": 60}
    reasons: list[str] = []
    try:
        cloudformation.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig=waiter_options)
    except WaiterError:
        events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
        reasons = [event["ResourceStatusReason"] for event in events if event["ResourceStatus"] == "CREATE_FAILED"]
    cloudformation.delete_stack(StackName=STACK)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=STACK, WaiterConfig=waiter_options)
    return reasons


def test_every_action_of_the_role_is_needed(local_cloud: LocalCloud, template: dict[str, Any]):
    cases = list(statements(template))
    assert {action for *_, action in cases} == {
        "cloudwatch:DescribeAlarms",
        "cloudwatch:PutMetricData",
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer",
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:DescribeLogStreams",
        "logs:PutLogEvents",
        "s3:GetObject",
        "s3:PutObject",
    }
    for logical_id, index, action in cases:
        (reason,) = create_stack(local_cloud, without(template, logical_id, index, action))
        assert f"is not authorized to perform: {action}" in reason
