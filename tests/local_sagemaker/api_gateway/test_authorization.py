"""Who may call an API: each refusal is one of a real request."""

import json

import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from constructs_lib import ApiKeyAuthorization, Quota, Throttle
from tests.local_sagemaker.access.signing import make_session


def user(desk, name: str, *statements) -> Credentials:
    desk.cloud.iam.create_user(UserName=name)
    if statements:
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        desk.cloud.iam.put_user_policy(UserName=name, PolicyName="rights", PolicyDocument=document)
    made = desk.cloud.iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(made["AccessKeyId"], made["SecretAccessKey"])


def allowed(api, method: str = "POST/predict") -> dict[str, str]:
    arn = f"arn:aws:execute-api:us-east-1:123456789012:{api.api_id}/prod/{method}"
    return {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": arn}


def test_who_may_invoke_is_let_in_and_who_may_not_is_told_so(desk, signed):
    assert signed.post(signer=user(desk, "caller", allowed(signed))).status == 200
    answer = signed.post(signer=user(desk, "stranger", allowed(signed, "POST/other")))
    assert answer.error[:2] == (403, "ACCESS_DENIED")
    assert "user/stranger is not authorized to perform: execute-api:Invoke on resource" in answer.error[2]
    assert answer.headers["x-amzn-ErrorType"] == "AccessDeniedException"


def test_without_a_signature_nobody_is_let_in(signed):
    answer = signed.post(signer=None)
    assert answer.error == (403, "MISSING_AUTHENTICATION_TOKEN", "Missing Authentication Token")
    assert answer.headers["x-amzn-ErrorType"] == "MissingAuthenticationTokenException"


@pytest.mark.parametrize("signer", [Credentials("test", "any"), Credentials("local", "local")])
@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"service": "sagemaker"}, "Credential should be scoped to correct service: 'execute-api'. "),
        ({"region": "eu-west-1"}, "Credential should be scoped to a valid region. "),
    ],
)
def test_a_signature_for_something_else_is_none(signed, signer, options, told):
    answer = signed.post(signer=signer, **options)
    assert answer.error == (403, "INVALID_SIGNATURE", told)
    assert answer.headers["x-amzn-ErrorType"] == "InvalidSignatureException"


def test_another_kind_of_authorization_is_no_signature(signed):
    answer = signed.post(signer=None, Authorization="Bearer token")
    assert answer.error[:2] == (403, "INVALID_SIGNATURE")
    assert answer.error[2].startswith(
        "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with"
    )
    assert answer.headers["x-amzn-ErrorType"] == "IncompleteSignatureException"


def test_a_wrong_signature_is_told_with_what_should_have_been_signed(signed):
    answer = signed.post(signer=Credentials("local", "wrong"))
    assert answer.error[:2] == (403, "INVALID_SIGNATURE")
    assert answer.error[2].startswith("The request signature we calculated does not match the signature you provided.")
    assert f"\n'POST\n/restapis/{signed.api_id}/prod/_user_request_/predict\n\n" in answer.error[2]
    assert answer.headers["x-amzn-ErrorType"] == "InvalidSignatureException"


def test_a_session_that_has_ended_is_told(desk, signed):
    answer = signed.post(signer=make_session(desk.cloud, seconds=0))
    assert answer.error == (403, "EXPIRED_TOKEN", "The security token included in the request is expired")
    assert answer.headers["x-amzn-ErrorType"] == "ExpiredTokenException"


@pytest.mark.parametrize("make", [user, lambda desk, _: make_session(desk.cloud)], ids=["user", "session"])
def test_a_signature_in_the_query_counts(desk, signed, make):
    stranger = make(desk, "query")
    request = AWSRequest("POST", f"{desk.cloud.url}/restapis/{signed.api_id}/prod/_user_request_/predict")
    SigV4QueryAuth(stranger, "execute-api", "us-east-1").add_auth(request)
    query = str(request.url).partition("?")[2]
    answer = signed.post("", path=f"predict?{query}", signer=None)
    assert answer.error[:2] == (403, "ACCESS_DENIED")
    answer = signed.post("", path=f"predict?{query}&more=1", signer=None)
    assert answer.error[:2] == (403, "INVALID_SIGNATURE")


def test_a_key_is_asked_for_and_only_one_of_the_stages_plan_counts(desk, keyed):
    other, unplanned = (desk.gateway.create_api_key(name=name, enabled=True) for name in ("other", "unplanned"))
    plan = desk.gateway.create_usage_plan(name="others", apiStages=[{"apiId": keyed.api_id, "stage": "other"}])
    desk.gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=other["id"], keyType="API_KEY")
    for headers in ({}, {"x_api_key": "wrong"}, {"x_api_key": other["value"]}, {"x_api_key": unplanned["value"]}):
        answer = keyed.post(signer=None, **headers)
        assert answer.error == (403, "INVALID_API_KEY", "Forbidden")
        assert answer.headers["x-amzn-ErrorType"] == "ForbiddenException"
    assert keyed.post(signer=None, x_api_key=keyed.key()).status == 200


def test_a_key_that_is_switched_off_opens_nothing(desk, keyed):
    key_id = keyed.output("RestApiApiKeyId")
    switch = {"op": "replace", "path": "/enabled"}
    desk.gateway.update_api_key(apiKey=key_id, patchOperations=[{**switch, "value": "false"}])
    assert keyed.post(signer=None, x_api_key=keyed.key()).status == 403
    desk.gateway.update_api_key(apiKey=key_id, patchOperations=[{**switch, "value": "true"}])
    assert keyed.post(signer=None, x_api_key=keyed.key()).status == 200


def test_a_key_that_has_used_its_plan_up_waits(desk, signed):
    slow = ApiKeyAuthorization(throttle=Throttle(rate=0.001, burst=2))
    front = desk.deploy("Slow", authorization=slow)
    answers = [front.post(signer=None, x_api_key=front.key()) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[2].error == (429, "THROTTLED", "Too Many Requests")
    assert answers[2].headers["x-amzn-ErrorType"] == "TooManyRequestsException"
    front.delete()


def test_a_key_that_has_used_its_quota_up_is_told_so(desk, signed):
    plan = ApiKeyAuthorization(throttle=Throttle(rate=1000, burst=1000), quota=Quota(limit=2, period="MONTH"))
    front = desk.deploy("Few", authorization=plan)
    answers = [front.post(signer=None, x_api_key=front.key()) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[2].error == (429, "QUOTA_EXCEEDED", "Limit Exceeded")
    front.delete()


def test_the_stage_throttles_all_callers_together(desk, signed):
    front = desk.deploy("Busy", throttle=Throttle(rate=0.001, burst=1))
    assert front.post().status == 200
    assert front.post(signer=user(desk, "late", allowed(front))).error[:2] == (429, "THROTTLED")
    front.delete()
