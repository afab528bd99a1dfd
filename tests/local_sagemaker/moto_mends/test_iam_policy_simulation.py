"""IAM says what a role or user may do."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_sagemaker.app import ACCOUNT_ID

TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "s"}, "Action": "*"}]}
RIGHTS = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["s3:*", "logs:PutLogEvents"], "Resource": "*"},
        {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"},
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:us-east-1:123456789012:queue"},
        {
            "Effect": "Allow",
            "Action": "cloudwatch:PutMetricData",
            "Resource": "*",
            "Condition": {"StringEquals": {"cloudwatch:namespace": "mine"}},
        },
    ],
}
QUEUE = "arn:aws:sqs:us-east-1:123456789012:queue"


@pytest.fixture
def iam(client_of):
    client = client_of("iam")
    client.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(TRUST), Path="/service/")
    client.put_role_policy(RoleName="worker", PolicyName="rights", PolicyDocument=json.dumps(RIGHTS))
    client.create_user(UserName="maker")
    client.put_user_policy(UserName="maker", PolicyName="rights", PolicyDocument=json.dumps(RIGHTS))
    return client


def arn(path: str) -> str:
    return f"arn:aws:iam::{ACCOUNT_ID}:{path}"


def decisions(iam: Any, actions: list[str], source: str = arn("role/service/worker"), **options: Any) -> list[str]:
    pages = iam.get_paginator("simulate_principal_policy").paginate(
        PolicySourceArn=source, ActionNames=actions, **options
    )
    return [result["EvalDecision"] for page in pages for result in page["EvaluationResults"]]


@pytest.mark.parametrize("source", [arn("role/service/worker"), arn("user/maker")])
def test_what_is_allowed_denied_or_not_spoken_of_is_told_apart(iam, source):
    actions = ["s3:GetObject", "s3:DeleteObject", "sqs:SendMessage", "ecr:BatchGetImage"]
    assert decisions(iam, actions, source) == ["allowed", "explicitDeny", "implicitDeny", "implicitDeny"]


def test_resources_and_conditions_count(iam):
    assert decisions(iam, ["sqs:SendMessage"], ResourceArns=[QUEUE, f"{QUEUE}-2"]) == ["allowed", "implicitDeny"]
    for namespace, expected in (("mine", "allowed"), ("other", "implicitDeny")):
        entry = {"ContextKeyName": "cloudwatch:namespace", "ContextKeyValues": [namespace], "ContextKeyType": "string"}
        assert decisions(iam, ["cloudwatch:PutMetricData"], ContextEntries=[entry]) == [expected]


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ({"source": arn("role/nobody")}, "NoSuchEntity", "role/nobody does not exist"),
        ({"source": arn("user/nobody")}, "NoSuchEntity", "user/nobody does not exist"),
        ({"source": arn("group/all")}, "InvalidInput", "group/all is neither"),
        ({"PolicyInputList": [json.dumps(RIGHTS)]}, "InvalidInput", "leave PolicyInputList out"),
    ],
)
def test_what_cannot_be_simulated_is_refused(iam, options, code, message):
    with pytest.raises(ClientError, match=message) as error:
        decisions(iam, ["s3:GetObject"], **options)
    assert error.value.response["Error"]["Code"] == code


def test_moto_alone_knows_no_simulation(mended):
    from moto.iam.responses import IamResponse

    assert hasattr(IamResponse, "simulate_principal_policy") is mended
