"""A log group of a stack can be changed."""

from moto.logs.models import logs_backends

from local_sagemaker.app import ACCOUNT_ID


def group(**properties):
    return {"Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/churn", **properties}}}


def test_retention_and_key_change_in_place(stacks, mended):
    stacks.deploy("logs", group(RetentionInDays=7, KmsKeyId="one"))
    made = logs_backends[ACCOUNT_ID]["us-east-1"].groups["/churn"]
    assert made.retention_in_days == 7
    assert (made.kms_key_id == "one") is mended
    stacks.deploy("logs", group(RetentionInDays=30))
    assert (made.retention_in_days == 30) is mended
    assert made.kms_key_id is None


def test_its_arn_stands_for_its_streams(stacks, mended):
    stack = stacks.deploy("logs", group(), Outputs={"Arn": {"Value": {"Fn::GetAtt": ["Group", "Arn"]}}})
    (arn,) = [output.value for output in stack.output_map.values()]
    assert arn.endswith(":log-group:/churn:*" if mended else ":log-group:/churn")
