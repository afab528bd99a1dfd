"""Decimal numbers in ASCII text as float64, many at a time with NumPy alone, each bit for bit what ``float`` gives.

A number is cut into groups of eight digits. Eight digits are one 64-bit word, which three multiplications turn into an
integer (D. Lemire, "Quickly parsing eight digits", https://lemire.me/blog/2018/10/03/quickly-parsing-eight-digits/).
The groups are added up with the rounding errors kept (T. J. Dekker, "A floating-point technique for extending the
available precision", 1971), to more than 70 bits. Where the rest that is rounded away is too near to one half to tell
which float64 is the nearest (A. Ziv's test), or where a number has more digits than the groups hold, ``float`` decides.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any, NamedTuple, Optional, Tuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Decimals", "Exponents", "decimal_values", "scaled"]

_PADDING = b"0" * 32
"""Words are read beyond both ends of a number."""

MAX_WHOLE = 16
"""Digits before the point, in two groups."""
MAX_FRACTION = 24
"""Digits after the point, in three groups."""
MAX_EXPONENT = 250
"""Powers of ten up to which no step overflows, and no rounding error is lost to underflow."""

_LAST_DIGITS = np.array([0x0F0F0F0F0F0F0F0F << 8 * (8 - count) & 0x0F0F0F0F0F0F0F0F for count in range(9)], np.uint64)
"""What is kept of a word of which the last bytes are digits, 0 to 8 of them."""
_FIRST_DIGITS = np.array(
    [[0x0F0F0F0F0F0F0F0F >> 8 * (8 - min(max(count - begin, 0), 8)) for begin in (0, 8, 16)] for count in range(25)],
    np.uint64,
)
"""What is kept of three words of which the first bytes are digits, 0 to 24 of them."""
_FOURS, _EIGHT = np.uint64(0x00FF00FF00FF00FF), np.uint64(0x0000FFFF0000FFFF)
_TEN, _HUNDRED, _MYRIAD = np.uint64((10 << 8) + 1), np.uint64((100 << 16) + 1), np.uint64((10000 << 32) + 1)
_8, _16, _SIGN_BIT = np.uint64(8), np.uint64(16), np.uint64(63)

_SPLITTER = 2.0**27 + 1
_ZIV = 1 + 2.0**-16
"""Its excess covers the errors of `decimal_values`: 2**-16 of a rest near half a unit is above 2**-71 of the value."""
_THIRD_GROUP_FROM = 1e-9
"""From here up, a third group may be added in plain float64: its rounding error is below 2**-76 of the value."""


class Exponents(NamedTuple):
    """The decimal exponents of those numbers that have one.

    Attributes
    ----------
    places : ndarray of int64
        Which numbers they belong to.
    stops, digits : ndarray of int64
        Index of the byte behind the digits, and how many they are.
    negative : ndarray of bool
    """

    places: "NDArray[np.int64]"
    stops: "NDArray[np.int64]"
    digits: "NDArray[np.int64]"
    negative: "NDArray[np.bool_]"


class Decimals(NamedTuple):
    """Where the numbers stand in a text.

    Attributes
    ----------
    stops : ndarray of int64
        Index of the byte behind the digits before the point.
    whole : ndarray of int64
        How many digits stand before the point.
    fraction : ndarray of int64
        How many digits stand behind it. 0 where there is no point.
    negative : ndarray of bool
    exponents : Exponents or None
    """

    stops: "NDArray[np.int64]"
    whole: "NDArray[np.int64]"
    fraction: "NDArray[np.int64]"
    negative: "NDArray[np.bool_]"
    exponents: Optional[Exponents]


def decimal_values(text: bytes, numbers: Decimals) -> "Tuple[NDArray[np.float64], NDArray[np.bool_]]":
    """The values of numbers in a text.

    Parameters
    ----------
    text : bytes
        ASCII where the numbers stand.
    numbers : Decimals

    Returns
    -------
    values : ndarray of float64
    uncertain : ndarray of bool
        Where ``float`` has to decide; the value there is of no use.

    Example
    -------
    >>> one, no = np.array([1]), np.array([False])
    >>> decimal_values(b"0.1", Decimals(one, one, one, no, None))
    (array([0.1]), array([False]))
    """
    stops, whole, fraction, negative, exponents = numbers
    padded = _PADDING + text + _PADDING
    # words[i] are the eight bytes before byte i of the text.
    words: "NDArray[np.uint64]" = np.ndarray((len(text) + 1,), "<u8", padded, len(_PADDING) - 8, (1,))
    most_whole, most_fraction = int(whole.max()), int(fraction.max())
    uncertain = np.zeros(len(stops), dtype=bool)
    if most_whole > MAX_WHOLE:
        uncertain |= whole > MAX_WHOLE
    if most_fraction > MAX_FRACTION:
        uncertain |= fraction > MAX_FRACTION

    # The value is high + low: high is the nearest float64 so far, low takes up what it has no room for.
    high = _last_digits(words[stops], whole)
    low: Any = 0.0
    if most_whole > 8:
        upper = _last_digits(words[stops - 8], whole - 8)
        upper *= 1e8
        high, low = _sum(upper, high)
    if most_fraction:
        groups = min((most_fraction + 7) // 8, 3)
        # Many bytes are fetched at once, since it takes as long as a few.
        texts = np.ndarray((len(text) + 1,), f"V{8 * groups}", padded, len(_PADDING) + 1, (1,))[stops]
        kept = _FIRST_DIGITS[:, :groups].take(fraction, axis=0, mode="clip")
        fractions = _eight_digits(texts.view("<u8").reshape(-1, groups) & kept)
        high, error = _sum(high, fractions[:, 0] * _FIRST[0])
        low += error
        low += fractions[:, 0] * _FIRST[1]
        if groups > 1:
            high, error = _sum(high, fractions[:, 1] * _SECOND[0])
            low += error
            low += fractions[:, 1] * _SECOND[1]
        if groups > 2:
            uncertain |= (fractions[:, 2] > 0) & (high < _THIRD_GROUP_FROM)
            low += fractions[:, 2] * 1e-24
    if exponents is not None:
        places = exponents.places
        powers = _last_digits(words[exponents.stops], exponents.digits)
        uncertain[places] |= (powers > MAX_EXPONENT) | (exponents.digits > 8)
        np.negative(powers, out=powers, where=exponents.negative)
        low = np.zeros_like(high) + low
        high[places], low[places] = scaled(high[places], low[places], powers)

    values = high + low
    # The rest: exact, since high is the larger.
    rest = low - (values - high)
    rest *= _ZIV
    rest += values
    uncertain |= rest != values
    values.view(np.uint64)[...] |= negative.astype(np.uint64) << _SIGN_BIT
    return values, uncertain


def _last_digits(words: "NDArray[np.uint64]", count: "NDArray[np.int64]") -> "NDArray[np.float64]":
    """The number that the last `count` bytes of each word are, 0 to 8 of them."""
    words &= _LAST_DIGITS.take(count, mode="clip")
    return _eight_digits(words)


def _eight_digits(words: "NDArray[np.uint64]") -> "NDArray[np.float64]":
    """The number that the bytes of each word are, from 0 to 9 each, the first of them in the lowest bits."""
    words *= _TEN
    words >>= _8
    words &= _FOURS
    words *= _HUNDRED
    words >>= _16
    words &= _EIGHT
    words *= _MYRIAD
    # Of a little-endian word, the upper half is the second one.
    return words.view("<u4")[..., 1::2].astype(np.float64)


def _sum(large: "NDArray[np.float64]", small: "NDArray[np.float64]") -> "Tuple[Any, Any]":
    """The rounded sum and its error, exactly; the exponent of `large` is not below that of `small`, or `large` is 0."""
    total = large + small
    error = total - large
    np.subtract(small, error, out=error)
    return total, error


def scaled(
    high: "NDArray[np.float64]", low: "NDArray[np.float64]", exponents: "NDArray[np.float64]"
) -> "Tuple[NDArray[np.float64], NDArray[np.float64]]":
    """high + low times a power of ten, as such a pair again."""
    powers, rests = _powers_of_ten()
    index = np.clip(exponents, -MAX_EXPONENT, MAX_EXPONENT).astype(np.intp) + MAX_EXPONENT
    power = powers[index]
    product = high * power
    high_top, high_end = _halves(high)
    power_top, power_end = _halves(power)
    error = high_top * power_top - product
    error += high_top * power_end
    error += high_end * power_top
    error += high_end * power_end
    error += high * rests[index]
    error += low * power
    return product, error


def _halves(values: "NDArray[np.float64]") -> "Tuple[NDArray[np.float64], NDArray[np.float64]]":
    """Each value as a sum of two of 26 bits, whose products are exact."""
    top = values * _SPLITTER
    top -= top - values
    return top, values - top


@functools.lru_cache(maxsize=None)
def _powers_of_ten() -> "Tuple[NDArray[np.float64], NDArray[np.float64]]":
    """Powers of ten from -MAX_EXPONENT on: a near float64, and what it lacks."""
    pairs = [_pair(exponent) for exponent in range(-MAX_EXPONENT, MAX_EXPONENT + 1)]
    return np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])


def _pair(exponent: int) -> Tuple[float, float]:
    power = 10.0**exponent
    return power, _lacking(exponent, power)


def _short_pair(exponent: int) -> Tuple[float, float]:
    """A power of ten as 26 bits, whose product with eight digits is exact, and what they lack."""
    mantissa, scale = math.frexp(10.0**exponent)
    high = math.ldexp(math.floor(math.ldexp(mantissa, 26)), scale - 26)
    return high, _lacking(exponent, high)


def _lacking(exponent: int, part: float) -> float:
    """What a float lacks of a power of ten, to the nearest float64: integers divide that exactly."""
    over, under = int(10 ** max(exponent, 0)), int(10 ** max(-exponent, 0))
    part_over, part_under = part.as_integer_ratio()
    return (over * part_under - part_over * under) / (under * part_under)


_FIRST, _SECOND = _short_pair(-8), _short_pair(-16)
