"""AWS's own managed policies can be attached."""

from moto.iam.models import iam_backends

from local_sagemaker.app import ACCOUNT_ID


def test_amazon_sagemaker_full_access_exists(mended):
    policies = iam_backends[ACCOUNT_ID]["aws"].managed_policies
    assert ("arn:aws:iam::aws:policy/AmazonSageMakerFullAccess" in policies) is mended
