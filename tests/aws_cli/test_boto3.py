"""From a training job to an endpoint and back with plain boto3: its waiters and paginators, and what it is answered."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import WaiterError

from tests.local_sagemaker.cloud import BUCKET, CARRIED, IMAGE, SCRIPTED, Cloud, scripted
from tests.local_sagemaker.training.job_cloud import JobCloud

SOON = {"Delay": 1, "MaxAttempts": 60}
TRAIN = """
import os, shutil
shutil.copytree("model", os.environ["SM_MODEL_DIR"], dirs_exist_ok=True)
"""


@pytest.fixture(scope="module")
def model_data(cloud: Cloud) -> str:
    """What a training job has made of the files in its source directory."""
    files = {
        "name.txt": b"trained",
        "code/sklearn_runtime/__init__.py": b"",
        "code/sklearn_runtime/server.py": SCRIPTED,
    }
    name = JobCloud(cloud).start(
        TRAIN, TrainingJobName="train", files={f"model/{path}": content for path, content in files.items()}
    )
    cloud.sagemaker.get_waiter("training_job_completed_or_stopped").wait(TrainingJobName=name, WaiterConfig=SOON)
    described = cloud.sagemaker.describe_training_job(TrainingJobName=name)
    found: str = described["ModelArtifacts"]["S3ModelArtifacts"]
    assert found == f"s3://{BUCKET}/out/train/output/model.tar.gz"
    return found


def unmet(client: Any, operation: str, answer: dict[str, Any]) -> list[str]:
    """List the members that the API model requires of an answer, and that it has not."""
    shape = client.meta.service_model.operation_model(operation).output_shape
    return list(_unmet(shape, answer, operation))


def _unmet(shape: Any, value: Any, path: str) -> Iterator[str]:
    if shape.type_name == "structure":
        yield from (f"{path}.{name}" for name in shape.required_members if name not in value)
        for name, member in shape.members.items():
            if name in value:
                yield from _unmet(member, value[name], f"{path}.{name}")
    elif shape.type_name == "list":
        for item in value:
            yield from _unmet(shape.member, item, path)


def test_a_trained_model_is_served_updated_and_deleted(cloud, model_data):
    client = cloud.sagemaker
    container = {"Image": IMAGE, "ModelDataUrl": model_data, "Environment": CARRIED}
    client.create_model(ModelName="trained", ExecutionRoleArn=cloud.role, PrimaryContainer=container)
    name = cloud.make_endpoint(cloud.make_config("trained"))
    assert cloud.invoke(name) == "trained"
    client.update_endpoint(EndpointName=name, EndpointConfigName=cloud.make_config("trained", InitialInstanceCount=2))
    assert cloud.settled(name)["ProductionVariants"][0]["CurrentInstanceCount"] == 2
    client.delete_model(ModelName="trained")
    weights = [{"VariantName": "AllTraffic", "DesiredWeight": 3, "DesiredInstanceCount": 1}]
    client.update_endpoint_weights_and_capacities(EndpointName=name, DesiredWeightsAndCapacities=weights)
    assert cloud.settled(name)["ProductionVariants"][0]["DesiredWeight"] == 3
    assert cloud.invoke(name) == "trained"
    client.delete_endpoint(EndpointName=name)
    client.get_waiter("endpoint_deleted").wait(EndpointName=name, WaiterConfig=SOON)


def test_the_answers_have_what_the_api_model_requires(cloud, model_data):
    client = cloud.sagemaker
    container = {"Image": IMAGE, "ModelDataUrl": model_data, "Environment": CARRIED}
    model = cloud.make_model(None, PrimaryContainer=container)
    config = cloud.make_config(model)
    name = cloud.make_endpoint(config)
    answers = {
        "DescribeModel": client.describe_model(ModelName=model),
        "DescribeEndpointConfig": client.describe_endpoint_config(EndpointConfigName=config),
        "DescribeEndpoint": client.describe_endpoint(EndpointName=name),
        "DescribeTrainingJob": client.describe_training_job(TrainingJobName="train"),
        "ListModels": client.list_models(),
        "ListEndpointConfigs": client.list_endpoint_configs(),
        "ListEndpoints": client.list_endpoints(),
        "ListTrainingJobs": client.list_training_jobs(),
    }
    for operation, answer in answers.items():
        assert unmet(client, operation, answer) == []
    assert set(answers["DescribeModel"]) - {"ResponseMetadata"} == {
        "ModelName",
        "ModelArn",
        "PrimaryContainer",
        "ExecutionRoleArn",
        "CreationTime",
        "EnableNetworkIsolation",
    }


def test_waiters_see_an_endpoint_come_and_go(cloud):
    client = cloud.sagemaker
    config = cloud.make_config(cloud.make_model(scripted("waited")))
    client.create_endpoint(EndpointName="waited", EndpointConfigName=config)
    client.get_waiter("endpoint_in_service").wait(EndpointName="waited", WaiterConfig=SOON)
    assert cloud.invoke("waited") == "waited"
    client.delete_endpoint(EndpointName="waited")
    client.get_waiter("endpoint_deleted").wait(EndpointName="waited", WaiterConfig=SOON)


def test_a_waiter_tells_of_an_endpoint_that_fails(cloud):
    client = cloud.sagemaker
    config = cloud.make_config(cloud.make_model(scripted("broken"), {"CONTAINER": "broken"}))
    client.create_endpoint(EndpointName="broken", EndpointConfigName=config)
    with pytest.raises(WaiterError, match='matched expected path: "Failed"') as error:
        client.get_waiter("endpoint_in_service").wait(EndpointName="broken", WaiterConfig=SOON)
    described: Any = error.value.last_response
    assert "the weights are not there" in described["FailureReason"]
    assert unmet(client, "DescribeEndpoint", described) == []


def test_paginators_give_every_resource_once(cloud):
    client = cloud.sagemaker
    models = [cloud.make_model(scripted("one"), {"NUMBER": str(number)}) for number in range(12)]
    pages = list(client.get_paginator("list_models").paginate())
    names = [model["ModelName"] for page in pages for model in page["Models"]]
    assert names[:12] == models[::-1]
    assert len(names) == len(set(names))
    assert len(pages[0]["Models"]) == 10
    found = client.get_paginator("list_models").paginate(NameContains=models[3], PaginationConfig={"PageSize": 1})
    assert [model["ModelName"] for page in found for model in page["Models"]] == [models[3]]
