"""Cutting inputs by rows: nothing lost, nothing doubled, nothing above the limit."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from endpoint_client import PayloadTooLarge
from endpoint_client.tables.splitting import SAMPLE_ROWS, split_rows
from sklearn_runtime import codecs


def cut(sizes, limit, header=0):
    """Cut rows of these sizes; a body is a header and the rows."""
    return list(split_rows(range(len(sizes)), lambda start, stop: b"x" * (header + sum(sizes[start:stop])), limit))


@given(
    sizes=st.lists(st.integers(0, 50), min_size=1, max_size=300), header=st.integers(0, 50), limit=st.integers(100, 400)
)
def test_parts_cover_all_rows_in_order_and_stay_below_the_limit(sizes, header, limit):
    parts = cut(sizes, limit, header)
    assert parts[0].start == 0
    assert parts[-1].stop == len(sizes)
    assert all(before.stop == after.start for before, after in itertools.pairwise(parts))
    assert all(part.start < part.stop for part in parts)
    assert all(len(part.body) == header + sum(sizes[part.start : part.stop]) <= limit for part in parts)


@given(
    rows=st.integers(1, 3000),
    width=st.integers(1, 5),
    dtype=st.sampled_from(["f8", "f4", "i8", "i1", "?", "<U3"]),
    content_type=st.sampled_from(["application/x-npy", "text/csv", "application/json"]),
    limit=st.integers(400, 20_000),
)
def test_decoded_parts_are_the_input(rows, width, dtype, content_type, limit):
    array = (np.arange(rows * width) % 7).astype(dtype).reshape(rows, width)
    parts = list(split_rows(range(rows), lambda start, stop: codecs.encode(array[start:stop], content_type), limit))
    decoded = np.concatenate([codecs.decode(part.body, content_type).reshape(-1, width) for part in parts])
    np.testing.assert_array_equal(decoded.astype(dtype), array)
    assert all(len(part.body) <= limit for part in parts)


def test_what_fits_goes_in_one_request():
    assert len(cut([10] * 10, 100)) == 1


@pytest.mark.parametrize("rows", [500, 50_000])
def test_equal_rows_need_hardly_more_requests_than_they_must(rows):
    assert len(cut([100] * rows, 10_000, header=128)) <= rows / 98 * 1.04 + 1


def test_short_rows_after_long_ones_are_sent_together_again():
    assert len(cut([1000] * 10 + [1] * 10_000, 10_000)) < 10


def test_a_long_input_is_never_encoded_whole():
    encoded = []

    def encode(start, stop):
        encoded.append(stop - start)
        return b"x" * (stop - start) * 100

    list(split_rows(range(SAMPLE_ROWS * 10), encode, SAMPLE_ROWS * 100))
    assert max(encoded) <= SAMPLE_ROWS


def test_only_one_row_over_the_limit_is_an_error_and_it_is_named():
    parts = split_rows(
        range(3), lambda start, stop: b"x" * ([10, 10, 200][stop - 1] if stop - start == 1 else 1000), 100
    )
    assert [(next(parts).start, next(parts).start)] == [(0, 1)]
    with pytest.raises(PayloadTooLarge, match=r"row 2 takes 200 bytes, and a request holds at most 100: ") as caught:
        next(parts)
    assert (caught.value.size, caught.value.limit, caught.value.row) == (200, 100, 2)


def test_a_part_has_no_more_rows_than_allowed_and_any_rows_may_be_cut():
    parts = split_rows(range(7, 5000), lambda start, stop: b"x" * (stop - start), 10_000, max_rows=1500)
    assert [part.rows for part in parts] == [range(7, 1507), range(1507, 3007), range(3007, 4507), range(4507, 5000)]
