"""The bound on what a compressed body may unpack to."""

from __future__ import annotations

import pytest

from sklearn_runtime.codecs.expansion import allowed_bytes, check_expansion
from sklearn_runtime.errors import PayloadTooLarge


def test_the_bound_grows_with_the_body_from_a_least_one_on():
    assert allowed_bytes(0) == allowed_bytes(2 << 20) == 64 << 20
    assert allowed_bytes(3 << 20) == 96 << 20


def test_a_body_that_stands_for_too_much_is_refused_with_a_remedy():
    check_expansion(100, 64 << 20, "send less")
    with pytest.raises(PayloadTooLarge, match=r"100 bytes stands for 67108865 bytes in memory, .* 67108864: send less"):
        check_expansion(100, (64 << 20) + 1, "send less")
