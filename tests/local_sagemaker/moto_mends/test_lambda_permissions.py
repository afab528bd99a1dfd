"""A permission of a stack goes with it."""

from moto.awslambda.models import lambda_backends

from local_sagemaker.app import ACCOUNT_ID
from tests.local_sagemaker.moto_mends.test_lambda_functions import resources


def test_its_statement_goes_with_it(stacks, mended):
    function = resources({"ZipFile": "def handler(event, context): return 1"}, 3)
    permission = {"FunctionName": {"Ref": "Function"}, "Principal": "*", "Action": "lambda:InvokeFunctionUrl"}
    stacks.deploy("doors", {**function, "Door": {"Type": "AWS::Lambda::Permission", "Properties": permission}})
    policy = lambda_backends[ACCOUNT_ID]["us-east-1"].get_function("work").policy
    (statement,) = policy.statements
    assert statement["Sid"].startswith("doors-Door") is mended
    stacks.deploy("doors", function)
    assert (policy.statements == []) is mended
