"""Endpoints through boto3 and through CloudFormation: created, described, updated, deleted, as on AWS."""

import datetime as dt
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.sagemaker.models import FakeEndpoint, sagemaker_backends

from local_sagemaker.data_plane_errors import DataPlaneError
from local_sagemaker.hosting import endpoints
from tests.local_sagemaker.cloud import ACCOUNT, BUCKET, IMAGE, REGION, Cloud, eventually, running_cloud, scripted
from tests.local_sagemaker.containers.test_processes import alive


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        yield cloud


def config_of(cloud: Cloud, name: str, start: str = "", **options: Any) -> str:
    return cloud.make_config(cloud.make_model(scripted(name), {"CONTAINER": start}), **options)


def arn(name: str) -> str:
    return f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/{name}"


def update(cloud: Cloud, name: str, config: str) -> Any:
    cloud.sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=config)
    return cloud.settled(name)


def refused(operation: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as error:
        operation(**arguments)
    assert error.value.response["Error"]["Code"] == "ValidationException"
    return str(error.value.response["Error"]["Message"])


def test_a_created_endpoint_answers_with_its_model(cloud):
    config = config_of(cloud, "first")
    answer = cloud.sagemaker.create_endpoint(EndpointName="created", EndpointConfigName=config)
    assert answer["EndpointArn"] == arn("created")
    cloud.sagemaker.get_waiter("endpoint_in_service").wait(
        EndpointName="created", WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    assert cloud.invoke("created") == "first"
    described = cloud.describe("created")
    assert described["EndpointConfigName"] == config
    assert described["ProductionVariants"] == [
        {
            "VariantName": "AllTraffic",
            "CurrentWeight": 1.0,
            "DesiredWeight": 1.0,
            "CurrentInstanceCount": 1,
            "DesiredInstanceCount": 1,
        }
    ]
    assert described["CreationTime"] <= described["LastModifiedTime"] <= dt.datetime.now(dt.timezone.utc)
    assert "FailureReason" not in described
    assert "PendingDeploymentSummary" not in described


def test_a_serverless_variant_is_described_as_such(cloud):
    serverless = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
    cloud.sagemaker.create_endpoint_config(
        EndpointConfigName="serverless",
        ProductionVariants=[
            {"VariantName": "A", "ModelName": cloud.make_model(scripted("cold")), "ServerlessConfig": serverless}
        ],
    )
    name = cloud.make_endpoint("serverless")
    assert cloud.invoke(name) == "cold"
    (variant,) = cloud.describe(name)["ProductionVariants"]
    assert variant["CurrentServerlessConfig"] == serverless
    assert "CurrentInstanceCount" not in variant


def test_the_name_in_an_arn_is_in_lower_case(cloud):
    config = config_of(cloud, "upper")
    created = cloud.sagemaker.create_endpoint(EndpointName="Upper", EndpointConfigName=config)
    described = cloud.settled("Upper")
    listed = cloud.sagemaker.list_endpoints(NameContains="UPPER")["Endpoints"]
    assert {one["EndpointArn"] for one in (created, described, *listed)} == {arn("upper")}
    assert described["EndpointName"] == "Upper"


def test_the_last_deployment_is_described_and_can_be_kept(cloud):
    first = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "absent"}]}}
    routing = {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}
    deployment = {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing, "TerminationWaitInSeconds": 0}}
    cloud.sagemaker.create_endpoint(
        EndpointName="kept", EndpointConfigName=config_of(cloud, "kept"), DeploymentConfig=deployment
    )
    assert cloud.settled("kept")["LastDeploymentConfig"] == deployment
    update = partial(cloud.sagemaker.update_endpoint, EndpointName="kept")
    update(EndpointConfigName=config_of(cloud, "again"), RetainDeploymentConfig=True)
    assert cloud.settled("kept")["LastDeploymentConfig"] == deployment
    # The alarm is looked at: the deployment of the request counts.
    update(EndpointConfigName=config_of(cloud, "more"), DeploymentConfig={**deployment, **first})
    described = cloud.settled("kept")
    assert "absent" in described["FailureReason"]
    assert described["LastDeploymentConfig"] == deployment


def test_what_does_not_exist_is_told_in_awss_words(cloud):
    message = f'Could not find endpoint "{arn("none")}".'
    client = cloud.sagemaker
    assert refused(client.describe_endpoint, EndpointName="none") == message
    assert refused(client.delete_endpoint, EndpointName="none") == message
    assert refused(client.update_endpoint, EndpointName="none", EndpointConfigName="none") == message
    change = [{"VariantName": "AllTraffic", "DesiredWeight": 1}]
    assert (
        refused(client.update_endpoint_weights_and_capacities, EndpointName="none", DesiredWeightsAndCapacities=change)
        == message
    )
    assert "Could not find endpoint configuration" in refused(
        client.create_endpoint, EndpointName="new", EndpointConfigName="none"
    )


def test_a_name_is_taken_once(cloud):
    config = config_of(cloud, "taken")
    name = cloud.make_endpoint(config)
    message = refused(cloud.sagemaker.create_endpoint, EndpointName=name, EndpointConfigName=config)
    assert message == f'Cannot create already existing endpoint "{arn(name)}".'


def test_a_deleted_endpoint_is_gone_and_its_name_free(cloud):
    config = config_of(cloud, "again")
    name = cloud.make_endpoint(config)
    cloud.sagemaker.delete_endpoint(EndpointName=name)
    cloud.sagemaker.get_waiter("endpoint_deleted").wait(EndpointName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    with pytest.raises(ClientError, match="not found"):
        cloud.invoke(name)
    cloud.make_endpoint(config, name)
    assert cloud.invoke(name) == "again"


def test_a_failed_endpoint_can_only_be_deleted(cloud):
    cloud.sagemaker.create_endpoint(EndpointName="bad", EndpointConfigName=config_of(cloud, "bad", "broken"))
    assert cloud.settled("bad")["FailureReason"].endswith("(ModelLoadError: the weights are not there)")
    with pytest.raises(ClientError, match=f"Endpoint bad of account {ACCOUNT} not found."):
        cloud.invoke("bad")
    message = refused(cloud.sagemaker.update_endpoint, EndpointName="bad", EndpointConfigName=config_of(cloud, "good"))
    assert message == f'Cannot update endpoint "{arn("bad")}" with status Failed: delete it.'
    cloud.sagemaker.delete_endpoint(EndpointName="bad")
    eventually(lambda: "bad" not in sagemaker_backends[ACCOUNT][REGION].endpoints)


def test_a_model_that_was_deleted_fails_the_endpoint(cloud):
    model = cloud.make_model(scripted("gone"))
    config = cloud.make_config(model)
    cloud.sagemaker.delete_model(ModelName=model)
    assert "Could not find model" in cloud.failed_endpoint(config)


def test_an_update_moves_the_traffic(cloud):
    first, second = config_of(cloud, "old"), config_of(cloud, "new", InitialVariantWeight=0.5)
    name = cloud.make_endpoint(first)
    before = cloud.describe(name)["LastModifiedTime"]
    described = update(cloud, name, second)
    assert described["EndpointStatus"] == "InService"
    assert described["EndpointConfigName"] == second
    assert described["ProductionVariants"][0]["CurrentWeight"] == 0.5
    assert described["LastModifiedTime"] >= before
    assert cloud.invoke(name) == "new"


def test_a_bad_model_is_rolled_back(cloud):
    good = config_of(cloud, "good")
    name = cloud.make_endpoint(good)
    described = update(cloud, name, config_of(cloud, "bad", "broken"))
    assert described["EndpointStatus"] == "InService"
    assert described["EndpointConfigName"] == good
    assert described["FailureReason"].endswith("(ModelLoadError: the weights are not there)")
    assert cloud.invoke(name) == "good"
    assert "FailureReason" not in update(cloud, name, config_of(cloud, "better"))


def test_an_updating_endpoint_refuses_what_aws_refuses_and_answers_with_the_old_model(cloud, tmp_path):
    old, new = config_of(cloud, "old"), config_of(cloud, "new")
    name = cloud.make_endpoint(old)
    answers = []
    held = tmp_path / "held"
    thread = threading.Thread(target=lambda: answers.append(cloud.invoke(name, f"hold {held}".encode())))
    thread.start()
    eventually(Path(f"{held}.begun").exists)
    cloud.sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=new)
    described = cloud.describe(name)
    assert described["EndpointStatus"] == "Updating"
    assert described["EndpointConfigName"] == old
    pending = eventually(lambda: cloud.describe(name).get("PendingDeploymentSummary"))
    assert pending["EndpointConfigName"] == new
    assert pending["ProductionVariants"][0]["VariantName"] == "AllTraffic"
    message = f'Cannot update in-progress endpoint "{arn(name)}".'
    assert refused(cloud.sagemaker.update_endpoint, EndpointName=name, EndpointConfigName=old) == message
    assert refused(cloud.sagemaker.delete_endpoint, EndpointName=name) == message
    runtime = cloud.client("sagemaker-runtime")
    eventually(lambda: runtime.invoke_endpoint(EndpointName=name, Body=b"name")["Body"].read() == b"new")
    assert answers == []
    held.touch()
    thread.join(20)
    assert answers == ["old"]
    assert cloud.settled(name)["EndpointConfigName"] == new


def test_an_update_to_a_configuration_that_does_not_exist_is_refused(cloud):
    name = cloud.make_endpoint(config_of(cloud, "stays"))
    message = refused(cloud.sagemaker.update_endpoint, EndpointName=name, EndpointConfigName="none")
    assert "Could not find endpoint configuration" in message
    assert cloud.describe(name)["EndpointStatus"] == "InService"


def two_variants(cloud: Cloud) -> str:
    return cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("one")), cloud.make_model(scripted("two"))))


def retune(cloud: Cloud, name: str, *changes: dict[str, Any]) -> None:
    cloud.sagemaker.update_endpoint_weights_and_capacities(EndpointName=name, DesiredWeightsAndCapacities=list(changes))


def test_weights_and_counts_change_in_place(cloud):
    name = two_variants(cloud)
    config = cloud.describe(name)["EndpointConfigName"]
    retune(
        cloud,
        name,
        {"VariantName": "variant-1", "DesiredWeight": 0.0},
        {"VariantName": "variant-2", "DesiredInstanceCount": 2},
    )
    described = cloud.settled(name)
    assert described["EndpointConfigName"] == config
    first, second = described["ProductionVariants"]
    assert (first["CurrentWeight"], first["DesiredWeight"], first["CurrentInstanceCount"]) == (0.0, 0.0, 1)
    assert (second["CurrentWeight"], second["CurrentInstanceCount"], second["DesiredInstanceCount"]) == (1.0, 2, 2)
    assert {cloud.invoke(name) for _ in range(6)} == {"two"}
    retune(cloud, name, {"VariantName": "variant-2", "DesiredInstanceCount": 1})
    assert cloud.settled(name)["ProductionVariants"][1]["CurrentInstanceCount"] == 1
    retune(cloud, name, {"VariantName": "variant-2", "DesiredInstanceCount": 1})
    cloud.settled(name)
    assert cloud.invoke(name) == "two"


def test_weights_of_variants_that_are_not_there_are_refused(cloud):
    name = two_variants(cloud)
    one, other = {"VariantName": "variant-1", "DesiredWeight": 1}, {"VariantName": "other", "DesiredWeight": 1}
    operation = cloud.sagemaker.update_endpoint_weights_and_capacities
    assert refused(operation, EndpointName=name, DesiredWeightsAndCapacities=[one, one]) == (
        'The variant name "variant-1" was non-unique within the request.'
    )
    assert refused(operation, EndpointName=name, DesiredWeightsAndCapacities=[other]).startswith(
        'The variant name(s) "other" is/are not present within endpoint configuration "config-'
    )


def test_create_model_refuses_data_that_is_not_there_or_not_for_the_role(cloud):
    nobody = cloud.make_role([])
    container = {"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/none"}
    operation = cloud.sagemaker.create_model
    given = {"ModelName": "refused", "PrimaryContainer": container}
    assert (
        refused(operation, ExecutionRoleArn=cloud.role, **given) == f"Could not find model data at s3://{BUCKET}/none."
    )
    assert f"Could not access model data at s3://{BUCKET}/none. AccessDenied: User: " in refused(
        operation, ExecutionRoleArn=nobody, **given
    )
    absent = f"arn:aws:iam::{ACCOUNT}:role/none"
    assert refused(operation, ExecutionRoleArn=absent, **given) == (
        f'The execution role ARN "{absent}" is invalid. Please ensure that the role exists and that its trust '
        'relationship policy allows the action "sts:AssumeRole" for the service principal "sagemaker.amazonaws.com".'
    )
    assert 'The execution role ARN "" is invalid.' in refused(operation, **given)


def test_a_models_name_is_taken_once(cloud):
    name = cloud.make_model(scripted("taken"))
    message = refused(
        cloud.sagemaker.create_model, ModelName=name, ExecutionRoleArn=cloud.role, PrimaryContainer={"Image": IMAGE}
    )
    assert message == f'Cannot create already existing model "arn:aws:sagemaker:{REGION}:{ACCOUNT}:model/{name}".'


def template(config: str) -> dict[str, Any]:
    return {"Type": "AWS::SageMaker::Endpoint", "Properties": {"EndpointConfigName": config}}


def test_cloudformation_waits_for_each_step(cloud):
    first, second = config_of(cloud, "first"), config_of(cloud, "second")
    resource = FakeEndpoint.create_from_cloudformation_json("stacked", template(first), ACCOUNT, REGION)
    assert cloud.invoke("stacked") == "first"
    updated = FakeEndpoint.update_from_cloudformation_json(resource, "stacked", template(second), ACCOUNT, REGION)
    assert updated.endpoint_config_name == second
    assert cloud.invoke("stacked") == "second"
    same = FakeEndpoint.update_from_cloudformation_json(updated, "stacked", template(second), ACCOUNT, REGION)
    assert same is updated
    with pytest.raises(DataPlaneError, match="ModelLoadError: the weights are not there"):
        FakeEndpoint.update_from_cloudformation_json(
            updated, "stacked", template(config_of(cloud, "bad", "broken")), ACCOUNT, REGION
        )
    assert updated.endpoint_config_name == second
    assert cloud.invoke("stacked") == "second"
    FakeEndpoint.delete_from_cloudformation_json(updated.physical_resource_id, template(second), ACCOUNT, REGION)
    assert "Could not find endpoint" in refused(cloud.sagemaker.describe_endpoint, EndpointName="stacked")


def test_cloudformation_leaves_no_endpoint_that_it_could_not_create(cloud):
    with pytest.raises(DataPlaneError, match="ModelLoadError"):
        FakeEndpoint.create_from_cloudformation_json(
            "unmade", template(config_of(cloud, "bad", "broken")), ACCOUNT, REGION
        )
    assert "Could not find endpoint" in refused(cloud.sagemaker.describe_endpoint, EndpointName="unmade")


def test_no_request_is_lost_through_updates_a_rollback_and_a_weight_change(cloud):
    configs = {label: config_of(cloud, label) for label in ("one", "two")}
    broken = config_of(cloud, "three", "broken")
    name = cloud.make_endpoint(configs["one"])
    stopping = threading.Event()

    def load(told: list[str]) -> None:
        runtime = cloud.client("sagemaker-runtime")
        while not stopping.is_set():
            # Counted before it is sent: an answer that never comes is missed.
            told.append("lost")
            told[-1] = runtime.invoke_endpoint(EndpointName=name, Body=b"name")["Body"].read().decode()

    answers: list[list[str]] = [[] for _ in range(8)]
    threads = [threading.Thread(target=load, args=(told,)) for told in answers]
    for thread in threads:
        thread.start()
    for config in (configs["two"], configs["one"], broken):
        update(cloud, name, config)
    retune(cloud, name, {"VariantName": "AllTraffic", "DesiredWeight": 0.25})
    cloud.settled(name)
    update(cloud, name, configs["two"])
    stopping.set()
    for thread in threads:
        thread.join(20)
    assert [set(told) for told in answers] == [{"one", "two"}] * 8


def containers_of(cloud: Cloud, name: str) -> list[int]:
    plane = endpoints._data_plane
    assert plane is not None
    (found,) = [
        router for identity in plane._deployments if identity.name == name and (router := plane.find_router(identity))
    ]
    return [c.pid for variant in found.fleet.variants.values() for c in variant.containers if c.pid is not None]


def test_resetting_moto_stops_the_fleets(cloud):
    name = cloud.make_endpoint(config_of(cloud, "reset"))
    (pid,) = containers_of(cloud, name)
    sagemaker_backends[ACCOUNT][REGION].reset()
    assert not alive(pid)
    assert "Could not find endpoint" in refused(cloud.sagemaker.describe_endpoint, EndpointName=name)
