"""Requests to deployed APIs over HTTP, up to a real model."""

import io
import json

import numpy as np
import pytest

from tests.local_sagemaker.api_gateway.front_desk import X

ROWS = json.dumps(X.tolist())


def npy(rows):
    buffer = io.BytesIO()
    np.save(buffer, rows)
    return buffer.getvalue()


def invoked(desk, body, **options):
    answer = desk.cloud.runtime.invoke_endpoint(EndpointName=desk.endpoint, Body=body, **options)
    return answer["Body"].read()


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", ROWS.encode()),
        ("text/csv", b"0.0,1.0\n1.0,0.0\n"),
        ("application/x-npy", npy(X)),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "text/csv", "application/x-npy"])
def test_a_prediction_is_what_invoke_endpoint_answers(desk, signed, content_type, body, accept):
    answer = signed.post(body, Content_Type=content_type, Accept=accept)
    assert answer.status == 200, answer.body
    assert answer.body == invoked(desk, body, ContentType=content_type, Accept=accept)
    assert answer.headers["Content-Type"].startswith(accept)


def test_an_api_is_found_by_its_host_as_well(desk, signed):
    host = f"{signed.api_id}.execute-api.us-east-1.amazonaws.com"
    answer = desk.post("/prod/predict", ROWS.encode(), host=host, Content_Type="application/json")
    assert (answer.status, answer.body) == (200, invoked(desk, ROWS, ContentType="application/json"))
    elsewhere = desk.post("/prod/predict", ROWS.encode(), host=host.replace("us-east-1", "eu-west-1"))
    assert (elsewhere.status, elsewhere.json) == (403, {"message": "Forbidden"})


def test_no_number_changes_on_its_way(desk, signed):
    body = "[[0.1000000000000000055511151231257827, 1e-300]]"
    assert signed.post(body).body == invoked(desk, body, ContentType="application/json")


def test_custom_attributes_and_the_variant_are_passed_both_ways(desk, signed):
    attributes = {"X_Amzn_SageMaker_Custom_Attributes": "method=predict_proba"}
    answer = signed.post(ROWS, X_Amzn_SageMaker_Target_Variant="AllTraffic", **attributes)
    assert np.array(answer.json).shape == (4, 2)
    assert answer.headers["x-Amzn-Invoked-Production-Variant"] == "AllTraffic"


def test_who_asks_for_bytes_gets_bytes_and_who_does_not_gets_them_as_a_text(desk, signed):
    assert np.array_equal(np.load(io.BytesIO(signed.post(ROWS, Accept="application/x-npy").body)), [0, 1, 0, 1])
    second = signed.post(ROWS, Accept="text/html, application/x-npy")
    assert second.headers["Content-Type"] == "application/x-npy"
    assert second.body.startswith(b"k05VTVBZ")  # base64 of b"\x93NUMPY"


@pytest.mark.parametrize(
    ("content_type", "body", "status", "error_type"),
    [
        ("text/csv", "1.0\n", 400, "InvalidRows"),
        ("application/json", "[[0.0, 1.0], [1.0]]", 400, "InvalidRows"),
        ("application/xml", "<row/>", 415, "UnsupportedMediaType"),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "application/x-npy"])
def test_what_the_container_refuses_keeps_its_status_and_its_body(
    desk, signed, content_type, body, status, error_type, accept
):
    with pytest.raises(desk.cloud.runtime.exceptions.ModelError) as caught:
        invoked(desk, body, ContentType=content_type, Accept=accept)
    answer = signed.post(body, Content_Type=content_type, Accept=accept)
    assert (answer.status, answer.body.decode()) == (status, caught.value.response["OriginalMessage"])
    assert answer.json["error"]["type"] == error_type
    assert answer.headers["Content-Type"] == "application/json"


def test_a_variant_that_is_not_there_is_a_validation_error(signed):
    answer = signed.post(ROWS, X_Amzn_SageMaker_Target_Variant="Other")
    assert answer.error[:2] == (400, "ValidationError")
    assert "Variant Other" in answer.error[2]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("", "the body is no JSON"),
        ("[[1.0, ", "the body is no JSON"),
        ("[[NaN, 1.0]]", "NaN is none of its numbers"),
        ("[]", "not valid under any of the given schemas"),
        ('{"inputs": [[0.0, 1.0]]}', "not valid under any of the given schemas"),
    ],
)
def test_a_body_that_is_not_as_the_model_says_is_refused_before_the_endpoint_is_asked(signed, body, told):
    answer = signed.post(body)
    assert answer.error[:2] == (400, "BAD_REQUEST_BODY")
    assert told in answer.error[2]
    assert answer.headers["x-amzn-ErrorType"] == "BadRequestException"


def test_a_body_without_a_type_is_taken_for_json(signed):
    assert signed.post("[]", Content_Type="").error[1] == "BAD_REQUEST_BODY"


def test_where_only_json_is_taken_the_gateway_refuses_the_others(keyed):
    answer = keyed.post("0.0,1.0\n", Content_Type="text/csv", signer=None, x_api_key=keyed.key())
    assert answer.error == (415, "UNSUPPORTED_MEDIA_TYPE", "Unsupported Media Type")
    with_charset = {"Content_Type": "application/json; charset=utf-8", "x_api_key": keyed.key()}
    assert keyed.post(ROWS, signer=None, **with_charset).status == 200


def test_a_body_of_more_than_10_mb_is_refused(signed):
    answer = signed.post(b" " * (10 * 1024 * 1024 + 1))
    assert answer.error == (413, "REQUEST_TOO_LARGE", "HTTP content length exceeded 10485760 bytes.")


def test_what_sagemaker_finds_too_large_is_told_as_that(signed):
    answer = signed.post(b"1.0,1.0\n" * (1024 * 1024), Content_Type="text/csv")
    assert answer.error[:2] == (413, "RequestTooLarge")


@pytest.mark.parametrize("request_", [{"path": "other"}, {"method": "GET"}, {"path": ""}])
def test_a_path_or_a_method_that_is_not_there_has_a_token_missing_as_on_aws(signed, request_):
    assert signed.post(**request_).error == (403, "MISSING_AUTHENTICATION_TOKEN", "Missing Authentication Token")


def test_a_stage_that_is_not_there_is_forbidden(signed):
    answer = signed.post(stage="other")
    assert (answer.status, answer.json) == (403, {"message": "Forbidden"})


def test_an_api_that_is_not_there_is_forbidden(desk):
    answer = desk.post("/restapis/none/prod/_user_request_/predict", b"[]")
    assert (answer.status, answer.json) == (403, {"message": "Forbidden"})


def test_each_answer_says_which_request_it_is_for(signed):
    first, second = signed.post(), signed.post()
    for name in ("x-amzn-RequestId", "x-amz-apigw-id"):
        assert first.headers[name]
        assert first.headers[name] != second.headers[name]


def test_an_endpoint_that_is_gone_is_out_of_service(desk, signed):
    front = desk.deploy("Nowhere", endpoint="nowhere")
    assert front.post(ROWS).error == (503, "ServiceUnavailable", "The model's endpoint is not in service.")
    front.delete()
