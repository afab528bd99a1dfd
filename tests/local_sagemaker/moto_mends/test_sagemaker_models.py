"""A model can be a pipeline of containers, and is described as it was asked for; an absent one is told by its ARN."""

import json

import pytest
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import sagemaker_backends

from local_sagemaker.app import ACCOUNT_ID


def model(**properties):
    return {"Model": {"Type": "AWS::SageMaker::Model", "Properties": {"ExecutionRoleArn": "arn", **properties}}}


def models():
    return list(sagemaker_backends[ACCOUNT_ID]["us-east-1"]._models.values())


def test_a_model_may_be_a_pipeline_of_containers(stacks, mended):
    stack = stacks.deploy("churn", model(Containers=[{"Image": "one"}, {"Image": "two"}]))
    assert (stack.status == "CREATE_COMPLETE") is mended
    if mended:
        assert [container["Image"] for container in models()[0].containers] == ["one", "two"]


def test_network_isolation_is_kept(stacks, mended):
    stacks.deploy("churn", model(PrimaryContainer={"Image": "one"}, EnableNetworkIsolation=True))
    assert models()[0].enable_network_isolation is mended


def test_the_api_keeps_network_isolation_too(client_of):
    trust = {
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ]
    }
    role = client_of("iam").create_role(RoleName="model", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    client = client_of("sagemaker")
    client.create_model(ModelName="churn", ExecutionRoleArn=role["Arn"], EnableNetworkIsolation=True)
    assert client.describe_model(ModelName="churn")["EnableNetworkIsolation"] is True


def test_a_pipelines_way_of_running_is_kept(stacks, mended):
    containers = [{"Image": "one", "ContainerHostname": "a"}, {"Image": "two", "ContainerHostname": "b"}]
    stacks.deploy("churn", model(Containers=containers, InferenceExecutionConfig={"Mode": "Direct"}))
    described = [found.response_object.get("InferenceExecutionConfig") for found in models()]
    assert (described == [{"Mode": "Direct"}]) is mended


@pytest.mark.parametrize("operation", ["describe_model", "delete_model"])
def test_a_model_that_is_not_there_is_told_by_its_arn(mended, operation):
    backend = sagemaker_backends[ACCOUNT_ID]["us-east-1"]
    with pytest.raises(ValidationError) as error:
        getattr(backend, operation)("absent")
    expected = f'Could not find model "arn:aws:sagemaker:us-east-1:{ACCOUNT_ID}:model/absent".'
    assert (error.value.message == expected) is mended


def test_a_deleted_model_is_gone(mended):
    backend = sagemaker_backends[ACCOUNT_ID]["us-east-1"]
    backend.create_model("churn", "arn", {"Image": "one"}, {}, [], [])
    backend.delete_model("churn")
    assert models() == []


def test_what_a_model_has_not_is_not_described(stacks, mended):
    stacks.deploy("churn", model(PrimaryContainer={"Image": "one"}, VpcConfig={}))
    (described,) = [found.response_object for found in models()]
    assert ("VpcConfig" not in described) is mended
    assert described["PrimaryContainer"] == {"Image": "one"}
