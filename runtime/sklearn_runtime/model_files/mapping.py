"""Whether the arrays of a model's file can be used where they lie, mapped into memory, and not copied out of it."""

from __future__ import annotations

import os
from typing import Any

__all__ = ["can_be_mapped"]

LEAST_BYTES = 64 << 20
"""Smaller files, below 64 MiB, are read in a tenth of a second."""

SEARCHED_BYTES = 16 << 20
"""Classes are named where they are used first: before the arrays of the first tree, for example."""

ALIGNED = b"numpy_array_alignment_bytes"
"""What joblib from 1.2 on writes beside an array that starts at a multiple of 16 bytes; compiled code needs that."""

MANY_ARRAYS = (b"sklearn.tree", b"hist_gradient_boosting")
"""A tree is several small arrays, and each map costs as much as reading some. Linux allows a process 65,530 maps."""


def can_be_mapped(path: str, joblib: Any) -> bool:
    """Whether to map a file's arrays: a few large ones, as nearest neighbours and support vector machines have.

    Reading 500 MB takes a second; mapped, they are in memory once, in the system's cache, for all workers. A model that
    looks at all of them for one row is up to a tenth slower then, since a file's pages are small ones: saved as
    ``.pkl``, or compressed, it is read. Only for a file that never changes: writing to it would change the model, and
    cutting it would end the process.

    Parameters
    ----------
    path : str
    joblib : module
        The one that is going to load it.
    """
    if not path.lower().endswith(".joblib") or not hasattr(
        getattr(joblib, "numpy_pickle", None), ALIGNED.decode().upper()
    ):
        return False
    if os.path.getsize(path) < LEAST_BYTES:
        return False
    with open(path, "rb") as stream:
        start = stream.read(SEARCHED_BYTES)
    return start.startswith(b"\x80") and ALIGNED in start and not any(name in start for name in MANY_ARRAYS)
