"""A function whose code stands in the template can be updated."""

import pytest
from moto.awslambda.models import lambda_backends
from moto.s3.models import s3_backends

from local_sagemaker.app import ACCOUNT_ID

TRUST = {
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]
}


def resources(code, timeout):
    properties = {
        "FunctionName": "work",
        "Runtime": "python3.12",
        "Handler": "index.handler",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Code": code,
        "Timeout": timeout,
    }
    return {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}},
        "Function": {"Type": "AWS::Lambda::Function", "Properties": properties},
    }


def test_it_names_its_layers(stacks, mended):
    template = resources({"ZipFile": "def handler(event, context): return 1"}, 3)
    template["Function"]["Properties"]["Layers"] = ["arn:aws:lambda:us-east-1:123456789012:layer:cli:1"]
    stacks.deploy("functions", template)
    function = lambda_backends[ACCOUNT_ID]["us-east-1"].get_function("work")
    assert bool(function.get_configuration()["Layers"]) is mended


def test_it_has_the_settings_that_the_template_gives_at_last(stacks, mended):
    code = {"ZipFile": "def handler(event, context): return 1"}
    first, second = resources(code, 3), resources(code, 3)
    first["Function"]["Properties"] |= {
        "Environment": {"Variables": {"COLOR": "red"}},
        "LoggingConfig": {"LogGroup": "/mine"},
        "Architectures": ["arm64"],
        "ReservedConcurrentExecutions": 1,
        "TracingConfig": {"Mode": "Active"},
    }
    stacks.deploy("functions", first)
    function = lambda_backends[ACCOUNT_ID]["us-east-1"].get_function("work")
    shown = function.get_configuration()
    assert (shown["Architectures"] == ["arm64"]) is mended
    assert (shown["TracingConfig"] == {"Mode": "Active"}) is mended
    assert (shown.get("LoggingConfig") == {"LogFormat": "Text", "LogGroup": "/mine"}) is mended
    stacks.deploy("functions", second)
    assert (function.environment_vars == {}) is mended
    assert (function.reserved_concurrency is None) is mended


def test_its_log_group_can_be_given_and_changed_by_the_api(stacks, mended):
    stacks.deploy("functions", resources({"ZipFile": "def handler(event, context): return 1"}, 3))
    backend = lambda_backends[ACCOUNT_ID]["us-east-1"]
    for group in ("/one", None):
        given = {} if group is None else {"LoggingConfig": {"LogGroup": group}}
        backend.update_function_configuration("work", "$LATEST", {"Timeout": 4, **given})
    shown = backend.get_function("work").get_configuration().get("LoggingConfig", {})
    assert (shown.get("LogGroup") == "/one") is mended


@pytest.mark.parametrize(
    ("first", "second", "moto_can"),
    [
        (
            {"ZipFile": "def handler(event, context): return 1"},
            {"ZipFile": "def handler(event, context): return 2"},
            False,
        ),
        ({"S3Bucket": "code", "S3Key": "one.zip"}, {"S3Bucket": "code", "S3Key": "two.zip"}, True),
    ],
)
def test_its_code_and_its_settings_change(stacks, mended, first, second, moto_can):
    s3 = s3_backends[ACCOUNT_ID]["aws"]
    s3.create_bucket("code", "us-east-1")
    s3.put_object("code", "one.zip", b"one")
    s3.put_object("code", "two.zip", b"two")
    stack = stacks.deploy("functions", resources(first, 3))
    function = lambda_backends[ACCOUNT_ID]["us-east-1"].get_function("work")
    before = function.code_sha_256
    stacks.deploy("functions", resources(second, 4))
    assert (stack.status == "UPDATE_COMPLETE") is (mended or moto_can)
    assert (function.code_sha_256 != before) is (mended or moto_can)
    if mended:
        assert function.timeout == 4
