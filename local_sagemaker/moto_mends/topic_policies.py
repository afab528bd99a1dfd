"""AWS::SNS::TopicPolicy sets the policy of its topics.

moto 5.2.5 has topic policies, but no CloudFormation resource for them. The local cloud keeps them, and asks the
publisher's own rights alone.
"""

from __future__ import annotations

import json
from typing import Any

from moto.sns.models import Topic, sns_backends

from local_sagemaker.moto_mends.patching import EmulatedResource, register


class TopicPolicy(EmulatedResource):
    """The policy of some topics."""

    resource_type = "AWS::SNS::TopicPolicy"

    @classmethod
    def put(cls, name: str, properties: dict[str, Any], account_id: str, region_name: str) -> TopicPolicy:
        """Set the policy."""
        for arn in properties["Topics"]:
            _topic(arn, account_id, region_name).policy = json.dumps(properties["PolicyDocument"])
        return cls(name, {"Id": name})

    @classmethod
    def remove(cls, physical_id: str, properties: dict[str, Any], account_id: str, region_name: str) -> None:
        """Give the topics the policy of a new one."""
        del physical_id
        for arn in properties["Topics"]:
            topic = _topic(arn, account_id, region_name)
            topic.policy = json.dumps(topic._create_default_topic_policy(region_name, account_id, topic.name))


def _topic(arn: str, account_id: str, region_name: str) -> Topic:
    return sns_backends[account_id][region_name].get_topic(arn)


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    register(TopicPolicy)
