"""The templates, rendered by the local cloud: what a caller is told of each answer of SageMaker's."""

import json
from typing import Any

import pytest

from constructs_lib.front_doors.answers import ANSWER_RULES, REFUSALS
from local_sagemaker.api_gateway.template_objects import Input, Util
from local_sagemaker.api_gateway.velocity import render

OWN = json.dumps({"error": {"type": "InvalidRows", "message": 'it\'s "wrong"', "row": 1, "column": None}})


def answered(pattern: str | None, body: Any) -> tuple[int, Any]:
    (rule,) = [rule for rule in ANSWER_RULES if rule.pattern == pattern]
    override: dict[str, Any] = {}
    variables = {"input": Input(json.dumps(body), {}), "util": Util(), "context": {"responseOverride": override}}
    text = render(rule.template or "", variables)
    return int(override.get("status", rule.status)), json.loads(text)


def test_the_containers_own_error_comes_as_it_was():
    body = {"OriginalStatusCode": 400, "OriginalMessage": OWN, "Message": "Received client error (400) from primary"}
    assert answered("424", body) == (400, json.loads(OWN))


def test_what_another_container_says_in_html_becomes_json():
    page = '<h1>it\'s\t"broken"</h1>\n'
    status, told = answered("424", {"OriginalStatusCode": 500, "OriginalMessage": page})
    assert (status, told["error"]["type"], told["error"]["message"]) == (500, "ModelError", page)


@pytest.mark.parametrize(
    ("pattern", "body", "status", "error_type"),
    [
        ("424", {"OriginalStatusCode": 500, "OriginalMessage": ""}, 502, "BadGateway"),
        ("424", {"OriginalStatusCode": 500}, 502, "BadGateway"),
        ("424", {"OriginalStatusCode": 0, "OriginalMessage": "Your invocation timed out"}, 504, "GatewayTimeout"),
        ("400", {"Message": "Endpoint churn of account 123456789012 not found."}, 503, "ServiceUnavailable"),
        ("400", {"message": "Rate exceeded"}, 429, "ThrottlingException"),
        ("400", {"message": "Variant 'B' of endpoint churn not found."}, 400, "ValidationError"),
        ("400", {}, 400, "ValidationError"),
        ("413", {}, 413, "RequestTooLarge"),
        ("429", {"message": "Rate exceeded"}, 429, "ThrottlingException"),
        ("503", {}, 503, "ServiceUnavailable"),
        (None, {"Message": "InternalFailure"}, 502, "BadGateway"),
    ],
)
def test_every_other_error_has_the_same_form(pattern, body, status, error_type):
    found, told = answered(pattern, body)
    assert (found, told["error"]["type"]) == (status, error_type)
    assert set(told["error"]) == {"type", "message", "row", "column"}


def test_no_status_has_two_rules_since_api_gateway_keeps_one():
    assert len({rule.status for rule in ANSWER_RULES}) == len(ANSWER_RULES)


def test_refusals_are_json_whatever_is_put_into_them():
    for template in REFUSALS.values():
        text = template.replace("$context.error.messageString", '"said"')
        assert set(json.loads(text)["error"]) == {"type", "message", "row", "column"}
