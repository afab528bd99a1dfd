"""Lines of numbers are read back bit for bit, with orjson and without; lines of text by any reader of CSV."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sklearn_runtime.codecs import json_library
from sklearn_runtime.codecs.csv_lines import label_lines, number_lines, text_lines

FLOATS = hnp.arrays(np.float64, hnp.array_shapes(max_dims=2, max_side=6), elements=st.floats())
INTEGERS = hnp.arrays(st.one_of(hnp.integer_dtypes(), hnp.unsigned_integer_dtypes()), hnp.array_shapes(max_dims=2))


@pytest.fixture(params=["with orjson", "without orjson"])
def _library(request, monkeypatch):
    if request.param == "without orjson":
        monkeypatch.setattr(json_library, "ORJSON", None)


def read(lines: bytes):
    return [line.split(",") for line in lines.decode("ascii").splitlines()]


@pytest.mark.usefixtures("_library")
class TestNumbers:
    @given(FLOATS)
    @example(np.array([[1e-7, 1e16, np.nan, -0.0, 5e-324, 1.7976931348623157e308]]))
    @example(np.array([[1e-7, 1e16, np.nan, -np.inf, 0.1, 2.0]]).T)
    def test_floats_are_read_back_bit_for_bit(self, array):
        lines = read(number_lines(array))
        again = np.array([[float(text) for text in line] for line in lines])
        # A NaN has no sign in CSV.
        expected = np.where(np.isnan(array), np.nan, array).reshape(again.shape)
        assert again.tobytes() == expected.tobytes()

    @given(INTEGERS)
    def test_whole_numbers_are_written_as_such(self, array):
        lines = read(number_lines(array))
        assert [[int(text) for text in line] for line in lines] == array.reshape(len(lines), -1).tolist()

    @pytest.mark.parametrize("dtype", [np.int64, np.int8, np.uint64, ">i4"])
    @pytest.mark.parametrize("shape", [(60,), (30, 2), (2, 30), (60, 1)])
    def test_labels_of_one_digit_are_written_as_any_others(self, shape, dtype):
        array = (np.arange(60, dtype=dtype) % 10).reshape(shape)
        expected = "".join(",".join(map(str, np.atleast_1d(row).tolist())) + "\n" for row in array)
        assert number_lines(array) == expected.encode()
        assert number_lines(np.asfortranarray(array)) == expected.encode()

    @pytest.mark.parametrize("shape", [(600,), (300, 2), (2, 300), (600, 1)])
    @pytest.mark.parametrize("last", [0.1, np.nan, -np.inf, 1e-7])
    def test_many_floats_are_written_in_their_rows(self, shape, last):
        array = np.append(np.arange(599) / 8, last).reshape(shape)
        again = np.array([[float(text) for text in line] for line in read(number_lines(array))])
        assert again.tobytes() == array.tobytes()

    def test_booleans_are_written_as_python_writes_them(self):
        assert number_lines(np.array([[True, False]] * 3)) == b"True,False\n" * 3


@given(st.lists(st.text().filter(lambda text: "\0" not in text), min_size=1))
@example(["a", "b"])
@example(["", "b"])
@example(["a\rb"])
def test_labels_are_read_back_by_the_csv_module(labels):
    text = label_lines(labels).decode("utf-8")
    assert [row[0] for row in csv.reader(io.StringIO(text, newline=""), strict=True)] == labels


def test_rows_are_quoted_where_they_need_it():
    assert text_lines([["a", 1.5, None], ["b,c", "", '"']]) == b'a,1.5,\n"b,c",,""""\n'
    assert text_lines([["a\rb", "c"]]) == b'"a\rb","c"\n'
