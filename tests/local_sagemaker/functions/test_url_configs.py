"""A function has a URL, which is made, shown, changed and deleted, by the API and with a stack."""

import logging

import pytest
from botocore.exceptions import ClientError

from local_sagemaker.functions.url_configs import find_url
from tests.local_sagemaker.cloud import ACCOUNT, eventually
from tests.local_sagemaker.functions.function_cloud import ask

HELLO = "def handler(event, context): return 'hello'"


def refused(call, **parameters):
    with pytest.raises(ClientError) as error:
        call(**parameters)
    return error.value.response["Error"]


def test_a_url_is_made_shown_listed_changed_and_deleted(cloud):
    name = cloud.make_function(HELLO)
    functions = cloud.functions
    assert functions.list_function_url_configs(FunctionName=name)["FunctionUrlConfigs"] == []
    made = functions.create_function_url_config(FunctionName=name, AuthType="AWS_IAM")
    assert made["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert made["FunctionUrl"].startswith(f"{cloud.url}/lambda-url/")
    assert made["FunctionUrl"].endswith("/")
    assert (made["AuthType"], made["FunctionArn"].rpartition(":")[2]) == ("AWS_IAM", name)
    changed = functions.update_function_url_config(FunctionName=name, AuthType="NONE")
    assert (changed["AuthType"], changed["FunctionUrl"]) == ("NONE", made["FunctionUrl"])
    assert functions.get_function_url_config(FunctionName=made["FunctionArn"])["AuthType"] == "NONE"
    (listed,) = functions.list_function_url_configs(FunctionName=name)["FunctionUrlConfigs"]
    assert listed["FunctionUrl"] == made["FunctionUrl"]
    assert functions.delete_function_url_config(FunctionName=name)["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert refused(functions.get_function_url_config, FunctionName=name)["Code"] == "ResourceNotFoundException"
    assert ask(made["FunctionUrl"]).status == 404


def test_a_second_url_is_refused(cloud):
    name = cloud.make_function(HELLO)
    cloud.make_url(name)
    said = refused(cloud.functions.create_function_url_config, FunctionName=name, AuthType="NONE")
    assert said["Code"] == "ResourceConflictException"
    assert "FunctionUrlConfig exists for this Lambda function" in said["Message"]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"AuthType": "OPEN"}, "AuthType is 'OPEN'; give AWS_IAM or NONE"),
        ({"AuthType": "NONE", "InvokeMode": "RESPONSE_STREAM"}, "does not stream answers of functions"),
        ({"AuthType": "NONE", "Qualifier": "live"}, "function URLs of $LATEST only"),
    ],
)
def test_what_is_not_emulated_is_refused_in_words(cloud, options, why):
    said = refused(cloud.functions.create_function_url_config, FunctionName=cloud.make_function(HELLO), **options)
    assert why in said["Message"]


def test_cors_is_taken_and_told_not_to_be_emulated(cloud, caplog):
    with caplog.at_level(logging.WARNING):
        made = cloud.functions.create_function_url_config(
            FunctionName=cloud.make_function(HELLO), AuthType="NONE", Cors={"AllowOrigins": ["*"]}
        )
    assert made["Cors"] == {"AllowOrigins": ["*"]}
    assert "has Cors, which the local cloud does not emulate" in caplog.text


def test_a_url_of_a_function_that_is_not_there_is_refused(cloud):
    said = refused(cloud.functions.create_function_url_config, FunctionName="nothing", AuthType="NONE")
    assert said["Code"] == "ResourceNotFoundException"


def test_who_does_not_sign_is_refused(cloud):
    path = f"{cloud.url}/2021-10-31/functions/nothing/url"
    assert ask(path, credentials=None, method="GET").status == 403


def template(role, auth_type="NONE", answer="hello", **url):
    function = {
        "Role": role,
        "Runtime": "python3.14",
        "Handler": "index.handler",
        "Timeout": 30,
        "Code": {"ZipFile": f"def handler(event, context): return '{answer}'"},
    }
    permission = {"FunctionName": {"Ref": "Function"}, "Principal": "*"}
    by_url = {**permission, "Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"}
    also = {**permission, "Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True}
    settings = {"TargetFunctionArn": {"Fn::GetAtt": ["Function", "Arn"]}, "AuthType": auth_type, **url}
    return {
        "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
        "Url": {"Type": "AWS::Lambda::Url", "Properties": settings},
        "ByUrl": {"Type": "AWS::Lambda::Permission", "Properties": by_url},
        "Also": {"Type": "AWS::Lambda::Permission", "Properties": also},
    }


OUTPUTS = {"Outputs": {"Url": {"Value": {"Fn::GetAtt": ["Url", "FunctionUrl"]}}, "Ref": {"Value": {"Ref": "Url"}}}}


def test_a_stack_makes_changes_and_deletes_it(cloud, deployer_in):
    stacks = deployer_in("us-east-1")
    stack = stacks.deploy("urls", template(cloud.function_role), **OUTPUTS)
    assert stack.status == "CREATE_COMPLETE"
    outputs = {output.key: output.value for output in stack.output_map.values()}
    url = outputs["Url"]
    assert outputs["Ref"].startswith("arn:aws:lambda:us-east-1:")
    assert ask(url, credentials=None).body == b'"hello"'
    stacks.deploy("urls", template(cloud.function_role, answer="goodbye"), **OUTPUTS)
    assert ask(url, credentials=None).body == b'"goodbye"'
    stacks.deploy("urls", template(cloud.function_role, "AWS_IAM"), **OUTPUTS)
    assert ask(url, credentials=None).status == 403
    assert ask(url).status == 200
    url_id = url.rstrip("/").rpartition("/")[2]
    assert find_url(url_id, ACCOUNT) is not None
    stacks.delete(stack)
    assert stack.status == "DELETE_COMPLETE"
    eventually(lambda: find_url(url_id, ACCOUNT) is None)


@pytest.mark.parametrize(
    ("setting", "why"),
    [
        ({"InvokeMode": "RESPONSE_STREAM"}, "does not stream answers of functions"),
        ({"Qualifier": "live"}, "has function URLs of $LATEST only"),
    ],
)
def test_a_stack_with_a_url_that_is_not_emulated_fails_with_the_reason(cloud, deployer_in, setting, why):
    stack = deployer_in("us-east-1").deploy(f"odd-{len(why)}", template(cloud.function_role, **setting))
    assert stack.status == "ROLLBACK_COMPLETE"
    reasons = [str(event.resource_status_reason) for event in stack.events]
    assert any(why in reason for reason in reasons)
