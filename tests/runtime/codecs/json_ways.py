"""The ways in which JSON may be read and written, each forced, whatever is installed and however short the body is."""

from __future__ import annotations

import contextlib
from unittest import mock

from sklearn_runtime.codecs import json_library, json_numbers, json_text

SLOW = "slow"
NEVER = 10**9
WAYS = {
    "orjson": (json_library.ORJSON, NEVER, 6000),
    "orjson, NumPy": (json_library.ORJSON, 0, 6000),
    "NumPy": (None, 0, 6000),
    "NumPy, in many blocks": (None, 0, 1),
    "json module": (None, NEVER, 6000),
}
"""Each with orjson or None, the length of a body from which on NumPy is used, and how many numbers are in a block."""


@contextlib.contextmanager
def forced(way):
    """Read and write in one of `WAYS`, or in the way to which all of them leave what they do not take."""
    library, from_bytes, block = WAYS["json module" if way == SLOW else way]
    with contextlib.ExitStack() as stack:
        for module, name, value in (
            (json_library, "ORJSON", library),
            (json_text, "NUMPY_BYTES", from_bytes),
            (json_text, "NUMPY_BYTES_BESIDE_ORJSON", from_bytes),
            (json_numbers, "BLOCK_NUMBERS", block),
            (json_numbers, "SAMPLE_BYTES", 1 if block == 1 else json_numbers.SAMPLE_BYTES),
        ):
            stack.enter_context(mock.patch.object(module, name, value))
        if way == SLOW:
            stack.enter_context(mock.patch.object(json_text, "_ascii", return_value=None))
        yield
