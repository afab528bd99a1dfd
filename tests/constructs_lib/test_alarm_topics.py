import aws_cdk as cdk
import pytest
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk.assertions import Annotations, Match, Template

from constructs_lib.alarm_topics import let_alarms_publish, make_alarm_topic

ALARMS = {
    "Effect": "Allow",
    "Action": "sns:Publish",
    "Principal": {"Service": "cloudwatch.amazonaws.com"},
    "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:*"}},
}


@pytest.fixture
def stack(make_stack) -> cdk.Stack:
    made: cdk.Stack = make_stack(region="eu-west-1")
    return made


def test_alarms_may_publish_although_the_topic_has_a_policy(stack):
    make_alarm_topic(stack, "Topic", encryption_key=None)
    Template.from_stack(stack).has_resource_properties(
        "AWS::SNS::TopicPolicy",
        {
            "PolicyDocument": {
                "Statement": Match.array_with(
                    [
                        Match.object_like({"Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}),
                        Match.object_like(ALARMS),
                    ]
                )
            }
        },
    )


def test_its_key_may_be_used_by_cloudwatch(stack):
    make_alarm_topic(stack, "Topic", encryption_key=kms.Key(stack, "Key"))
    allowed = {
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Resource": "*",
    }
    Template.from_stack(stack).has_resource_properties(
        "AWS::KMS::Key", {"KeyPolicy": {"Statement": Match.array_with([allowed])}}
    )


def test_a_topic_of_the_users_is_told_once_what_it_needs(stack):
    topic = sns.Topic(stack, "Mine")
    for _ in range(2):
        let_alarms_publish(stack, topic)
    (policy,) = Template.from_stack(stack).find_resources("AWS::SNS::TopicPolicy").values()
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Principal"] == ALARMS["Principal"]


def test_the_owner_of_an_imported_topic_or_key_is_told(stack):
    topic = sns.Topic.from_topic_arn(stack, "Imported", "arn:aws:sns:eu-west-1:123456789012:pager")
    let_alarms_publish(stack, topic)
    arn = "arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
    make_alarm_topic(stack, "Topic", encryption_key=kms.Key.from_key_arn(stack, "Key", arn))
    for text in ("imported topic; where it has one, let cloudwatch", "imported key; let cloudwatch"):
        Annotations.from_stack(stack).has_warning("/Churn", Match.string_like_regexp(text))
