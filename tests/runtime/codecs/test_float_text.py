"""The text of floats is that of ``repr``, character for character."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sklearn_runtime.codecs import float_text as module
from sklearn_runtime.codecs.float_text import float_text

ENDS = np.frombuffer(b",\n;", dtype=np.uint8)


def same(values):
    ends = np.resize(ENDS, len(values))
    expected = "".join(repr(value) + chr(end) for value, end in zip(values.tolist(), ends.tolist()))
    assert float_text(values, ends) == expected.encode("ascii")


@given(hnp.arrays(np.float64, st.integers(0, 20), elements=st.floats()))
@example(np.array([0.0, -0.0, np.nan, np.inf, -np.inf, 5e-324, 1.7976931348623157e308]))
@example(np.array([1e-4, 9.999999999999999e-05, 1e15, 1e16, 9999999999999998.0, 100.0, 0.5, 1 / 3, -2 / 3]))
def test_any_floats(values):
    same(values)


@given(hnp.arrays(np.float64, 20, elements=st.floats(width=32)))
def test_floats_of_single_precision(values):
    same(values)


@given(hnp.arrays(np.float64, 20, elements=st.integers(-(2**53), 2**53).map(float)), st.integers(0, 60))
def test_floats_of_few_binary_digits(values, places):
    same(values / 2.0**places)


@given(st.lists(st.decimals(-1000, 1000, places=3), min_size=1), st.integers(-8, 8))
def test_floats_of_few_decimal_digits(values, exponent):
    same(np.array([float(value.scaleb(exponent)) for value in values]))


@pytest.mark.parametrize("towards", [0.0, 1e300, None])
@pytest.mark.parametrize("base", [2.0, 10.0])
def test_floats_at_powers_and_beside_them(base, towards):
    powers = base ** np.arange(-30, 60)
    same(powers if towards is None else np.nextafter(powers, towards))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(-5, 16))
def test_many_floats_of_one_size(seed, exponent):
    same(np.random.default_rng(seed).random(2000) * 10.0**exponent)


def test_many_floats_are_written_in_blocks(monkeypatch):
    monkeypatch.setattr(module, "BLOCK_VALUES", 7)
    same(np.arange(100) / 7)
