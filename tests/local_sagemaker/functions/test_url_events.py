"""A request becomes the event that Lambda sends, and a handler's result the answer that Lambda gives."""

import base64
import doctest
import io
import json

import pytest
from werkzeug.test import EnvironBuilder

from local_sagemaker.functions import url_events
from local_sagemaker.functions.url_events import url_answer, url_event


def event_of(method="POST", path="/lambda-url/x/", body=b"", caller=None, **options):
    environ = EnvironBuilder(path, method=method, input_stream=io.BytesIO(body), **options).get_environ()
    return url_event(environ, body, url_id="x", path="/rows", domain="x.on.aws", request_id="r-1", caller=caller or {})


def test_a_request_is_told_in_full():
    event = event_of(
        "GET",
        query_string="a=1&b=2&a=3&c=",
        headers={"Cookie": "one=1; two=2", "X-Thing": "yes", "Authorization": "AWS4-HMAC-SHA256 secret"},
    )
    context = event["requestContext"]
    assert (event["version"], event["rawPath"], event["rawQueryString"]) == ("2.0", "/rows", "a=1&b=2&a=3&c=")
    assert event["queryStringParameters"] == {"a": "1,3", "b": "2", "c": ""}
    assert event["cookies"] == ["one=1", "two=2"]
    assert event["headers"]["x-thing"] == "yes"
    assert not {"cookie", "authorization"} & set(event["headers"])
    assert (context["http"]["method"], context["http"]["path"]) == ("GET", "/rows")
    assert (context["domainName"], context["apiId"], context["requestId"]) == ("x.on.aws", "x", "r-1")
    assert context["accountId"] == "anonymous"
    assert "body" not in event
    assert "authorizer" not in context


def test_the_caller_is_told_where_it_is_known():
    context = event_of(caller={"accountId": "123", "userArn": "arn"})["requestContext"]
    assert (context["accountId"], context["authorizer"]["iam"]["userArn"]) == ("123", "arn")


@pytest.mark.parametrize(
    ("content_type", "binary"),
    [
        ("application/json", False),
        ("application/json; charset=utf-8", False),
        ("text/csv", False),
        ("application/problem+json", False),
        ("application/x-npy", True),
        ("application/x-www-form-urlencoded", True),
        ("", True),
    ],
)
def test_a_body_that_is_no_text_by_its_type_comes_in_base64(content_type, binary):
    event = event_of(body=b"[1]", content_type=content_type)
    assert event["isBase64Encoded"] is binary
    assert event["body"] == (base64.b64encode(b"[1]").decode() if binary else "[1]")


def test_a_body_that_is_no_text_by_its_bytes_comes_in_base64():
    event = event_of(body=b"\xff", content_type="application/json")
    assert (event["isBase64Encoded"], event["body"]) == (True, "/w==")


@pytest.mark.parametrize("result", ['{"message": "hello"}', '"hello"', "[1, 2]", "null"])
def test_a_result_without_a_status_is_the_body(result):
    answer = url_answer(result.encode())
    assert (answer.status, answer.headers, answer.body) == (
        200,
        [("Content-Type", "application/json")],
        result.encode(),
    )


def test_a_result_with_a_status_says_everything():
    answer = url_answer(
        json.dumps(
            {
                "statusCode": "201",
                "headers": {"content-type": "text/plain", "X-Flag": True, "Content-Length": "999"},
                "cookies": ["a=1", "b=2"],
                "body": base64.b64encode(b"\x00").decode(),
                "isBase64Encoded": True,
            }
        ).encode()
    )
    assert answer.status == 201
    assert answer.headers == [
        ("content-type", "text/plain"),
        ("X-Flag", "true"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
    ]
    assert answer.body == b"\x00"


@pytest.mark.parametrize(
    ("body", "sent"), [(None, b""), ("text", b"text"), ({"a": 1}, b'{"a": 1}')], ids=["none", "text", "object"]
)
def test_a_body_is_sent_as_it_is(body, sent):
    assert url_answer(json.dumps({"statusCode": 200, "body": body}).encode()).body == sent


@pytest.mark.parametrize(
    "result",
    [
        {"statusCode": "many"},
        {"statusCode": 99},
        {"statusCode": 200, "headers": [1]},
        {"statusCode": 200, "headers": {"X": "a\r\nSet-Cookie: b"}},
        {"statusCode": 200, "headers": {"X\n": "a"}},
        {"statusCode": 200, "headers": {"X": "\u20ac"}},
        {"statusCode": 200, "headers": {"\u20ac": "a"}},
        {"statusCode": 200, "cookies": ["a=\u20ac"]},
        {"statusCode": 200, "cookies": ["a=1\r\nX: b"]},
        {"statusCode": 200, "body": "?", "isBase64Encoded": True},
    ],
)
def test_a_result_that_is_no_answer_is_refused(result):
    with pytest.raises(ValueError):
        url_answer(json.dumps(result).encode())


def test_the_examples_run():
    assert doctest.testmod(url_events).failed == 0
