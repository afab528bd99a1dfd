"""Every shape in which a table comes as JSON, with its names."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from sklearn_runtime.codecs.json_forms import FORMS, table
from sklearn_runtime.errors import InvalidRows

FRAME = pd.DataFrame({"a": [1.0, 3.0], "b": [2.0, None]})
ROWS = [[1.0, 2.0], [3.0, None]]


@pytest.mark.parametrize(
    ("data", "rows", "columns"),
    [
        (ROWS, ROWS, None),
        ([1, 2], [[1, 2]], None),
        ([], [], None),
        ({"instances": ROWS}, ROWS, None),
        ({"instances": [1, 2]}, [[1, 2]], None),
        ({"instances": [{"a": 1}, {"a": 2}]}, [[1], [2]], ("a",)),
        ([{"a": 1, "b": 2}, {"b": 4, "a": 3}], [[1, 2], [3, 4]], ("a", "b")),
        ({"columns": ["a"], "data": [[1]]}, [[1]], ("a",)),
        ({"columns": [0.0, 1.0], "data": ROWS}, ROWS, ()),
        (json.loads(FRAME.to_json(orient="split")), ROWS, ("a", "b")),
        (json.loads(FRAME.to_json(orient="records")), ROWS, ("a", "b")),
        (json.loads(FRAME.to_json(orient="values")), ROWS, None),
    ],
)
def test_a_table_is_read(data, rows, columns):
    assert table(data) == (rows, columns)


@pytest.mark.parametrize(
    ("data", "message", "row"),
    [
        (7.0, "the body is 7.0, not rows", None),
        ({"inputs": []}, f"an object with the keys 'inputs', not rows: send {FORMS}", None),
        ({"instances": [], "name": "x"}, "an object with the keys 'instances', 'name'", None),
        ({"instances": 3.0}, "the body is 3.0, not rows", None),
        ({"columns": "ab", "data": []}, "columns is 'ab': send a list of names", None),
        ({"columns": [[]], "data": []}, "columns is [[]]: send a list of names", None),
        ({"columns": ["a"], "data": 1.0}, "data is 1.0: send a list of rows", None),
        ({"columns": ["a"], "data": [[1], [1, 2]]}, "row 1 is [1, 2]: send a list of 1 values, as columns has", 1),
        ({"columns": ["a"], "data": [1]}, "row 0 is 1: send a list of 1 values", 0),
        ([{"a": 1}, {"b": 1}], "row 1 has other columns than row 0: 'a', 'b' is in one of them only", 1),
    ],
)
def test_what_is_no_table_is_named(data, message, row):
    with pytest.raises(InvalidRows) as caught:
        table(data)
    assert message in caught.value.message
    assert caught.value.row == row


def test_every_form_that_the_message_shows_is_accepted():
    forms = json.loads("[" + FORMS.replace(" or ", ", ") + "]")
    assert len(forms) == 4
    for form in forms:
        assert table(form)[0] == [[1.0, 2.0]]
