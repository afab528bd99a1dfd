import aws_cdk as cdk
from aws_cdk import aws_sns as sns

from constructs_lib.environments import environment_problems

ARN = "arn:aws:sns:us-east-1:999999999999:pager"


def test_another_region_and_another_account_are_said(make_stack):
    stack = make_stack(region="eu-west-1")
    topic = sns.Topic.from_topic_arn(stack, "Topic", ARN)
    region, account = environment_problems(stack, topic, "topic", "it must be")
    assert region == (
        "the topic is in region us-east-1 and the stack in eu-west-1; it must be: use a stack of us-east-1"
    )
    assert account == (
        "the topic is in account 999999999999 and the stack in 123456789012; it must be: use a stack of 999999999999"
    )
    assert len([*environment_problems(stack, topic, "topic", "it must", "region")]) == 1


def test_what_is_not_known_is_not_compared(stack):
    assert not [*environment_problems(stack, sns.Topic.from_topic_arn(stack, "Topic", ARN), "topic", "it must")]
    assert not [*environment_problems(stack, sns.Topic(cdk.Stack(stack, "Other"), "Topic"), "topic", "it must")]
