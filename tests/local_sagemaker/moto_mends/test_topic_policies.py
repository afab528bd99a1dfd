"""AWS::SNS::TopicPolicy sets the policy of its topics."""

import json

from moto.sns.models import sns_backends

from local_sagemaker.app import ACCOUNT_ID

TLS_ONLY = {
    "Sid": "TlsOnly",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "sns:Publish",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def test_a_stack_sets_and_deletes_a_topic_policy(stacks, mended):
    policy = {"Topics": [{"Ref": "Topic"}], "PolicyDocument": {"Version": "2012-10-17", "Statement": [TLS_ONLY]}}
    topic = {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "errors"}}}
    stacks.deploy("topics", {**topic, "Policy": {"Type": "AWS::SNS::TopicPolicy", "Properties": policy}})
    (made,) = sns_backends[ACCOUNT_ID]["us-east-1"].topics.values()
    assert (json.loads(made.policy)["Statement"] == [TLS_ONLY]) is mended
    stacks.deploy("topics", topic)
    assert json.loads(made.policy)["Statement"] != [TLS_ONLY]
