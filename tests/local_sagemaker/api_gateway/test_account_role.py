"""An account that has no role for logs yet."""

import pytest


def test_an_account_without_a_role_for_logs_is_told_so_in_the_words_of_aws(desk):
    with pytest.raises(AssertionError, match="CloudWatch Logs role ARN must be set in account settings"):
        desk.deploy("Early")


def test_a_role_that_api_gateway_cannot_write_logs_with_is_refused_in_the_words_of_aws(desk):
    template = desk.template("Late", cloud_watch_role=True)
    (role,) = [name for name in template["Resources"] if name.startswith("RestApiAccountLogRole")]
    trust = template["Resources"][role]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]
    trust["Principal"] = {"Service": "lambda.amazonaws.com"}
    with pytest.raises(AssertionError, match="does not have required permissions configured"):
        desk.deploy_template("Late", template)


def test_an_api_that_logs_nothing_needs_no_role(desk):
    template = desk.template("Quiet")
    (stage,) = [one for one in template["Resources"].values() if one["Type"] == "AWS::ApiGateway::Stage"]
    del stage["Properties"]["AccessLogSetting"], stage["Properties"]["MethodSettings"]
    template["Resources"]["Account"] = {"Type": "AWS::ApiGateway::Account"}
    front = desk.deploy_template("Quiet", template)
    assert front.post().status == 200
    assert front.post("[]").status == 400
    front.delete()
