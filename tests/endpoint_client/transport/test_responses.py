"""Answers as arrays, and the joining of several."""

import dataclasses

import numpy as np
import pytest

from endpoint_client import RawResponse, UnreadableResponse
from endpoint_client.transport.responses import check_rows, join, read_array
from sklearn_runtime import codecs


def array(body, content_type="application/json"):
    return read_array(RawResponse(body=body, content_type=content_type, request_id="r-0"))


@pytest.mark.parametrize(
    ("value", "content_type", "dtype"),
    [
        (np.array([0, 1]), "application/x-npy", "int64"),
        (np.array([0.5], dtype=np.float32), "application/x-npy", "float32"),
        (np.array(["no", "yes"]), "application/x-npy", "<U3"),
        (np.array([[0.1, 0.9]]), "application/json", "float64"),
        (np.array([0, 1]), "application/json", "int64"),
        (np.array([0, 1]), "text/csv; charset=utf-8", "int64"),
        (np.array([[0.1, 0.9]]), "text/csv", "float64"),
        (np.array(["no", "yes"]), "text/csv", "<U3"),
    ],
)
def test_an_answer_keeps_shape_and_kind(value, content_type, dtype):
    given = array(codecs.encode(value, content_type), content_type)
    assert given.dtype == dtype
    np.testing.assert_array_equal(given, value)


def test_a_raw_response_is_frozen_and_its_extras_are_optional():
    response = RawResponse(body=b"", content_type="")
    assert (response.variant, response.request_id) == ("", "")
    with pytest.raises(dataclasses.FrozenInstanceError):
        response.body = b"other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("body", "content_type", "message"),
    [
        (
            b"<html>",
            "text/html",
            r"6 bytes of text/html that are no array: .*text/html.*\(request id r-0\); .*raw=True",
        ),
        (b"<html>", "", "6 bytes of no type"),
        (b'{"labels": [1]}', "application/json", "that are no array"),
    ],
)
def test_an_answer_that_is_no_array_is_described(body, content_type, message):
    with pytest.raises(UnreadableResponse, match=message):
        array(body, content_type)


def test_answers_are_joined_in_order_with_a_common_dtype():
    joined = join([array(b"[1, 2]"), array(b"[0.5]"), array(b"[null]")])
    np.testing.assert_array_equal(joined, [1.0, 2.0, 0.5, np.nan])


def test_longer_labels_in_a_later_answer_are_not_cut():
    assert join([array(b'["a"]'), array(b'["longer"]')]).tolist() == ["a", "longer"]


def test_one_answer_may_have_any_shape():
    assert join([array(b"0.25")]).shape == ()


@pytest.mark.parametrize("body", [b"[1]", b"7"])
def test_an_answer_among_several_needs_one_result_a_row(body):
    with pytest.raises(UnreadableResponse, match=r"rows 2 to 3 with an array of shape .* send fewer rows at once"):
        check_rows(array(body), range(2, 4))


def test_answers_of_different_widths_cannot_be_joined():
    with pytest.raises(UnreadableResponse, match="differ in shape"):
        join([array(b"[[1, 2]]"), array(b"[[1]]")])


def test_answers_of_text_and_of_numbers_cannot_be_joined():
    with pytest.raises(UnreadableResponse, match=r"text for some rows and numbers for others: CSV.*leave accept out"):
        join([array(b"007\n", "text/csv"), array(b"a\n", "text/csv")])
    mixed = join([array(b'["a", null]'), array(b"[1]")])
    assert mixed.tolist() == ["a", None, 1]
