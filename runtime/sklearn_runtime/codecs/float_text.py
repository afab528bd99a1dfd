"""The text of many floats at once with NumPy alone: what ``repr`` gives, character for character.

A value is scaled to a whole number of 17 digits, with the rest kept (see `decimals`). Any decimal that is nearer to the
value than half the distance to the next float64 is read back as that value. Its text is the shortest of these, and of
two that are as short the nearer (G. L. Steele and J. L. White, "How to print floating-point numbers accurately", 1990).
Where the rest is too near to one of these bounds to tell, and where ``repr`` writes an exponent, ``repr`` decides.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, List, NamedTuple

import numpy as np

from sklearn_runtime.codecs.decimals import scaled

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["float_text"]

BLOCK_VALUES = 5_000
"""How many are written at a time: their arrays stay in the processor's second cache."""
MIN_EXPONENT, MAX_EXPONENT = -4, 15
"""Of ten: outside, ``repr`` writes an exponent."""

_DIGITS = 17
_TEXT_BYTES = 24
"""Bytes that the longest text takes without its sign, or with sign and exponent."""
_DOUBT = 2.0**-30
"""Far above the errors of the scaled value and of the bounds, which are below 2**-44 of a unit of the last digit."""

_ALL = np.uint64(2**64 - 1)
_ONES = np.uint64(0x0101010101010101)
_MANTISSA = np.uint64(2**52 - 1)


def float_text(values: "NDArray[np.float64]", ends: "NDArray[np.uint8]") -> bytes:
    """The texts of floats, each with a character behind it.

    Parameters
    ----------
    values : ndarray of shape (n,)
    ends : ndarray of shape (n,)
        The character behind each, as its code in ASCII.

    Example
    -------
    >>> float_text(np.array([0.1, -2.0, np.nan, 1e-05]), np.frombuffer(b",;,;", dtype=np.uint8))
    b'0.1,-2.0;nan,1e-05;'
    """
    return b"".join(
        [
            _block(values[start : start + BLOCK_VALUES], ends[start : start + BLOCK_VALUES])
            for start in range(0, len(values), BLOCK_VALUES)
        ]
    )


def _block(values: "NDArray[np.float64]", ends: "NDArray[np.uint8]") -> bytes:
    magnitudes = np.abs(values)
    usual = (magnitudes >= 10.0**MIN_EXPONENT) & (magnitudes < 10.0 ** (MAX_EXPONENT + 1))
    shortest = _shortest(np.where(usual, magnitudes, 1.0))
    usual &= shortest.certain
    # Zero is 17 zeros: what is unusual counts as 1, of exponent 0.
    zero = magnitudes == 0
    usual |= zero
    digits = shortest.digits
    digits[zero] = 0

    texts = np.empty((len(values), 1 + _TEXT_BYTES + 1), dtype=np.uint8)
    np.multiply(np.signbit(values), ord("-"), out=texts[:, 0], casting="unsafe")
    texts[:, 1:-1] = _laid_out(_digit_words(digits), shortest.exponents)
    texts[:, -1] = ends
    for index in np.flatnonzero(~usual).tolist():
        text = repr(float(values[index])).encode("ascii").ljust(1 + _TEXT_BYTES, b"\0")
        texts[index, :-1] = np.frombuffer(text, dtype=np.uint8)
    return texts.tobytes().translate(None, b"\0")


class _Shortest(NamedTuple):
    """The shortest decimals that are read back as some values: digits, a whole number of 17, times a power of ten.

    Attributes
    ----------
    digits : ndarray of uint64
    exponents : ndarray of int64
        Of the first digit.
    certain : ndarray of bool
    """

    digits: "NDArray[np.uint64]"
    exponents: "NDArray[np.int64]"
    certain: "NDArray[np.bool_]"


def _shortest(values: "NDArray[np.float64]") -> _Shortest:
    exponents = np.floor(np.log10(values))
    product, error = scaled(values, np.zeros(1), (_DIGITS - 1) - exponents)
    whole = np.rint(error)
    # What the 17 digits lack.
    rest = error
    rest -= whole
    digits = product.astype(np.int64)
    digits += whole.astype(np.int64)
    # The logarithm may be rounded up to the next whole number, or down.
    certain = (digits >= 10 ** (_DIGITS - 1)) & (digits < 10**_DIGITS)

    # Half the distance to the next value, in units of the last digit: from 0.5 to 12, so that 15 digits always do
    # where they are near enough, since any other 15 digits are 100 away.
    bound = np.spacing(values)
    bound *= 0.5
    bound *= product
    bound /= values
    of_15 = (digits + 50).view(np.uint64) // np.uint64(100) * np.uint64(100)
    far_15 = np.abs((of_15.view(np.int64) - digits) - rest)
    of_16 = (digits + (5 - (rest < 0))).view(np.uint64) // np.uint64(10) * np.uint64(10)
    far_16 = np.abs((of_16.view(np.int64) - digits) - rest)
    does_15, does_16 = far_15 < bound, far_16 < bound

    doubt = np.abs(far_16 - bound) < _DOUBT
    # Two decimals are as near, or the value below is nearer than the one above.
    doubt |= np.abs(far_16 - 5) < _DOUBT
    doubt |= np.abs(rest) > 0.5 - _DOUBT
    power_of_two = (values.view(np.uint64) & _MANTISSA) == 0
    doubt |= power_of_two
    doubt &= ~does_15
    doubt |= np.abs(far_15 - bound) < _DOUBT
    doubt |= power_of_two & (far_15 > _DOUBT)
    digits = np.where(does_15, of_15.view(np.int64), np.where(does_16, of_16.view(np.int64), digits))
    certain &= ~doubt
    certain &= digits < 10**_DIGITS
    return _Shortest(digits.view(np.uint64), exponents.astype(np.int64), certain)


def _digit_words(digits: "NDArray[np.uint64]") -> "NDArray[np.uint64]":
    """Whole numbers of 17 digits as characters, without the zeros at the end.

    Returns
    -------
    ndarray of shape (3, n)
        Three little-endian words a number; the last holds one character. Bytes of 0 stand for the zeros at the end.
    """
    # Eight digits a word, from tens of thousands to single ones; as for one, divisions are multiplications.
    first = digits // np.uint64(10**16)
    digits = digits - first * np.uint64(10**16)
    words = np.empty((2, len(digits)), dtype=np.uint64)
    np.floor_divide(digits, np.uint64(10**8), out=words[0])
    np.subtract(digits, words[0] * np.uint64(10**8), out=words[1])
    fours = words // np.uint64(10**4)
    words -= fours * np.uint64(10**4)
    words <<= np.uint64(32)
    words |= fours
    for factor, shift, mask, base, width in (
        (10486, 20, 0x0000007F0000007F, 100, 16),
        (103, 10, 0x000F000F000F000F, 10, 8),
    ):
        upper = words * np.uint64(factor)
        upper >>= np.uint64(shift)
        upper &= np.uint64(mask)
        words -= upper * np.uint64(base)
        words <<= np.uint64(width)
        words |= upper

    # A byte counts where it or any behind it is not 0.
    counts = words | words >> np.uint64(8)
    counts |= counts >> np.uint64(16)
    counts |= counts >> np.uint64(32)
    counts += np.uint64(0x7F) * _ONES
    counts >>= np.uint64(7)
    counts &= _ONES
    counts[0] |= (words[1] != 0) * _ONES
    counts *= np.uint64(ord("0"))
    words |= counts
    first |= np.uint64(ord("0"))

    shifted = np.empty((3, len(digits)), dtype=np.uint64)
    np.bitwise_or(first, words[0] << np.uint64(8), out=shifted[0])
    np.bitwise_or(words[0] >> np.uint64(56), words[1] << np.uint64(8), out=shifted[1])
    np.right_shift(words[1], np.uint64(56), out=shifted[2])
    return shifted


class _Layouts(NamedTuple):
    """How digits become a text, for each exponent: some stay, the others move to make room for a point and zeros.

    Attributes
    ----------
    stay, fixed : ndarray of shape (3, exponents)
        Bytes as in `_digit_words`: those of the digits that stay, and characters that are always there.
    bits : ndarray of shape (exponents,)
        By how many the others move.
    """

    stay: "NDArray[np.uint64]"
    fixed: "NDArray[np.uint64]"
    bits: "NDArray[np.uint64]"


@functools.lru_cache(maxsize=None)
def _layouts() -> _Layouts:
    stay, fixed, bits = [], [], []
    for exponent in range(MIN_EXPONENT, MAX_EXPONENT + 1):
        whole = max(exponent + 1, 0)
        # Zeros of the whole part and the first behind the point are written even at the end.
        text = b"0" * whole + b".0" if whole else b"0." + b"0" * -(exponent + 1)
        stay.append((b"\xff" * whole).ljust(_TEXT_BYTES, b"\0"))
        fixed.append(text.ljust(_TEXT_BYTES, b"\0"))
        bits.append(8 if whole else 8 * len(text))
    return _Layouts(_words(stay), _words(fixed), np.array(bits, dtype=np.uint64))


def _words(texts: "List[bytes]") -> "NDArray[np.uint64]":
    return np.ascontiguousarray(np.frombuffer(b"".join(texts), dtype="<u8").reshape(-1, 3).T, dtype=np.uint64)


def _laid_out(words: "NDArray[np.uint64]", exponents: "NDArray[np.int64]") -> "NDArray[np.uint8]":
    """Digits with their point, as characters of shape (n, 24)."""
    layouts = _layouts()
    index = np.clip(exponents, MIN_EXPONENT, MAX_EXPONENT) - MIN_EXPONENT
    bits = layouts.bits.take(index)
    texts = layouts.stay.take(index, axis=1)
    texts &= words
    words ^= texts
    texts |= layouts.fixed.take(index, axis=1)
    texts[1:] |= words[:-1] >> (np.uint64(64) - bits)
    words <<= bits
    texts |= words
    return np.ascontiguousarray(texts.T, dtype="<u8").view(np.uint8)
