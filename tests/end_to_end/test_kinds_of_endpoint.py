"""The example with every kind of endpoint, deployed, called as its README says, and updated."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import LocalCloud, copied_example

STACK = "KindsOfEndpoint"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, local_cloud: LocalCloud) -> Path:
    return copied_example(local_cloud, "kinds_of_endpoint", tmp_path_factory.mktemp("kinds"))


def deploy(cloud: LocalCloud, project: Path) -> str:
    return cloud.cdk("deploy", "--require-approval", "never", cwd=project).stdout


def resources(cloud: LocalCloud, kind: str) -> list[Any]:
    listed = cloud.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
    return [resource["PhysicalResourceId"] for resource in listed if resource["ResourceType"] == kind]


def captured_answers(cloud: LocalCloud, outputs: list[Any]) -> dict[str, list[Any]]:
    """What was captured of the endpoint with a shadow, by variant."""
    (path,) = [one["OutputValue"] for one in outputs if one["OutputKey"].startswith("ShadowedCapturePath")]
    bucket, _, prefix = path.removeprefix("s3://").partition("/")
    s3 = cloud.client("s3")
    found: dict[str, list[Any]] = {"AllTraffic": [], "Shadow": []}
    deadline = time.monotonic() + 20
    while not found["AllTraffic"] and time.monotonic() < deadline:
        time.sleep(0.1)
        for item in s3.list_objects_v2(Bucket=bucket, Prefix=f"{prefix}wine-shadow/").get("Contents", []):
            lines = s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read().splitlines()
            found[item["Key"].removeprefix(prefix).split("/")[1]] += map(json.loads, lines)
    return found


def test_every_kind_deploys_answers_and_is_updated(local_cloud: LocalCloud, project: Path):
    said = deploy(local_cloud, project)
    assert "is not emulated" not in said
    assert len(resources(local_cloud, "AWS::SageMaker::Endpoint")) == 5
    assert len(resources(local_cloud, "Custom::SklearnSmokeTest")) == 1
    targets = local_cloud.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="sagemaker")
    assert sorted(target["ResourceId"] for target in targets["ScalableTargets"]) == [
        "endpoint/wine-async/variant/AllTraffic",
        "endpoint/wine-serverless/variant/AllTraffic",
        "endpoint/wine-two-variants/variant/Challenger",
        "endpoint/wine-two-variants/variant/Champion",
    ]

    outputs = local_cloud.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]["Outputs"]
    (path,) = [one["OutputValue"] for one in outputs if one["OutputKey"].startswith("AsyncAsyncInputPath")]
    called = local_cloud.run("python", "call.py", path, cwd=project).stdout.splitlines()
    assert len(called) == 9
    for line in called:
        name, _, right = line.rpartition(": ")
        assert int(right.partition("%")[0]) > (80 if "cellar" in name else 95), line

    captured = captured_answers(local_cloud, outputs)
    assert len(captured["AllTraffic"]) == 1
    assert len(captured["Shadow"]) <= 1
    assert captured["AllTraffic"][0]["captureData"]["endpointInput"]["encoding"] == "BASE64"

    before = local_cloud.client("sagemaker").describe_endpoint(EndpointName="wine-two-variants")
    assert [variant["CurrentWeight"] for variant in before["ProductionVariants"]] == [1.0, 1.0]
    app = project / "app.py"
    app.write_text(app.read_text(encoding="utf-8").replace("weight=9", "weight=3"), encoding="utf-8")
    deploy(local_cloud, project)
    after = local_cloud.client("sagemaker").describe_endpoint(EndpointName="wine-two-variants")
    assert [variant["CurrentWeight"] for variant in after["ProductionVariants"]] == [3.0, 1.0]
    assert after["EndpointConfigName"] != before["EndpointConfigName"]
    local_cloud.cdk("destroy", "--force", cwd=project)
