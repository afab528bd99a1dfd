"""Errors: their statuses, their one JSON body, and messages that cannot carry a payload."""

from __future__ import annotations

import json
import pickle

import pytest

from sklearn_runtime import errors

STATUSES = {
    "BadRequest": 400,
    "InputRefused": 400,
    "InvalidRows": 400,
    "MalformedBody": 400,
    "MissingValue": 400,
    "NotAcceptable": 406,
    "PayloadTooLarge": 413,
    "RequestError": 500,
    "UnknownMethod": 400,
    "UnsupportedMediaType": 415,
}


def test_every_request_error_has_its_status_and_is_exported():
    found = {
        name: error.status
        for name, error in vars(errors).items()
        if isinstance(error, type) and issubclass(error, errors.RequestError)
    }
    assert found == STATUSES
    assert set(found) <= set(errors.__all__)


def test_the_hierarchy_in_the_docstring_is_the_real_one():
    assert errors.__doc__ is not None
    for name, status in STATUSES.items():
        assert name in errors.__doc__
        if name != "RequestError":
            assert f"{status}" in errors.__doc__


def test_an_error_becomes_its_json_body():
    error = errors.MissingValue("row 0 is missing \u2013 here", row=0, column=3)
    assert json.loads(error.body()) == {
        "error": {"type": "MissingValue", "message": "row 0 is missing \u2013 here", "row": 0, "column": 3}
    }
    assert str(error) == error.message


def test_an_error_crosses_a_process_with_all_its_fields():
    error = pickle.loads(pickle.dumps(errors.InvalidRows("no", row=1, column=2)))
    assert (type(error), error.message, error.row, error.column) == (errors.InvalidRows, "no", 1, 2)


def test_the_reason_of_a_model_load_error_is_one_line():
    assert str(errors.ModelLoadError("first\n   second\tthird")) == "first second third"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("abc", "'abc'"),
        ("x" * 41, repr("x" * 40) + "..."),
        (b"y" * 1000, repr(b"y" * 40) + "..."),
        (list(range(100)), "[0, 1, 2, 3, 4, 5, ...]"),
        ([1_000_000 + i for i in range(9)], "[1000000, 1000001, 1000002, 1000003, 100..."),
        (1.5, "1.5"),
    ],
)
def test_an_offending_value_is_shown_in_part(value, text):
    assert errors.shown(value) == text
