"""AWS's own managed policies, such as AmazonSageMakerFullAccess, can be attached.

moto 5.2.5 loads them only on request (``IAMBackend._init_aws_policies`` in moto/iam/models.py), and then every time
that it forgets its state, which takes a third of a second. Here they are read once.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend

from local_sagemaker.moto_mends.patching import patch


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    patch(IAMBackend, "_init_aws_policies", _init_aws_policies)


def _init_aws_policies(self: Any) -> list[AWSManagedPolicy]:
    policies = _policies(self.account_id, self.region_name)
    for policy in policies:
        policy.attachment_count = 0
    return list(policies)


@cache
def _policies(account_id: str, region_name: str) -> list[AWSManagedPolicy]:
    documents = json.loads(aws_managed_policies_data)
    return [AWSManagedPolicy.from_data(name, account_id, region_name, data) for name, data in documents.items()]
