"""Policy documents decide as on AWS: deny wins, wildcards, NotAction, NotResource, conditions."""

import pytest

from local_sagemaker.access.policies import Decision, Request, evaluate, trusts_service

OBJECT = "arn:aws:s3:::models/churn/model.tar.gz"
READ = Request("s3:GetObject", OBJECT)


def allowed(request, *statements):
    return evaluate([{"Statement": list(statements)}], request).allowed


def statement(**elements):
    return {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **elements}


def on(**conditions):
    return statement(Condition=conditions)


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ({}, True),
        ({"Action": "S3:getobject"}, True),
        ({"Action": ["s3:PutObject", "s3:Get*"]}, True),
        ({"Action": "s3:PutObject"}, False),
        ({"Action": "s3:GetObjectAcl"}, False),
        ({"Resource": OBJECT}, True),
        ({"Resource": "arn:aws:s3:::models/*"}, True),
        ({"Resource": "arn:aws:s3:::model?/churn/*"}, True),
        ({"Resource": "arn:aws:s3:::models/churn/model-tar.gz"}, False),
        ({"Resource": "arn:aws:s3:::models/churn/modelXtar.gz"}, False),
        ({"Resource": "ARN:aws:s3:::models/*"}, False),
        ({"Resource": ["arn:aws:s3:::other/*", "arn:aws:s3:::models/*"]}, True),
    ],
)
def test_action_and_resource_must_both_match(elements, expected):
    assert allowed(READ, statement(**elements)) is expected


def test_a_dot_in_a_pattern_is_a_dot():
    assert not allowed(Request("s3:GetObject", "arn:aws:s3:::a-b/key"), statement(Resource="arn:aws:s3:::a.b/key"))


def test_not_action_and_not_resource_match_everything_else():
    other = {"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::secret/*"}
    assert allowed(READ, other)
    assert not allowed(Request("iam:PassRole", OBJECT), other)
    assert not allowed(Request("s3:GetObject", "arn:aws:s3:::secret/key"), other)


def test_an_explicit_deny_wins_over_any_allow():
    decision = evaluate([{"Statement": statement()}, {"Statement": [statement(Effect="Deny")]}], READ)
    assert decision == Decision(allowed=False, denied=True)


def test_without_any_statement_nothing_is_allowed():
    assert evaluate([{}], READ) == Decision(allowed=False, denied=False)


CONTEXT = {
    "aws:PrincipalArn": "arn:aws:iam::1:role/a",
    "cloudwatch:namespace": "AWS/SageMaker",
    "aws:SecureTransport": "true",
}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"cloudwatch:namespace": "AWS/SageMaker"}}, True),
        ({"StringEquals": {"CloudWatch:Namespace": ["other", "AWS/SageMaker"]}}, True),
        ({"StringEquals": {"cloudwatch:namespace": "aws/sagemaker"}}, False),
        ({"StringEqualsIgnoreCase": {"cloudwatch:namespace": "aws/sagemaker"}}, True),
        ({"StringLike": {"cloudwatch:namespace": "AWS/*"}}, True),
        ({"StringNotLike": {"cloudwatch:namespace": "AWS/*"}}, False),
        ({"StringNotEquals": {"cloudwatch:namespace": "other"}}, True),
        ({"StringNotEquals": {"s3:prefix": "other"}}, True),
        ({"StringEquals": {"s3:prefix": "other"}}, False),
        ({"StringEqualsIfExists": {"s3:prefix": "other"}}, True),
        ({"ForAllValues:StringEquals": {"s3:prefix": "other"}}, True),
        ({"ForAnyValue:StringEquals": {"s3:prefix": "other"}}, False),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:*:role/a"}}, False),
        ({"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::1:role/b"}}, True),
        ({"Bool": {"aws:SecureTransport": True}}, True),
        ({"Bool": {"aws:SecureTransport": "false"}}, False),
        ({"Null": {"s3:prefix": True}}, True),
        ({"Null": {"cloudwatch:namespace": "true"}}, False),
        ({"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"cloudwatch:namespace": "other"}}, False),
    ],
)
def test_every_condition_must_hold(condition, expected):
    assert allowed(Request("s3:GetObject", OBJECT, CONTEXT), on(**condition)) is expected


def test_a_deny_whose_condition_fails_denies_nothing():
    insecure = statement(Effect="Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})
    assert allowed(Request("s3:GetObject", OBJECT, CONTEXT), statement(), insecure)


def test_a_condition_that_is_not_evaluated_counts_as_not_matching_and_is_told():
    decision = evaluate([{"Statement": on(IpAddress={"aws:SourceIp": "10.0.0.0/8"})}], READ)
    assert not decision.allowed
    (note,) = decision.notes
    assert note.startswith("a statement for s3:GetObject was passed over")
    assert note.endswith("does not evaluate the condition operator IpAddress")


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ({}, True),
        ({"Principal": {"Service": ["lambda.amazonaws.com", "sagemaker.amazonaws.com"]}}, True),
        ({"Principal": "*"}, True),
        ({"Principal": {"Service": "lambda.amazonaws.com"}}, False),
        ({"Principal": {"AWS": "arn:aws:iam::1:root"}}, False),
        ({"Action": "sts:*"}, True),
        ({"Action": "sts:TagSession"}, False),
        ({"Effect": "Deny"}, False),
        ({"Condition": {"StringEquals": {"aws:SourceAccount": "1"}}}, True),
        ({"Condition": {"StringEquals": {"aws:SourceAccount": "2"}}}, False),
        ({"Condition": {"DateLessThan": {"aws:CurrentTime": "2030-01-01"}}}, False),
    ],
)
def test_a_trust_policy_names_the_service(elements, expected):
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "sagemaker.amazonaws.com"},
        "Action": "sts:AssumeRole",
        **elements,
    }
    found = trusts_service({"Statement": [trust]}, "sagemaker.amazonaws.com", {"aws:SourceAccount": "1"})
    assert found is expected
