"""Dashboards with the AWS command line."""

import json

from tests.aws_cli.aws_command import AwsCommand

BODY = json.dumps({"widgets": [{"type": "text", "properties": {"markdown": "# Churn"}}]})


def test_a_dashboard_is_put_got_listed_and_deleted(aws: AwsCommand):
    assert (
        aws("cloudwatch put-dashboard", DashboardName="churn", DashboardBody=BODY)["DashboardValidationMessages"] == []
    )
    assert aws("cloudwatch get-dashboard", DashboardName="churn")["DashboardBody"] == BODY
    (entry,) = aws("cloudwatch list-dashboards")["DashboardEntries"]
    assert (entry["DashboardName"], entry["Size"]) == ("churn", len(BODY))
    aws("cloudwatch delete-dashboards", DashboardNames=["churn"])
    assert aws("cloudwatch list-dashboards")["DashboardEntries"] == []
    assert "ResourceNotFound" in aws.refused("cloudwatch get-dashboard", DashboardName="churn")


def test_a_body_that_is_not_valid_is_refused_with_its_place(aws: AwsCommand):
    said = aws.refused(
        "cloudwatch put-dashboard", DashboardName="churn", DashboardBody='{"widgets": [{"type": "text"}]}'
    )
    assert "(InvalidParameterInput)" in said
    assert "The dashboard body is invalid, there are 1 validation errors" in said
    assert '"dataPath": "/widgets/0"' in said
