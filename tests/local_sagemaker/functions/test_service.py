"""No process of a function outlives the local cloud, nor moto's reset, and moto has its own methods back."""

import json
import logging
from types import SimpleNamespace

import pytest
from moto.awslambda.models import LambdaFunction, lambda_backends

from local_sagemaker.functions import execution_environment, invocations, service
from local_sagemaker.functions.answers import LambdaError
from tests.local_sagemaker.cloud import ACCOUNT, REGION, eventually
from tests.local_sagemaker.functions.function_cloud import alive, packed, running_functions

PID = """
import os, time

def handler(event, context):
    print("called")
    time.sleep(event or 0)
    return os.getpid()
"""


def test_a_shutdown_leaves_no_process_busy_or_not():
    update = LambdaFunction.update_configuration
    with running_functions() as cloud:
        idle = cloud.call(cloud.make_function(PID))
        busy = cloud.make_function(PID)
        working = cloud.call(busy)
        cloud.functions.invoke(FunctionName=busy, InvocationType="Event", Payload=json.dumps(600))
        eventually(lambda: cloud.log_of(busy).count("called") == 2)
        assert alive(idle)
        assert alive(working)
    assert not alive(idle)
    assert not alive(working)
    assert LambdaFunction.update_configuration is update


def test_a_shutdown_ends_a_process_that_has_not_connected_yet(monkeypatch, caplog, tmp_path):
    program = tmp_path / "silent.py"
    program.write_text("import pathlib, sys, time\npathlib.Path(__file__ + '.on').touch()\ntime.sleep(600)", "utf-8")
    monkeypatch.setattr(execution_environment, "bootstrap", SimpleNamespace(__file__=str(program)))
    with running_functions() as cloud, caplog.at_level(logging.WARNING):
        cloud.functions.invoke(FunctionName=cloud.make_function(PID), InvocationType="Event")
        eventually((tmp_path / "silent.py.on").exists)
    assert "Runtime exited with error: signal: 15" in caplog.text


def test_a_reset_ends_the_processes_of_its_region():
    with running_functions() as cloud:
        pid = cloud.call(cloud.make_function(PID))
        lambda_backends[ACCOUNT]["eu-west-1"].reset()
        assert alive(pid)
        lambda_backends[ACCOUNT]["us-east-1"].reset()
        eventually(lambda: not alive(pid))


def make_again(cloud, name, code):
    cloud.functions.create_function(
        FunctionName=name,
        Runtime="python3.14",
        Handler="index.handler",
        Role=cloud.function_role,
        Code={"ZipFile": packed({"index.py": code})},
    )


def status_of_a_call(cloud, function):
    with pytest.raises(LambdaError, match=f"Function not found: {function.function_arn}") as error:
        invocations.call(cloud.service, function, b"null", "request")
    return error.value.status


def test_a_deleted_function_runs_no_more_and_another_of_its_name_runs_its_own_code():
    with running_functions() as cloud:
        name = cloud.make_function("def handler(event, context): return 'old'")
        old = lambda_backends[ACCOUNT][REGION].get_function(name)
        assert cloud.call(name) == "old"
        cloud.functions.delete_function(FunctionName=name)
        assert status_of_a_call(cloud, old) == 404
        make_again(cloud, name, "def handler(event, context): return 'new'")
        assert status_of_a_call(cloud, old) == 404
        assert cloud.call(name) == "new"


def test_a_call_that_still_waits_for_its_turn_is_dropped_with_its_function(monkeypatch, caplog):
    monkeypatch.setattr(service, "MOST_PROCESSES", 1)
    with running_functions() as cloud, caplog.at_level(logging.WARNING):
        name = cloud.make_function(PID)
        for _ in range(2):
            cloud.functions.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(2))
        eventually(lambda: "called" in cloud.log_of(name))
        cloud.functions.delete_function(FunctionName=name)
        make_again(cloud, name, "def handler(event, context): return 'new'")
        eventually(lambda: "was deleted before the call began" in caplog.text)
        assert cloud.call(name) == "new"


def test_a_shutdown_ends_the_last_call_of_a_deleted_function(caplog):
    with running_functions() as cloud, caplog.at_level(logging.WARNING):
        name = cloud.make_function(PID, Timeout=120)
        cloud.functions.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(600))
        eventually(lambda: "called" in cloud.log_of(name))
        cloud.functions.delete_function(FunctionName=name)
    assert "Runtime exited with error: signal: 15" in caplog.text
