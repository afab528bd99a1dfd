"""Errors whose bodies botocore's parser does not expect, on both ways of sending."""

import doctest

import pytest

from endpoint_client import AccessDenied, InvalidRequest
from endpoint_client.transport import error_bodies


@pytest.fixture
def answer(endpoint):
    """Let the service answer with this status and this body."""

    def let(status: int, body: bytes) -> None:
        endpoint.raw_errors.append((status, body))

    return let


@pytest.mark.parametrize("stream", [False, True])
def test_a_page_in_another_encoding(answer, make_predictor, features, stream):
    answer(403, "<h1>Zugriff über Proxy verweigert</h1>".encode("latin-1"))
    predictor = make_predictor()
    with pytest.raises(AccessDenied, match=r"Zugriff .ber Proxy verweigert"):
        list(predictor.predict_stream(features)) if stream else predictor.predict(features)


@pytest.mark.parametrize("body", [b'["no"]', b'"no"', b"null", b"7"])
def test_json_that_is_no_object(answer, make_predictor, features, body):
    answer(400, body)
    with pytest.raises(InvalidRequest) as caught:
        make_predictor().predict(features)
    assert body.decode() in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"<h1>no</h1>", b'{"message": "no"}'])
def test_what_botocore_reads_by_itself_stays(body):
    read = {"status_code": 400, "body": body}
    error_bodies.make_readable(read)
    assert read == {"status_code": 400, "body": body}


def test_an_answer_is_not_touched():
    read = {"status_code": 200, "body": b"\xff"}
    error_bodies.make_readable(read)
    assert read["body"] == b"\xff"


def test_the_examples_in_the_docstrings_run():
    assert doctest.testmod(error_bodies).failed == 0
