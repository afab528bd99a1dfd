"""Both ways of sending on the local cloud, which verifies what they sign.

With keys, with sessions that are renewed under way, over a network that breaks, and against a throttle.
"""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.session
import numpy as np
import pytest
from botocore.credentials import RefreshableCredentials

from endpoint_client import AccessDenied, EndpointUnreachable, Predictor, Throttled
from tests.endpoint_client.transport.faulty_network import faulty_network
from tests.local_sagemaker.access.signing import make_session
from tests.local_sagemaker.cloud import ACCOUNT, REGION, Cloud, allow, eventually, running_cloud, scripted, with_runtime

TRUST = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root", "Service": "sagemaker.amazonaws.com"},
        "Action": "sts:AssumeRole",
    },
}


@pytest.fixture(scope="module")
def cloud(model: Any) -> Iterator[Cloud]:
    with running_cloud(known_keys_only=True) as cloud:
        cloud.make_endpoint(cloud.make_config(cloud.make_model(with_runtime(model))), "signed")
        yield cloud


@pytest.fixture(scope="module")
def caller(cloud: Cloud) -> str:
    """Give the ARN of a role that may invoke the endpoint, and nothing else."""
    arn = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/signed"
    return cloud.make_role([allow("sagemaker:InvokeEndpoint", arn)], TRUST)


@pytest.fixture(autouse=True)
def _environment(cloud, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.url)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)


def user_keys(cloud):
    name = f"user-{datetime.now(timezone.utc).timestamp()}"
    cloud.iam.create_user(UserName=name)
    arn = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/signed"
    policy = {"Version": "2012-10-17", "Statement": [allow("sagemaker:InvokeEndpoint", arn)]}
    cloud.iam.put_user_policy(UserName=name, PolicyName="invoke", PolicyDocument=json.dumps(policy))
    key = cloud.iam.create_access_key(UserName=name)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def test_a_users_key_signs_every_kind_of_request(cloud, model, features, fast):
    with Predictor("signed", fast=fast, session=boto3.Session(*user_keys(cloud))) as predictor:
        np.testing.assert_array_equal(predictor.predict(features), model.predict(features))
        # Headers of the request's own are signed too.
        probabilities = predictor.predict(features, method="predict_proba", target_variant="AllTraffic")
        np.testing.assert_allclose(probabilities, model.predict_proba(features))
        assert predictor.predict(features[:1].tolist(), content_type="application/json").shape == (1,)


def test_a_wrong_secret_is_no_rights(cloud, features, fast):
    key, _ = user_keys(cloud)
    with (
        Predictor("signed", fast=fast, session=boto3.Session(key, "wrong")) as predictor,
        pytest.raises(AccessDenied, match="signature we calculated does not match") as caught,
    ):
        predictor.predict(features)
    assert (caught.value.code, caught.value.status) == ("InvalidSignatureException", 403)


def test_a_key_that_nobody_gave_out_is_no_rights(features, fast):
    with (
        Predictor("signed", fast=fast, session=boto3.Session("AKIAIOSFODNN7EXAMPLE", "secret")) as predictor,
        pytest.raises(AccessDenied, match="security token included in the request is invalid") as caught,
    ):
        predictor.predict(features)
    assert caught.value.code == "UnrecognizedClientException"


def session_of(cloud: Cloud, role: str, taken: list[str]) -> boto3.Session:
    """Give a session whose credentials end in a moment, over and over: botocore renews them before every request."""

    def refresh() -> dict[str, str]:
        given = cloud.client("sts").assume_role(RoleArn=role, RoleSessionName=f"caller-{len(taken)}")["Credentials"]
        taken.append(given["AccessKeyId"])
        return {
            "access_key": given["AccessKeyId"],
            "secret_key": given["SecretAccessKey"],
            "token": given["SessionToken"],
            "expiry_time": (datetime.now(timezone.utc) + timedelta(seconds=5)).isoformat(),
        }

    session: Any = botocore.session.get_session()
    session._credentials = RefreshableCredentials.create_from_metadata(refresh(), refresh, "assume-role")
    return boto3.Session(botocore_session=session)


def test_credentials_are_renewed_under_way(cloud, caller, model, features, fast):
    taken: list[str] = []
    with Predictor("signed", fast=fast, session=session_of(cloud, caller, taken)) as predictor:
        for row in features[:4]:
            np.testing.assert_array_equal(predictor.predict(row), model.predict([row]))
    assert len(set(taken)) == len(taken) >= 4


def test_threads_share_credentials_that_are_renewed(cloud, caller, model, features, fast):
    taken: list[str] = []
    with (
        Predictor("signed", fast=fast, session=session_of(cloud, caller, taken)) as predictor,
        ThreadPoolExecutor(8) as pool,
    ):
        labels = list(pool.map(lambda row: predictor.predict(row)[0], features[:24]))
    np.testing.assert_array_equal(labels, model.predict(features[:24]))
    # None was signed with the key of one session and the token of another: the cloud would have said so.
    assert len(taken) > 1


def test_a_session_that_has_ended_is_no_rights(cloud, features, fast):
    ended = make_session(cloud, seconds=0)
    session = boto3.Session(ended.access_key, ended.secret_key, ended.token)
    with (
        Predictor("signed", fast=fast, session=session) as predictor,
        pytest.raises(AccessDenied, match="security token included in the request is expired") as caught,
    ):
        predictor.predict(features)
    assert caught.value.code == "ExpiredTokenException"


def test_a_role_without_the_right_is_told_which(cloud, features, fast):
    role = cloud.make_role([allow("sagemaker:DescribeEndpoint", "*")], TRUST)
    with (
        Predictor("signed", fast=fast, session=session_of(cloud, role, [])) as predictor,
        pytest.raises(AccessDenied, match="not authorized to perform: sagemaker:InvokeEndpoint"),
    ):
        predictor.predict(features)


@pytest.fixture
def broken(cloud, monkeypatch):
    """Put a network that can break before the cloud."""
    with faulty_network(cloud.url.replace("localhost", "127.0.0.1")) as network:
        monkeypatch.setenv("AWS_ENDPOINT_URL", network.url)
        yield network


@pytest.mark.parametrize("fault", ["reset before", "reset after", "half the body", "silence"])
def test_what_breaks_is_signed_and_sent_anew(cloud, caller, broken, model, features, fast, fault):
    taken: list[str] = []
    session = session_of(cloud, caller, taken)
    with Predictor("signed", fast=fast, session=session, read_timeout=1) as predictor:
        broken.faults.append(fault)
        np.testing.assert_array_equal(predictor.predict(features), model.predict(features))
    first, second = (re.search(rb"Credential=(\w+)/", request) for request in broken.requests)
    assert first is not None
    assert second is not None
    # By the session of its own moment.
    assert {first[1].decode(), second[1].decode()} <= set(taken)
    assert first[1] != second[1]


@pytest.mark.parametrize("fault", ["reset before", "reset after", "half the body"])
def test_what_is_not_safe_is_sent_once(cloud, broken, features, fast, fault):
    session = boto3.Session(*user_keys(cloud))
    with Predictor("signed", fast=fast, session=session, idempotent=False) as predictor:
        broken.faults.append(fault)
        with pytest.raises(EndpointUnreachable):
            predictor.predict(features)
    assert len(broken.requests) == 1


def test_a_cloud_that_has_gone_is_unreachable(cloud, broken, features, fast):
    with Predictor("signed", fast=fast, session=boto3.Session(*user_keys(cloud))) as predictor:
        predictor.predict(features)
        broken.faults.append("half the body")
        broken.die()
        with pytest.raises(EndpointUnreachable):
            predictor.predict(features)
    assert len(broken.requests) == 2


def test_a_throttle_is_waited_for(cloud, fast, tmp_path, monkeypatch):
    """The variant runs one request at a time, and refuses the next in AWS's words."""
    name = cloud.make_endpoint(cloud.make_serverless_config(cloud.make_model(scripted("slow")), MaxConcurrency=1))
    arn = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/{name}"
    session = session_of(cloud, cloud.make_role([allow("sagemaker:InvokeEndpoint", arn)], TRUST), [])
    held = tmp_path / "held"

    def ask(word: str, max_attempts: int) -> bytes:
        with Predictor(name, fast=fast, session=session, max_attempts=max_attempts) as predictor:
            return predictor.predict(word.encode(), content_type="text/csv", raw=True).body

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(ask, f"hold {held}", 1)
        eventually(Path(f"{held}.begun").exists)
        with pytest.raises(Throttled):
            ask("name", 1)

        def pause(seconds: float) -> None:
            held.touch()
            first.result(60)

        monkeypatch.setattr("endpoint_client.transport.retries.time", SimpleNamespace(sleep=pause))
        assert ask("name", 3) == b"slow"
        assert first.done()
