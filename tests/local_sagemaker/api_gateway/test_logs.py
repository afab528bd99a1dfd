import json

from moto.sts.models import sts_backends

from local_sagemaker.api_gateway import logs
from tests.local_sagemaker.cloud import eventually


def lines(desk, group: str) -> list[str]:
    streams = desk.logs.describe_log_streams(logGroupName=group)["logStreams"]
    return [
        event["message"]
        for stream in streams
        for event in desk.logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"])["events"]
    ]


def access_group(desk) -> str:
    groups = desk.logs.describe_log_groups(logGroupNamePrefix="/aws/apigateway/signed-restapi")["logGroups"]
    return str(groups[0]["logGroupName"])


def test_each_request_is_a_line_of_the_access_log_without_its_data(desk, signed):
    good, bad = signed.post("[[0.123, 0.456]]"), signed.post("[0.123, {}]")
    group = access_group(desk)

    def of(answer) -> str:
        return next(line for line in lines(desk, group) if answer.headers["x-amzn-RequestId"] in line)

    written = json.loads(eventually(lambda: of(good)))
    assert (written["status"], written["integrationStatus"], written["httpMethod"]) == ("200", "200", "POST")
    assert (written["resourcePath"], written["errorType"], written["apiKeyId"]) == ("/predict", "-", "-")
    assert int(written["responseLatency"]) >= int(written["integrationLatency"]) >= 0
    assert int(written["responseLength"]) == len(good.body)
    refused = json.loads(of(bad))
    assert (refused["status"], refused["errorType"], refused["integrationStatus"]) == ("400", "BAD_REQUEST_BODY", "-")
    assert "0.123" not in "".join(lines(desk, group))


def post_without_trust(desk, signed):
    role = signed.desk.stacks.describe_stack_resources(StackName="Signed")["StackResources"]
    name = next(one["PhysicalResourceId"] for one in role if one["LogicalResourceId"].startswith("RestApiRole"))
    trust = desk.cloud.iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    desk.cloud.iam.update_assume_role_policy(
        RoleName=name, PolicyDocument=json.dumps(trust).replace("apigateway", "lambda")
    )
    answer = signed.post()
    desk.cloud.iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust))
    return answer


def test_what_an_api_is_not_set_up_for_is_in_the_execution_log(desk, signed):
    answer = post_without_trust(desk, signed)
    assert answer.error == (500, "API_CONFIGURATION_ERROR", "Internal server error")
    group = f"API-Gateway-Execution-Logs_{signed.api_id}/prod"
    told = f"({answer.headers['x-amzn-RequestId']}) API Gateway does not have permission to assume the provided role."
    assert told in lines(desk, group)
    assert signed.post().status == 200


def test_a_role_that_may_not_call_the_endpoint_is_a_failure_behind_the_api(desk, signed):
    (policy,) = [
        one["PhysicalResourceId"]
        for one in desk.stacks.describe_stack_resources(StackName="Signed")["StackResources"]
        if one["LogicalResourceId"].startswith("RestApiInvoke")
    ]
    roles = desk.cloud.iam.list_roles()["Roles"]
    (role,) = [
        one["RoleName"]
        for one in roles
        if any("Invoke-" in name for name in desk.cloud.iam.list_role_policies(RoleName=one["RoleName"])["PolicyNames"])
    ]
    (name,) = desk.cloud.iam.list_role_policies(RoleName=role)["PolicyNames"]
    document = desk.cloud.iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    desk.cloud.iam.delete_role_policy(RoleName=role, PolicyName=name)
    answer = signed.post()
    desk.cloud.iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))
    assert policy
    assert answer.error == (502, "BadGateway", "The model gave no answer.")
    assert signed.post().status == 200


def test_without_the_accounts_role_a_request_is_answered_and_not_logged(desk, signed):
    role_arn = desk.gateway.get_account()["cloudwatchRoleArn"]
    before = len(lines(desk, access_group(desk)))
    operation = {"op": "replace", "path": "/cloudwatchRoleArn"}
    desk.gateway.update_account(patchOperations=[{**operation, "value": "arn:aws:iam::123456789012:role/none"}])
    assert signed.post().status == 200
    assert len(lines(desk, access_group(desk))) == before
    desk.gateway.update_account(patchOperations=[{**operation, "value": role_arn}])


def test_requests_share_one_session_and_their_log_stays_within_bounds(desk, signed, monkeypatch):
    monkeypatch.setattr(logs, "MOST_EVENTS", 10)
    assert signed.post().status == 200
    sessions = sts_backends["123456789012"]["aws"].assumed_roles
    before = len(sessions)
    answers = [signed.post() for _ in range(12)]
    assert len(sessions) == before
    kept = lines(desk, access_group(desk))
    assert len(kept) <= 10
    assert answers[-1].headers["x-amzn-RequestId"] in kept[-1]


def test_the_execution_log_is_made_where_nobody_has_made_it(desk, signed):
    group = f"API-Gateway-Execution-Logs_{signed.api_id}/prod"
    desk.logs.delete_log_group(logGroupName=group)
    role = desk.gateway.get_account()["cloudwatchRoleArn"].rpartition("/")[2]
    statement = {"Effect": "Deny", "Action": "logs:CreateLogGroup", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    desk.cloud.iam.put_role_policy(RoleName=role, PolicyName="no-groups", PolicyDocument=document)
    assert post_without_trust(desk, signed).status == 500
    assert not desk.logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    desk.cloud.iam.delete_role_policy(RoleName=role, PolicyName="no-groups")
    answer = post_without_trust(desk, signed)
    assert any(answer.headers["x-amzn-RequestId"] in line for line in lines(desk, group))
