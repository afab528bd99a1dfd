"""A container finds its role's credentials, and none where it has network isolation; the address always."""

from local_sagemaker.access.rights import Credentials
from local_sagemaker.containers.aws_access import aws_access

ADDRESS = {
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ENDPOINT_URL": "http://localhost:4566",
}


def test_without_credentials_the_address_is_there():
    assert aws_access(None, region="eu-west-1", base_url="http://localhost:4566") == ADDRESS


def test_credentials_are_all_three():
    credentials = Credentials("ASIA1", "secret", "token")
    assert aws_access(credentials, region="eu-west-1", base_url="http://localhost:4566") == ADDRESS | {
        "AWS_ACCESS_KEY_ID": "ASIA1",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "token",
    }
