import pytest

from constructs_lib import statements

ALL = [
    statements.read_object("arn:aws:s3:::bucket/key"),
    statements.list_prefix("arn:aws:s3:::bucket", "models/"),
    statements.decrypt_through_s3("arn:aws:kms:eu-west-1:1:key/abc", "eu-west-1", "amazonaws.com"),
    *statements.pull_image("arn:aws:ecr:eu-west-1:1:repository/r"),
    statements.write_logs("arn:aws:logs:eu-west-1:1:log-group:/aws/sagemaker/Endpoints/churn"),
    statements.put_metrics(),
    *statements.use_vpc("arn:aws:ec2:eu-west-1:1"),
]


@pytest.mark.parametrize("statement", ALL, ids=lambda statement: statement["Action"][0])
def test_no_action_is_a_wildcard(statement):
    assert not any("*" in action for action in statement["Action"])


def test_every_resource_is_named_but_where_the_service_takes_none():
    anywhere = {action for statement in ALL if statement["Resource"] == ["*"] for action in statement["Action"]}
    assert anywhere == {
        "cloudwatch:PutMetricData",
        "ec2:DescribeDhcpOptions",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
        "ecr:GetAuthorizationToken",
    }


def test_metrics_go_to_the_namespace_of_endpoints_only():
    assert statements.put_metrics()["Condition"] == {
        "StringEquals": {"cloudwatch:namespace": "/aws/sagemaker/Endpoints"}
    }


def test_logs_go_to_the_group_of_one_endpoint_only():
    group = "arn:aws:logs:eu-west-1:1:log-group:/aws/sagemaker/Endpoints/churn"
    assert statements.write_logs(group)["Resource"] == [group, f"{group}:*"]
