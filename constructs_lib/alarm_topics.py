"""Topics that alarms publish to: the library's own, and what a topic of the user's must allow for it.

Rule: "Using Amazon SNS access control with CloudWatch alarms": once a topic has a policy, that is all that counts, and
CloudWatch is not authorized unless it says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Annotations, Stack
from aws_cdk import aws_iam as iam

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_sns as sns
    from constructs import Construct


def make_alarm_topic(scope: Construct, construct_id: str, *, encryption_key: kms.IKey | None) -> sns.Topic:
    """Make a topic that alarms of its account may publish to, over TLS only.

    Parameters
    ----------
    scope, construct_id
        Of the topic.
    encryption_key
        Encrypts it; None: nothing does, since CloudWatch may not use the account's default key.
    """
    # It takes long to import, and most apps do without.
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_sns as sns

    topic = sns.Topic(scope, construct_id, master_key=encryption_key, enforce_ssl=True)
    if isinstance(encryption_key, kms.Key):
        encryption_key.grant(iam.ServicePrincipal(_SERVICE), *_OF_KEY)
    elif encryption_key is not None:
        Annotations.of(scope).add_warning_v2(
            "constructs_lib:imported-key",
            f"nothing is added to the policy of an imported key; let {_SERVICE} use it for the topic of the alarms "
            f"({', '.join(_OF_KEY)})",
        )
    let_alarms_publish(scope, topic)
    return topic


def let_alarms_publish(scope: Construct, topic: sns.ITopic) -> None:
    """Let alarms of the account publish to a topic; of an imported one, say what its policy needs."""
    stack = Stack.of(scope)
    alarms = f"arn:{stack.partition}:cloudwatch:{stack.region}:{stack.account}:alarm:*"
    added = topic.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal(_SERVICE)],
            actions=["sns:Publish"],
            resources=[topic.topic_arn],
            conditions={"ArnLike": {"aws:SourceArn": alarms}},
        )
    )
    if not added.statement_added:
        Annotations.of(scope).add_warning_v2(
            "constructs_lib:imported-topic",
            f"nothing is added to the policy of an imported topic; where it has one, let {_SERVICE} sns:Publish, and "
            f"let it use the topic's key ({', '.join(_OF_KEY)})",
        )


_SERVICE = "cloudwatch.amazonaws.com"
_OF_KEY = ("kms:Decrypt", "kms:GenerateDataKey*")
