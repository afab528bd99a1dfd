"""A rule of a stack goes with its targets."""

from moto.events.models import events_backends

from local_sagemaker.app import ACCOUNT_ID

RULE = {
    "Type": "AWS::Events::Rule",
    "Properties": {
        "Name": "hourly",
        "ScheduleExpression": "rate(1 hour)",
        "State": "ENABLED",
        "Targets": [{"Id": "Target0", "Arn": "arn:aws:sqs:us-east-1:123456789012:queue"}],
    },
}


def test_a_rule_with_targets_is_deleted(stacks, mended):
    stack = stacks.deploy("rules", {"Rule": RULE})
    assert stack.status == "CREATE_COMPLETE"
    stacks.delete(stack)
    assert (stack.status == "DELETE_COMPLETE") is mended
    rules = events_backends[ACCOUNT_ID]["us-east-1"].event_buses["default"].rules
    assert ("hourly" not in rules) is mended
