import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk.assertions import Annotations, Match, Template

from constructs_lib import (
    SklearnTraining,
)
from tests.constructs_lib.training.synthesized import actions


def test_a_failure_reaches_the_topic(stack, script):
    topic = sns.Topic(stack, "Mine")
    training = SklearnTraining(stack, "Training", entry_point=script, failure_topic=topic)
    assert training.failure_topic is topic
    Template.from_stack(stack).has_resource_properties(
        "AWS::CloudWatch::Alarm",
        {
            "MetricName": "ExecutionsFailed",
            "Namespace": "AWS/States",
            "AlarmActions": [stack.resolve(topic.topic_arn)],
            "TreatMissingData": "notBreaching",
        },
    )
    assert training.failure_alarm.alarm_name


def test_alarm_and_log_may_use_the_key(stack, script):
    SklearnTraining(stack, "Training", entry_point=script, encryption_key=kms.Key(stack, "Key"))
    Template.from_stack(stack).has_resource_properties(
        "AWS::KMS::Key",
        {
            "KeyPolicy": {
                "Statement": Match.array_with(
                    [
                        Match.object_like({"Condition": {"ArnEquals": Match.any_value()}, "Effect": "Allow"}),
                        Match.object_like({"Principal": {"Service": "cloudwatch.amazonaws.com"}, "Effect": "Allow"}),
                    ]
                )
            }
        },
    )


def test_what_an_imported_key_must_allow_is_said(stack, script):
    arn = "arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
    key = kms.Key.from_key_arn(stack, "Key", arn)
    SklearnTraining(stack, "Training", entry_point=script, encryption_key=key)
    Annotations.from_stack(stack).has_warning("*", Match.string_like_regexp("nothing is added to the policy of an imp"))


def test_a_schedule_starts_jobs_with_a_role_that_can_do_only_that(stack, script):
    schedule = events.Schedule.rate(cdk.Duration.days(7))
    SklearnTraining(stack, "Training", entry_point=script, inputs="s3://data/train", schedule=schedule)
    Template.from_stack(stack).has_resource_properties(
        "AWS::Events::Rule",
        {"ScheduleExpression": "rate(7 days)", "Targets": [Match.object_like({"Input": "{}"})]},
    )
    assert actions(stack, "ScheduleRole") == {"states:StartExecution"}
