"""AWS's own managed policies, such as AmazonSageMakerFullAccess, can be attached.

moto 5.2.5 loads them only on request (``load_iam_aws_managed_policies`` in moto/settings.py), since that takes 0.2 s.
"""

from __future__ import annotations

from moto.iam import models

from local_sagemaker.moto_mends.patching import patch


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    patch(models, "load_iam_aws_managed_policies", lambda: True)
