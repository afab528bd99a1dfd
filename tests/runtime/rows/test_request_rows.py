"""A request is read as the model wants it: text as it was sent, a header told from a row, texts one a row."""

from __future__ import annotations

import doctest

import numpy as np
import pytest

from sklearn_runtime.codecs import encode
from sklearn_runtime.content_types import CSV, JSON, JSON_LINES, NPY
from sklearn_runtime.errors import MalformedBody, UnsupportedMediaType
from sklearn_runtime.rows import request_rows as module
from sklearn_runtime.rows.column_kinds import BOOLEAN, NUMBER, TEXT, Column
from sklearn_runtime.rows.model_columns import ModelColumns
from sklearn_runtime.rows.request_rows import read_rows

TEXTS, NUMBERS = Column(TEXT), Column(NUMBER)
MIXED = ModelColumns(
    n_features=2, names=("city", "age"), columns={0: TEXTS, 1: NUMBERS}, has_text=True, numbers_only=False
)
UNNAMED = MIXED._replace(names=None)
ONLY_TEXT = UNNAMED._replace(columns={0: TEXTS, 1: TEXTS})
NAMED_TEXT = ONLY_TEXT._replace(names=("city", "size"))
DOCUMENTS = ModelColumns(others=TEXTS, documents=True, has_text=True, numbers_only=False)
RECORDS = ModelColumns(records=True, has_text=True, numbers_only=False)
BY_NAME = ModelColumns(columns={"city": TEXTS}, needs_frame=True, has_text=True, numbers_only=False)
NOTHING_KNOWN = ModelColumns()
OF_NUMBERS = ModelColumns(n_features=2, others=NUMBERS, may_hold_text=False)


@pytest.fixture
def read(monkeypatch):
    """Read rows for a model that says this of its input."""

    def reading(body, content_type, takes, **options):
        monkeypatch.setattr(module, "model_columns", lambda _model: takes)
        return read_rows(body, content_type, None, **options)

    return reading


@pytest.mark.parametrize(
    ("body", "content_type"),
    [("007,41\n", CSV), ('[["007", 41]]', JSON), ('["007", 41]\n', JSON_LINES)],
)
def test_what_looks_like_a_number_stays_text_for_a_model_with_text(read, body, content_type):
    assert read(body, content_type, MIXED).tolist()[0][0] == "007"
    assert read(body.encode(), content_type, OF_NUMBERS).tolist() == [[7.0, 41.0]]


@pytest.mark.parametrize(
    ("first_lines", "takes", "is_header"),
    [
        ("city,age\nRome,41\n", MIXED, True),
        (" age , city\n41,Rome\n", MIXED, True),
        ("city,years\nRome,41\n", MIXED, True),
        ("town,years\nRome,41\n", MIXED, True),
        ("town,years\nRome,41\n", UNNAMED, True),
        ("Rome,41\nParis,7\n", MIXED, False),
        ("Rome,\nParis,7\n", MIXED, False),
        ("Rome,41\n", UNNAMED, False),
        ("Rome,S\nParis,M\n", ONLY_TEXT, False),
        ("Rome,1\nParis,2\n", ONLY_TEXT, False),
        ("city,size\nRome,S\n", ONLY_TEXT, False),
        ("city,size\nRome,S\n", NAMED_TEXT, True),
        ("size\nS\n", NAMED_TEXT, True),
        ("Rome,S\nParis,M\n", NAMED_TEXT, False),
        ("2019,2020\nRome,S\n", NAMED_TEXT._replace(names=("2020", "2019")), True),
        ("member\ntrue\n", UNNAMED._replace(columns={0: Column(BOOLEAN)}), True),
        ("true\nfalse\n", UNNAMED._replace(columns={0: Column(BOOLEAN)}), False),
        ("text\na film\n", DOCUMENTS, False),
        ("city,size\nRome,S\n", RECORDS, True),
        ("city,size\nRome,S\n", BY_NAME, True),
        ("a,b\n1,2\n", NOTHING_KNOWN, True),
        ("a,b\nc,2\n", NOTHING_KNOWN, True),
        ("a,b\nc,d\n", NOTHING_KNOWN, False),
        ("a,1\nc,d\n", NOTHING_KNOWN, False),
        ("1,2\n3,4\n", NOTHING_KNOWN, False),
        (",\n1,2\n", NOTHING_KNOWN, False),
    ],
)
def test_a_header_is_told_from_a_row_by_names_or_by_what_cannot_be_a_value(read, first_lines, takes, is_header):
    rows = read(first_lines, CSV, takes)
    assert (getattr(rows, "columns", None) is not None) == is_header
    assert len(rows) == first_lines.count("\n") - is_header


def test_a_header_that_is_announced_or_denied_is_not_guessed(read):
    assert len(read("city,size\nRome,S\n", CSV + "; header=absent", NAMED_TEXT)) == 2
    assert read("text\na film\n", CSV + ";header=present", DOCUMENTS).columns == ("text",)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("\ufeffcity,size\nRome,S\n".encode(), CSV),
        ("city,größe\nRome,S\n".encode("latin-1"), CSV + "; charset=iso-8859-1"),
        (b'"city","size"\r\n"Rome","S"\r\n', CSV),
        (bytearray(b"city,size\nRome,S\n"), CSV),
    ],
)
def test_a_header_is_read_as_the_rows_are(read, body, content_type):
    rows = read(body, content_type, NAMED_TEXT)
    assert rows.columns[0] == "city"
    assert rows.tolist() == [["Rome", "S"]]


def test_what_is_no_csv_is_left_to_the_decoder(read):
    with pytest.raises(UnsupportedMediaType):
        read("city,age\n", CSV + "; charset=utf-16", MIXED)
    for body in ('"' + "a" * 200_000, ""):
        with pytest.raises(MalformedBody):
            read(body, CSV, MIXED)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ('["one text", "another"]', JSON),
        ('{"instances": ["one text", "another"]}', JSON),
        ('[["one text"], ["another"]]', JSON),
        ('[{"text": "one text"}, {"text": "another"}]', JSON),
        ('"one text"\n"another"\n', JSON_LINES),
        ("one text\nanother\n", CSV),
        (encode(np.array(["one text", "another"]), NPY), NPY),
        (encode(np.array([["one text"], ["another"]]), NPY), NPY),
    ],
)
def test_texts_are_one_a_row(read, body, content_type):
    assert read(body, content_type, DOCUMENTS).tolist() == [["one text"], ["another"]]


def test_a_comma_in_a_csv_makes_no_second_text(read):
    assert read("good film, really\n", CSV, DOCUMENTS).shape == (1, 2)
    assert read('"good film, really"\n', CSV, DOCUMENTS).tolist() == [["good film, really"]]


def test_numbers_are_cast_where_asked_for_and_text_stays(read):
    assert read("1,2\n", CSV, OF_NUMBERS, float32=True).dtype == np.float32
    assert read("Rome,2\n", CSV, MIXED, float32=True).tolist() == [["Rome", "2"]]


def test_the_examples_hold():
    assert doctest.testmod(module).failed == 0
