"""Media types with parameters and in any case, Accept lists with q-values."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sklearn_runtime import content_types
from sklearn_runtime.content_types import (
    ARROW_FILE,
    ARROW_STREAM,
    CSV,
    JSON,
    JSON_LINES,
    NPY,
    NPZ,
    PARQUET,
    RESPONSE_TYPES,
    negotiate,
    parse_accept,
    parse_media_type,
    request_type,
    request_types,
    sniff,
)
from sklearn_runtime.errors import NotAcceptable, UnsupportedMediaType
from sklearn_runtime.pyarrow_version import OLDEST_FOR_ARROW, OLDEST_FOR_PARQUET


@pytest.mark.parametrize(
    ("value", "name", "parameters"),
    [
        ("application/json", JSON, {}),
        (" Text/CSV ; Header=Absent;charset=UTF-8", CSV, {"header": "Absent", "charset": "UTF-8"}),
        ('text/csv;note="a;b\\"c,d"', CSV, {"note": 'a;b"c,d'}),
        ("text/csv;flag", CSV, {"flag": ""}),
        ("json", "", {}),
        ("/json", "", {}),
        ("", "", {}),
    ],
)
def test_a_media_type_is_read(value, name, parameters):
    media = parse_media_type(value)
    assert (media.name, media.parameters) == (name, parameters)


def test_the_charset_is_utf8_unless_named():
    assert parse_media_type(JSON).charset == "utf-8"
    assert parse_media_type("text/csv; charset=ISO-8859-1").charset == "iso-8859-1"


@pytest.mark.parametrize(
    ("content_type", "body", "name"),
    [
        (None, b"[1]", JSON),
        ("", b"\x93NUMPY\x01", NPY),
        ("application/octet-stream", b"\x93NUMPY\x01", NPY),
        ("Application/Octet-Stream", b"1,2", JSON),
        ("application/json", b"\x93NUMPY", JSON),
        ("text/csv; charset=utf-8", b"", CSV),
        ("application/jsonlines", b"", JSON_LINES),
        ("Application/X-NDJSON", b"", JSON_LINES),
        ("application/jsonl; charset=utf-8", b"", JSON_LINES),
        ("application/x-npz", b"", NPZ),
    ],
)
def test_a_body_is_read_as_what_it_was_sent_as_and_sniffed_otherwise(content_type, body, name):
    assert request_type(content_type, body).name == name


def test_a_body_that_is_not_npy_is_taken_for_json():
    assert sniff(b"\x93NUMPY") == NPY
    assert sniff(b"") == JSON


@pytest.mark.parametrize("content_type", ["text/html", "json", "application/json/x", "*/*"])
def test_an_unsupported_type_is_refused_by_name(content_type):
    with pytest.raises(UnsupportedMediaType, match=r"is not supported: send application/json, text/csv, app.* or app"):
        request_type(content_type, b"")


@pytest.mark.parametrize(
    ("content_type", "name", "oldest"),
    [
        ("application/x-parquet", PARQUET, OLDEST_FOR_PARQUET),
        ("Application/Vnd.Apache.Parquet", PARQUET, OLDEST_FOR_PARQUET),
        ("application/vnd.apache.arrow.stream", ARROW_STREAM, OLDEST_FOR_ARROW),
        ("application/vnd.apache.arrow.file", ARROW_FILE, OLDEST_FOR_ARROW),
    ],
)
def test_parquet_and_arrow_are_supported_where_pyarrow_may_read_them(monkeypatch, content_type, name, oldest):
    asked = []

    def faultless(version):
        asked.append(version)

    content_types._named_type.cache_clear()
    monkeypatch.setattr(content_types, "pyarrow_fault", faultless)
    assert request_type(content_type, b"").name == name
    assert oldest in asked
    assert set(request_types()) >= {JSON, CSV, NPY, JSON_LINES, NPZ, PARQUET, ARROW_STREAM, ARROW_FILE}
    content_types._named_type.cache_clear()


def test_parquet_and_arrow_are_not_supported_elsewhere_and_the_reason_is_told(monkeypatch):
    content_types._named_type.cache_clear()
    monkeypatch.setattr(content_types, "pyarrow_fault", lambda _: "where it is missing")
    with pytest.raises(UnsupportedMediaType, match=r"supported here, where it is missing: send .* or app.*/x-npz$"):
        request_type("application/x-parquet", b"")
    with pytest.raises(UnsupportedMediaType, match=r"'text/html' is not supported: send .* or application/x-npz$"):
        request_type("text/html", b"")
    assert PARQUET not in request_types()


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, JSON),
        ("", JSON),
        (" ", JSON),
        ("*/*", JSON),
        (" */* ", JSON),
        ("text/csv", CSV),
        ("Application/X-NPY", NPY),
        ("application/json; charset=utf-8", JSON),
        ("text/html, text/csv;q=0.9, */*;q=0.1", CSV),
        ("text/csv;q=0.5, application/x-npy;q=0.6", NPY),
        ("text/csv, application/json", CSV),
        ("text/*", CSV),
        ("application/*", JSON),
        ("*/*, application/json;q=0", CSV),
        ("*/*;q=0.1, application/json;q=0, text/csv;q=0", NPY),
        ("application/x-npz", NPZ),
        ("application/x-npz;q=0.5, application/jsonlines", JSON_LINES),
        ("application/x-ndjson", "application/x-ndjson"),
        ("application/jsonl;q=0.5, text/html", "application/jsonl"),
        ("text/csv;q=bad, application/x-npy;q=0.001", NPY),
        ("text/csv;q=2, application/x-npy", NPY),
        (", ,text/csv", CSV),
    ],
)
def test_the_type_of_the_answer_is_negotiated(accept, chosen):
    assert negotiate(accept) == chosen


@pytest.mark.parametrize("accept", ["text/html", "*/*;q=0", "text/csv;q=0", "garbage", "text/csv;q=nan"])
def test_nothing_acceptable_is_refused_with_what_is_supported(accept):
    with pytest.raises(NotAcceptable, match=r"accept application/json, text/csv, application/x-npy, .* or app"):
        negotiate(accept)


def test_the_default_answers_where_the_client_leaves_the_choice():
    assert negotiate(None, NPY) == NPY
    assert negotiate("*/*;q=0.5", NPY) == NPY
    assert negotiate("application/*", NPY) == NPY
    assert negotiate("text/*", NPY) == CSV


def test_a_default_that_is_not_supported_is_refused():
    with pytest.raises(NotAcceptable):
        negotiate(None, "application/xml")


def test_an_accept_header_of_any_length_is_bounded():
    assert len(parse_accept(",".join(["text/csv"] * 10_000))) == 64


@given(st.text(max_size=60))
def test_any_header_is_read_or_refused(text):
    parse_media_type(text)
    with contextlib.suppress(NotAcceptable):
        assert negotiate(text) in RESPONSE_TYPES
