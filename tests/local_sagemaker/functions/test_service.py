"""No process of a function outlives the local cloud, nor moto's reset, and moto has its own methods back."""

import json

from moto.awslambda.models import LambdaFunction, lambda_backends

from tests.local_sagemaker.cloud import ACCOUNT, eventually
from tests.local_sagemaker.functions.function_cloud import alive, running_functions

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


def test_a_reset_ends_the_processes_of_its_region():
    with running_functions() as cloud:
        pid = cloud.call(cloud.make_function(PID))
        lambda_backends[ACCOUNT]["eu-west-1"].reset()
        assert alive(pid)
        lambda_backends[ACCOUNT]["us-east-1"].reset()
        eventually(lambda: not alive(pid))
