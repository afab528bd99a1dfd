"""A model can be a pipeline of containers, keeps its network isolation, and is described without what it has not."""

import json

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


def test_what_a_model_has_not_is_not_described(stacks, mended):
    stacks.deploy("churn", model(PrimaryContainer={"Image": "one"}, VpcConfig={}))
    (described,) = [found.response_object for found in models()]
    assert ("VpcConfig" not in described) is mended
    assert described["PrimaryContainer"] == {"Image": "one"}
