"""Response heads are exact, and nothing that a model says can add a header."""

import doctest
from email.utils import formatdate

import pytest

from sklearn_runtime.server import http_response as module
from sklearn_runtime.server.http_response import Answer, encode_head, http_date, is_field_value

DATE = b"Mon, 23 Nov 2026 23:59:36 GMT"


def test_a_head_holds_what_the_answer_has():
    head = encode_head(Answer(405, "application/json", b"abc", "GET"), "close", DATE)
    assert head.split(b"\r\n") == [
        b"HTTP/1.1 405 Method Not Allowed",
        b"Content-Type: application/json",
        b"Connection: close",
        b"Allow: GET",
        b"Content-Length: 3",
        b"Date: " + DATE,
        b"",
        b"",
    ]


def test_a_kept_part_is_never_used_for_another_answer():
    for number in range(2 * module._PREFIXES_MOST):
        for _ in range(2):
            assert b"Content-Type: a/%d\r\n" % number in encode_head(Answer(200, f"a/{number}", b""), None, DATE)
    assert len(module._PREFIXES) <= module._PREFIXES_MOST


@pytest.mark.parametrize("text", ["", " a", "a ", "a\r\nb", "a\n", "\u00e4", "a\x00", "a\x7f"])
def test_what_cannot_stand_in_a_header_is_told(text):
    assert not is_field_value(text)


@pytest.mark.parametrize("day", range(0, 800, 13))
def test_the_date_is_that_of_the_standard_library(day):
    seconds = 1_795_000_000.75 + day * 86400
    assert http_date(seconds).decode() == formatdate(seconds, usegmt=True)


def test_the_examples_in_the_docstrings_run():
    assert doctest.testmod(module).failed == 0
