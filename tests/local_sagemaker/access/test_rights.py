"""Rights come from the policies that IAM holds at that moment."""

import json
from collections.abc import Iterator

import pytest
from moto.core.base_backend import BackendDict
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from local_sagemaker.access.rights import ExecutionRole, Principal, caller
from local_sagemaker.data_plane_errors import AccessDeniedError, DataPlaneError
from tests.local_sagemaker.cloud import ACCOUNT, REGION, TRUST, allow

ENDPOINT = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/churn"
OBJECT = "arn:aws:s3:::models/model.tar.gz"
READ = allow("s3:GetObject", "arn:aws:s3:::models/*")


@pytest.fixture
def iam() -> Iterator[object]:
    BackendDict.reset()
    yield iam_backends[ACCOUNT]["aws"]
    BackendDict.reset()


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def make_role(iam, *, trust=TRUST, boundary=None):
    return iam.create_role("hosting", json.dumps(trust), "/team/", boundary, "", [], 3600)


def assume(role):
    return ExecutionRole.assume(role.arn, region=REGION, source_arn=ENDPOINT)


def test_an_inline_policy_allows(iam):
    role = make_role(iam)
    role.put_policy("read", document(READ))
    session = assume(role)
    session.authorize("s3:GetObject", OBJECT)
    with pytest.raises(AccessDeniedError) as refused:
        session.authorize("s3:PutObject", OBJECT)
    assert str(refused.value) == (
        f"AccessDenied: User: arn:aws:sts::{ACCOUNT}:assumed-role/hosting/SageMaker is not authorized to perform: "
        f's3:PutObject on resource: "{OBJECT}" because no identity-based policy allows the s3:PutObject action'
    )


def test_a_policy_that_cloudformation_wrote_is_a_document_already(iam):
    role = make_role(iam)
    role.put_policy("read", {"Statement": READ})
    assume(role).authorize("s3:GetObject", OBJECT)


def test_an_attached_managed_policy_counts_in_its_default_version(iam):
    role = make_role(iam)
    policy = iam.create_policy("", "/", document(READ), "read", {})
    iam.attach_role_policy(policy.arn, "hosting")
    session = assume(role)
    session.authorize("s3:GetObject", OBJECT)
    iam.create_policy_version(policy.arn, document(allow("s3:ListBucket", "*")), True)
    with pytest.raises(AccessDeniedError):
        session.authorize("s3:GetObject", OBJECT)


def test_the_permissions_boundary_must_allow_as_well(iam):
    boundary = iam.create_policy("", "/", document(allow("logs:*", "*")), "boundary", {})
    role = make_role(iam, boundary=boundary.arn)
    role.put_policy("read", document(READ, allow("logs:*", "*")))
    session = assume(role)
    session.authorize("logs:PutLogEvents", "*")
    with pytest.raises(AccessDeniedError):
        session.authorize("s3:GetObject", OBJECT)


def test_an_explicit_deny_says_so(iam):
    role = make_role(iam)
    role.put_policy("all", document(allow("*", "*"), {**READ, "Effect": "Deny"}))
    with pytest.raises(AccessDeniedError, match="with an explicit deny in an identity-based policy"):
        assume(role).authorize("s3:GetObject", OBJECT)


def test_conditions_see_the_principal_and_the_request(iam):
    role = make_role(iam)
    key = {"aws:PrincipalArn": role.arn, "aws:RequestedRegion": REGION, "kms:ViaService": "s3"}
    role.put_policy("decrypt", document(allow("kms:Decrypt", "*", StringEquals=key)))
    session = assume(role)
    session.authorize("kms:Decrypt", "*", {"kms:ViaService": "s3"})
    with pytest.raises(AccessDeniedError):
        session.authorize("kms:Decrypt", "*")


def test_a_condition_that_is_not_evaluated_is_told(iam):
    role = make_role(iam)
    role.put_policy("read", document(allow("s3:GetObject", "*", IpAddress={"aws:SourceIp": "10.0.0.0/8"})))
    with pytest.raises(AccessDeniedError, match="does not evaluate the condition operator IpAddress"):
        assume(role).authorize("s3:GetObject", OBJECT)


def test_the_session_is_known_to_sts(iam):
    session = assume(make_role(iam))
    known = sts_backends[ACCOUNT]["aws"].get_assumed_role_from_access_key(session.credentials.access_key_id)
    assert known is not None
    assert (known.session_token, known.arn) == (session.credentials.session_token, session.arn)


def test_a_role_that_does_not_trust_sagemaker_is_not_assumed(iam):
    role = make_role(
        iam, trust={"Statement": [allow("sts:AssumeRole", "*") | {"Principal": {"Service": "ec2.amazonaws.com"}}]}
    )
    with pytest.raises(DataPlaneError, match=f"Could not assume role {role.arn}. Please ensure that the role exists"):
        assume(role)


@pytest.mark.parametrize("arn", [f"arn:aws:iam::{ACCOUNT}:role/none", "arn:test", "none"])
def test_a_role_that_does_not_exist_is_not_assumed(iam, arn):
    with pytest.raises(DataPlaneError, match=f"Could not assume role {arn}."):
        ExecutionRole.assume(arn, region=REGION, source_arn=ENDPOINT)


def find(access_key_id) -> Principal | None:
    return caller(access_key_id, account_id=ACCOUNT, region=REGION)


def test_a_key_that_iam_never_gave_out_is_an_administrators(iam):
    assert find("test") is None


def test_a_user_has_the_rights_of_its_groups(iam):
    user = iam.create_user(REGION, "ada")
    key = iam.create_access_key("ada")
    iam.create_group("readers")
    iam.add_user_to_group("readers", "ada")
    iam.put_group_policy("readers", "read", document(READ))
    found = find(key.access_key_id)
    assert found is not None
    assert found.arn == user.arn
    found.authorize("s3:GetObject", OBJECT)
    with pytest.raises(AccessDeniedError):
        found.authorize("s3:PutObject", OBJECT)


def test_a_role_session_has_the_rights_of_its_role(iam):
    session = assume(make_role(iam))
    found = find(session.credentials.access_key_id)
    assert found is not None
    assert found.arn == session.arn
    with pytest.raises(AccessDeniedError):
        found.authorize("s3:GetObject", OBJECT)


def test_a_session_of_a_role_that_is_gone_is_an_administrators_like_any_stranger(iam):
    session = assume(make_role(iam))
    iam.delete_role("hosting")
    assert find(session.credentials.access_key_id) is None
