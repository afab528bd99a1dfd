"""Models made from packages in the registry, over boto3 and HTTP."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_sagemaker.cloud import CARRIED, IMAGE, Cloud, archive, running_cloud, scripted


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        yield cloud


@pytest.fixture(scope="module")
def group(cloud: Cloud) -> str:
    cloud.sagemaker.create_model_package_group(ModelPackageGroupName="Churn")
    return "Churn"


def register(cloud: Cloud, group: str, status: str = "Approved", containers: int = 1, **container: Any) -> str:
    definition = {"Image": IMAGE, "ModelDataUrl": cloud.put(scripted("packaged")), "Environment": CARRIED, **container}
    arn: str = cloud.sagemaker.create_model_package(
        ModelPackageGroupName=group,
        ModelApprovalStatus=status,
        InferenceSpecification={
            "Containers": [definition] * containers,
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )["ModelPackageArn"]
    return arn


def create(cloud: Cloud, package: str, **definition: Any) -> str:
    return cloud.make_model(None, PrimaryContainer={"ModelPackageName": package, **definition})


def test_an_approved_version_is_served_with_its_variables_and_the_models_above_them(cloud, group):
    package = register(cloud, group, Environment={**CARRIED, "PACKAGED": "1", "BOTH": "package"})
    register(cloud, group, ModelDataUrl=cloud.put(scripted("newer")))
    model = create(cloud, package, Environment={"BOTH": "model"})
    assert cloud.sagemaker.describe_model(ModelName=model)["PrimaryContainer"] == {
        "ModelPackageName": package,
        "Environment": {"BOTH": "model"},
    }
    name = cloud.make_endpoint(cloud.make_config(model))
    assert cloud.invoke(name) == "packaged"
    served = json.loads(cloud.invoke(name, b"environment"))
    assert (served["PACKAGED"], served["BOTH"]) == ("1", "model")


def test_what_becomes_of_the_package_does_not_touch_the_model(cloud, group):
    package = register(cloud, group)
    config = cloud.make_config(create(cloud, package))
    cloud.sagemaker.update_model_package(ModelPackageArn=package, ModelApprovalStatus="Rejected")
    assert cloud.invoke(cloud.make_endpoint(config)) == "packaged"


@pytest.mark.parametrize("status", ["PendingManualApproval", "Rejected"])
def test_one_that_is_not_approved_is_refused_until_it_is(cloud, group, status):
    package = register(cloud, group, status)
    with pytest.raises(ClientError, match=f"{package}.*has the approval status {status}: only an Approved one"):
        create(cloud, package)
    cloud.sagemaker.update_model_package(ModelPackageArn=package, ModelApprovalStatus="Approved")
    create(cloud, package)


def test_a_package_that_is_not_there_is_named(cloud, group):
    with pytest.raises(ClientError, match=r'Could not find model package "arn:.*:model-package/nobody"'):
        create(cloud, "Nobody")
    other = register(cloud, group).replace("us-east-1", "eu-west-1")
    with pytest.raises(ClientError, match=f'Could not find model package "{other}"'):
        create(cloud, other)
    with pytest.raises(ClientError, match="has 2 containers"):
        create(cloud, register(cloud, group, containers=2))


def test_its_model_must_be_there_for_the_role(cloud, group):
    with pytest.raises(ClientError, match="Could not find model data"):
        create(cloud, register(cloud, group, ModelDataUrl="s3://models/none.tar.gz"))
    with pytest.raises(ClientError, match="Specify one of either Image"):
        create(cloud, register(cloud, group), Image=IMAGE, ModelDataUrl=cloud.put(archive({})))
