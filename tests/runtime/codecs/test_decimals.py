"""Values of many numbers at once: those of float, bit for bit, or left to float."""

from __future__ import annotations

import math
import re
import struct
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sklearn_runtime.codecs.decimals import Decimals, Exponents, decimal_values

PARTS = re.compile(r"(-?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?)(\d+))?")


def read(texts):
    """Values and uncertain ones of texts that stand in a line, and the text of each."""
    line = ",".join(texts).encode()
    stops, whole, fraction, negative, places, exponents = [], [], [], [], [], []
    start = 0
    for index, text in enumerate(texts):
        match = PARTS.fullmatch(text)
        assert match
        sign, integer, decimals, exponent_sign, exponent = match.groups()
        stops.append(start + len(sign) + len(integer))
        whole.append(len(integer))
        fraction.append(len(decimals or ""))
        negative.append(bool(sign))
        start += len(text) + 1
        if exponent is not None:
            places.append(index)
            exponents.append((start - 1, len(exponent), exponent_sign == "-"))
    ends, digits, minus = np.array(exponents or [(0, 0, 0)]).T
    given_exponents = Exponents(np.array(places), ends, digits, minus.astype(bool)) if places else None
    numbers = Decimals(np.array(stops), np.array(whole), np.array(fraction), np.array(negative), given_exponents)
    return decimal_values(line, numbers)


def assert_as_float(texts):
    values, uncertain = read(texts)
    for text, value, left in zip(texts, values.tolist(), uncertain.tolist()):
        assert left or struct.pack("=d", value) == struct.pack("=d", float(text)), text


DIGITS = st.text("0123456789", min_size=1, max_size=30)
TEXTS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.floats(width=32, allow_nan=False, allow_infinity=False).map(lambda number: f"{number:.20f}"),
    st.tuples(st.sampled_from(["", "-"]), DIGITS, DIGITS).map(lambda parts: f"{parts[0]}{parts[1]}.{parts[2]}"),
    st.tuples(DIGITS, DIGITS, st.integers(-400, 400)).map(lambda parts: f"{parts[0]}.{parts[1]}e{parts[2]:+04}"),
    st.integers(-(10**20), 10**20).map(str),
)


@settings(deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=20))
@example(["9007199254740993", "9007199254740992.9999999", "9007199254740993.00000000000001"])
@example(["0.1", "-0", "-0.0", "0e5", "-0e-5", "1e22", "1e23", "8.5e-20", "1e-250", "1e250", "1e251", "1e0000000003"])
@example(["0.000000000000000000000001", "0.00000000000000000000000049", "1.000000000000000000000001"])
@example([".5", "5.", "1234567890123456", "12345678901234567", "0" * 16, "0" * 17])
def test_a_number_is_what_float_makes_of_its_text_or_left_to_float(texts):
    assert_as_float(texts)


def around_halfway(number):
    """The nearest texts to the point between a number and the next: that point itself from 2**28 on."""
    digits = 10**24
    place = (Fraction(number) + Fraction(float(np.nextafter(number, np.inf)))) / 2 * digits
    return [f"{part // digits}.{part % digits:024}" for part in range(math.floor(place) - 1, math.floor(place) + 3)]


@settings(deadline=None)
@given(st.lists(st.floats(1e-3, 1e16), min_size=1, max_size=10))
def test_a_number_halfway_between_two_floats_is_never_rounded_wrongly(numbers):
    assert_as_float([text for number in numbers for text in around_halfway(number)])


@pytest.mark.parametrize(
    "texts",
    [
        [repr(number) for number in np.random.default_rng(0).normal(size=5000).tolist()],
        [repr(number) for number in (10.0 ** np.random.default_rng(1).uniform(-200, 200, 5000)).tolist()],
        [f"{number:.18e}" for number in np.random.default_rng(2).normal(size=5000).tolist()],
        [f"{number:.2f}" for number in np.random.default_rng(3).normal(0, 1e3, 5000).tolist()],
        [str(number) for number in np.random.default_rng(4).integers(-(2**53), 2**53, 5000).tolist()],
    ],
    ids=["usual", "any power of ten", "as savetxt writes", "prices", "whole"],
)
def test_hardly_any_usual_number_is_left_to_float(texts):
    values, uncertain = read(texts)
    assert values[~uncertain].tolist() == [float(text) for text, left in zip(texts, uncertain) if not left]
    assert uncertain.mean() < 0.002


def test_what_has_too_many_digits_is_left_to_float():
    texts = ["1" * 17, "1." + "1" * 25, "1e251", "1e-251", "1e" + "0" * 8 + "1", "1.5"]
    assert read(texts)[1].tolist() == [True] * 5 + [False]
