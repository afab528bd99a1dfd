"""Which access keys the cloud knows, seen in what it answers to requests that are signed with them."""

from collections.abc import Iterator

import pytest
from botocore.credentials import Credentials

from local_sagemaker.access.keys import AccessKey, find_key
from tests.local_sagemaker.access.signing import INVALID_TOKEN, MISMATCH, Request, make_session, refusal
from tests.local_sagemaker.cloud import Cloud, allow, eventually, running_cloud

INVOKE = allow("sagemaker:InvokeEndpoint*", "*")
EXPIRED = "The security token included in the request is expired"
NO_ENDPOINT = "Endpoint x of account 123456789012 not found."


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        yield cloud


@pytest.fixture(scope="module")
def url(cloud: Cloud) -> str:
    return f"{cloud.url}/endpoints/x/invocations"


def options(keys: Credentials) -> dict[str, str | None]:
    return {
        "aws_access_key_id": keys.access_key,
        "aws_secret_access_key": keys.secret_key,
        "aws_session_token": keys.token,
    }


def make_user(cloud: Cloud, name: str) -> Credentials:
    cloud.iam.create_user(UserName=name)
    made = cloud.iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(made["AccessKeyId"], made["SecretAccessKey"])


def test_a_session_is_known_by_its_secret_and_its_token(cloud, url):
    session = make_session(cloud, INVOKE)
    assert Request(url, signer=session).send().refused == ("ValidationError", NO_ENDPOINT, 400)
    wrong = Credentials(session.access_key, "wrong", session.token)
    assert Request(url, signer=wrong).send().refused.message.startswith(MISMATCH)
    for token in (None, "another"):
        stolen = Credentials(session.access_key, session.secret_key, token)
        assert Request(url, signer=stolen).send().refused == ("UnrecognizedClientException", INVALID_TOKEN, 403)


def test_a_session_that_has_ended_is_told_by_each_service(cloud, url):
    session = make_session(cloud, seconds=0)
    assert Request(url, signer=session).send().refused == ("ExpiredTokenException", EXPIRED, 403)
    keys = options(session)
    assert refusal(cloud.client("sagemaker", **keys).list_models) == ("ExpiredTokenException", EXPIRED, 400)
    assert refusal(cloud.client("sts", **keys).get_caller_identity) == ("ExpiredToken", EXPIRED, 403)


def test_a_session_ends_by_the_clock(cloud, url):
    session = make_session(cloud, INVOKE, seconds=2)

    def ended() -> bool:
        return Request(url, signer=session).send().refused.code == "ExpiredTokenException"

    assert eventually(ended)


def test_a_session_of_another_account_is_known(cloud, url):
    sts = cloud.client("sts")
    given = sts.assume_role(RoleArn="arn:aws:iam::111122223333:role/theirs", RoleSessionName="caller")["Credentials"]
    keys = Credentials(given["AccessKeyId"], "wrong", given["SessionToken"])
    assert Request(url, signer=keys).send().refused.message.startswith(MISMATCH)


def test_a_users_key_is_known_until_it_is_switched_off(cloud, url):
    keys = make_user(cloud, "ada")
    assert Request(url, signer=keys).send().refused.code == "AccessDeniedException"
    wrong = Credentials(keys.access_key, "wrong")
    assert Request(url, signer=wrong).send().refused.message.startswith(MISMATCH)
    tokened = Credentials(keys.access_key, keys.secret_key, "token")
    assert Request(url, signer=tokened).send().refused == ("UnrecognizedClientException", INVALID_TOKEN, 403)
    cloud.iam.update_access_key(UserName="ada", AccessKeyId=keys.access_key, Status="Inactive")
    assert Request(url, signer=keys).send().refused == ("UnrecognizedClientException", INVALID_TOKEN, 403)


def test_a_key_that_is_deleted_is_not_known(cloud):
    keys = make_user(cloud, "eve")
    assert find_key(keys.access_key) == AccessKey(keys.secret_key)
    cloud.iam.delete_access_key(UserName="eve", AccessKeyId=keys.access_key)
    assert find_key(keys.access_key) is None


def test_a_key_of_a_user_who_is_gone_is_not_known(cloud):
    keys = make_user(cloud, "bob")
    cloud.iam.delete_user(UserName="bob")
    assert find_key(keys.access_key) is None
