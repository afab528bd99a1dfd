"""The vectorised reader gives what the csv module and ``float`` give, bit for bit, or gives nothing."""

from __future__ import annotations

import csv
import io
import math
import struct

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sklearn_runtime.codecs import csv_numbers
from sklearn_runtime.codecs.cells import parse_number
from sklearn_runtime.codecs.csv_numbers import csv_number_rows

NUMBERS = st.one_of(
    st.floats(allow_nan=False).map(repr),
    st.floats(allow_nan=False).map("{:.18e}".format),
    st.floats(min_value=-1e6, max_value=1e6).map("{:.3f}".format),
    st.floats(allow_nan=False, width=32).map(repr),
    st.integers().map(str),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
    # Halfway between two float64 values, and beside that: the hardest to round.
    st.integers(2**53, 2**60).map(lambda n: f"{2 * n + 1}.{'0' * 9}"),
    st.sampled_from(["9007199254740993", "9007199254740992.9999999", "2.2250738585072011e-308", "5e-324", "1e23"]),
    st.sampled_from(
        [".5", "5.", "+1", "007", "-0", "-0.0", "1e400", "-1e-400", "1E+5", "1e05", "0e9", " 1", "2 ", "inf"]
    ),
)
FIELDS = st.one_of(NUMBERS, NUMBERS, NUMBERS, st.sampled_from(["", "nan", "NaN", " ", "-nan", "0" * 30]))
LINE_ENDS = st.sampled_from(["\n", "\r\n"])


@st.composite
def tables(draw, fields=FIELDS):
    columns = draw(st.integers(1, 5))
    row = st.lists(fields, min_size=columns, max_size=columns)
    return draw(st.lists(row, min_size=1, max_size=6))


@pytest.fixture(params=["by hand", "in one block", "in many blocks"])
def _way(request, monkeypatch):
    """Every test of small bodies holds for large ones too."""
    if request.param != "by hand":
        monkeypatch.setattr(csv_numbers, "SMALL_BYTES", 0)
    if request.param == "in many blocks":
        monkeypatch.setattr(csv_numbers, "BLOCK_FIELDS", 1)


def slow_rows(body: bytes):
    """What the csv module and `parse_number` make of a body; None where they take it for anything but numbers."""
    try:
        rows = list(csv.reader(io.StringIO(body.decode("utf-8"), newline=""), strict=True))
    except (csv.Error, UnicodeDecodeError):
        return None
    while rows and not rows[-1]:
        rows.pop()
    if not rows or any(len(row) != len(rows[0]) for row in rows) or not rows[0]:
        return None
    numbers = [parse_number(cell) if cell.strip() else math.nan for row in rows for cell in row]
    return None if None in numbers else np.array(numbers, dtype=np.float64).reshape(len(rows), -1)


def same(body: bytes) -> None:
    fast = csv_number_rows(body)
    if fast is not None:
        slow = slow_rows(body)
        assert slow is not None
        assert fast.shape == slow.shape
        assert fast.tobytes() == slow.tobytes()


@pytest.mark.usefixtures("_way")
class TestEveryWay:
    @given(tables(NUMBERS), LINE_ENDS, st.integers(0, 2))
    def test_every_value_is_that_of_float(self, table, line_end, blank_lines):
        rows = csv_number_rows((line_end.join(map(",".join, table)) + line_end * blank_lines).encode())
        assert rows is not None
        assert rows.shape == (len(table), len(table[0]))
        assert rows.tobytes() == b"".join(struct.pack("=d", float(text)) for row in table for text in row)

    @given(tables(), LINE_ENDS, st.sampled_from([",", ", "]), st.sampled_from([bytes, bytearray, memoryview]))
    @example([["0.0", ""]], "\n", ",", bytes)
    def test_missing_values_and_spaces_are_as_the_csv_module_gives_them(self, table, line_end, comma, kind):
        body = line_end.join(map(comma.join, table)).encode()
        rows = csv_number_rows(kind(body))
        if len(table[0]) > 1:
            assert rows is not None
            slow = slow_rows(body)
            assert slow is not None
            assert rows.tobytes() == slow.tobytes()
        same(body)

    @given(
        tables(),
        LINE_ENDS,
        st.lists(
            st.tuples(
                st.integers(0, 10**6),
                st.integers(0, 1),
                st.sampled_from(list("0123456789.+-eE,\n\r \t\"'_xanif\0;#%\v\x1c\u0661\xa0")),
            )
        ),
    )
    @example([["1"], [""], ["2"]], "\n", [])
    @example([["", "1"], ["2", ""]], "\n", [])
    def test_a_body_that_was_changed_anywhere_is_read_the_same_or_left(self, table, line_end, changes):
        text = line_end.join(map(",".join, table))
        for place, removed, character in changes:
            index = place % (len(text) + 1)
            text = text[:index] + character + text[index + removed :]
        same(text.encode())

    @given(st.binary(max_size=40))
    def test_any_bytes_are_read_the_same_or_left(self, body):
        same(body)

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"\n",
            b" ",
            b" \n \n",
            b"1,2\n3\n",
            b"1\n2,3\n",
            b"1,2\n\n3,4\n",
            b"\n1,2\n",
            b"1\n\n2\n",
            b"1,2\r3,4\n",
            b"1,2\r\n3\r,4\n",
            b"1,2\n3,4\r\n",
            b'1,"2"\n',
            b"1,a\n",
            b"1,1_0\n",
            b"1,0x1\n",
            b"1,1e\n",
            b"1,1e+\n",
            b"1,1e5-\n",
            b"1,-\n",
            b"1,--1\n",
            b"1,1-\n",
            b"1,1.2.3\n",
            b"1,.\n",
            b"1,1 2\n",
            b"1,\xff\n",
            b"1,\xc2\xa0\n",
            "1,\u0661\n".encode(),
            b"1,2\n3,4,5\n6\n",
            b"1,2\n3",
            b"1," + b"9" * 500 + b"x\n",
        ],
    )
    def test_what_is_not_rows_of_numbers_is_left(self, body):
        assert csv_number_rows(body) is None

    def test_rows_may_begin_behind_a_header(self):
        for body in (b"a, b\n1, 2\n3, 4\n", b"a,b\r\n1,2\r\n3,4\r\n"):
            rows = csv_number_rows(body, start=body.index(b"\n") + 1)
            assert rows is not None
            assert rows.tolist() == [[1.0, 2.0], [3.0, 4.0]]
        assert csv_number_rows(b"a,b\n", start=4) is None


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["{!r}", "{:.18e}", "{:.6f}", "{:.0f}", "{:+.3e}"]))
def test_a_large_body_is_read_bit_for_bit(seed, spelling):
    generator = np.random.default_rng(seed)
    values = generator.standard_normal((150, 40)) * 10.0 ** generator.integers(-30, 30, 40)
    table = [[spelling.format(value) for value in row] for row in values.tolist()]
    rows = csv_number_rows("\n".join(map(",".join, table)).encode())
    assert rows is not None
    assert rows.tobytes() == np.array([[float(text) for text in row] for row in table]).tobytes()


def test_the_reader_leaves_no_hold_on_a_bytearray():
    body = bytearray(b"1,2\n" * 5000)
    rows = csv_number_rows(body)
    body.clear()
    assert rows is not None
    assert rows.shape == (5000, 2)
