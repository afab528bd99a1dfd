"""What a hook returns becomes the answer that Flask would make of it."""

import flask
import pytest

from local_sagemaker.containers.stock_image.flask_answers import answer_of, typed_answer


@pytest.mark.parametrize(
    ("result", "content_type", "body"),
    [
        (("1\n", "text/csv"), "text/csv; charset=utf-8", b"1\n"),
        (("é", "application/json"), "application/json", "é".encode()),
        ((b"\x93", "application/x-npy"), "application/x-npy", b"\x93"),
        (("<a/>", "application/xml"), "application/xml; charset=utf-8", b"<a/>"),
        (("<a/>", "image/svg+xml"), "image/svg+xml; charset=utf-8", b"<a/>"),
        (("[1]", None), "application/json", b"[1]"),
        ((["[", b"1", "]"], "application/json"), "application/json", b"[1]"),
        ((None, "application/json"), "application/json", b""),
        ("<b>", "text/html; charset=utf-8", b"<b>"),
        (b"\x00", "text/html; charset=utf-8", b"\x00"),
        ({"b": 1, "a": [2]}, "application/json", b'{"a":[2],"b":1}\n'),
    ],
)
def test_a_value_becomes_an_answer(result, content_type, body):
    assert answer_of(result)[:3] == (200, content_type, body)


def test_it_is_what_the_installed_flask_makes_of_it():
    application = flask.Flask("other")
    with application.test_request_context():
        for result in ("<b>", b"\x00", {"b": 1, "a": [2]}):
            made = application.make_response(result)
            assert answer_of(result)[:3] == (made.status_code, made.content_type, made.get_data())
        for body, mimetype in (("1", "text/csv"), ("<a/>", "application/xml"), ("1", "application/json")):
            response = flask.Response(body, mimetype=mimetype)
            assert typed_answer(body, mimetype)[1:3] == (response.content_type, response.get_data())


def test_a_response_of_flasks_is_passed_on():
    response = flask.Response("no", status=418, mimetype="text/plain")
    assert answer_of(response)[:3] == (418, "text/plain; charset=utf-8", b"no")


@pytest.mark.parametrize("result", [None, 7, [1], object()])
def test_what_flask_does_not_take_is_an_error(result):
    with pytest.raises(TypeError, match=f"the hook returned a {type(result).__name__}: AWS's image takes a tuple"):
        answer_of(result)
