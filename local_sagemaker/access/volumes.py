"""The right that an encrypted ML storage volume takes of the execution role; no volume is made.

Rule: https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html (CreateTrainingJob, VolumeKmsKeyId).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.kms.models import kms_backends
from moto.utilities.utils import get_partition

if TYPE_CHECKING:
    from local_sagemaker.access.rights import Principal


def authorize_volume_key(role: Principal, key: str, *, account_id: str) -> None:
    """Ask for the right to have a volume encrypted with a KMS key.

    Parameters
    ----------
    role
        Execution role.
    key
        ARN, id or alias of the key.
    account_id
        Of the job, for a key that is no ARN.

    Raises
    ------
    AccessDeniedError
        It is missing.
    """
    region = role.region
    if key.startswith("arn:"):
        region, account_id = key.split(":")[3:5]
    raw = kms_backends[account_id][region].any_id_to_key_id(key)
    role.authorize(
        "kms:CreateGrant",
        f"arn:{get_partition(region)}:kms:{region}:{account_id}:key/{raw}",
        {"kms:GrantIsForAWSResource": "true", "kms:CallerAccount": account_id},
    )
