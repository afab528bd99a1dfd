import json

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


def test_what_an_api_is_not_set_up_for_is_in_the_execution_log(desk, signed):
    role = signed.desk.stacks.describe_stack_resources(StackName="Signed")["StackResources"]
    name = next(one["PhysicalResourceId"] for one in role if one["LogicalResourceId"].startswith("RestApiRole"))
    trust = desk.cloud.iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    desk.cloud.iam.update_assume_role_policy(
        RoleName=name, PolicyDocument=json.dumps(trust).replace("apigateway", "lambda")
    )
    answer = signed.post()
    desk.cloud.iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust))
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
