"""Predictions as NPY: an array that grows in its file, whose header says after each write how many rows it has."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from endpoint_client.command_line.command_error import CommandError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

# Bytes: room for a dtype, and for a shape of any number of rows. NPY wants a multiple of 64.
_HEADER = 256
_MAGIC = b"\x93NUMPY\x01\x00"
_ROWS_AT_ONCE = 10_000


class NpyOutput:
    """One array, without any column of the input.

    Parameters
    ----------
    path : Path
        A file that does not exist, or one that `complete_npy` has looked at.

    Raises
    ------
    OSError
        The file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows = 0
        self._dtype: np.dtype[Any] | None = None
        self._shape: tuple[int, ...] = ()
        if path.exists() and path.stat().st_size:
            array = np.load(path, mmap_mode="r")
            self._rows, self._dtype, self._shape = len(array), array.dtype, array.shape[1:]
        self._file = path.open("r+b" if path.exists() else "w+b")

    def write(self, kept: Mapping[str, Any], results: NDArray[Any]) -> None:
        """Write some rows; see `Output`.

        Raises
        ------
        CommandError
            A column of the input is to be kept, or results are of mixed types.
            The rows differ in shape from those before.
        """
        if kept:
            raise CommandError(f"an NPY file holds the predictions alone, and no {next(iter(kept))!r}: write another")
        dtype = results.dtype if self._dtype is None else _common(self._dtype, results.dtype)
        if dtype.kind not in "biufUS":
            raise CommandError(f"results of {dtype} cannot be NPY: write .csv or .jsonl")
        if self._dtype is None:
            self._dtype, self._shape = dtype, results.shape[1:]
        if results.shape[1:] != self._shape:
            raise CommandError(f"these rows have results of shape {results.shape[1:]}, those before of {self._shape}")
        if dtype != self._dtype:
            self._convert(dtype)
        self._append(results.astype(dtype, copy=False))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _append(self, results: NDArray[Any]) -> None:
        self._file.seek(_HEADER + self._rows * self._row_bytes)
        self._file.write(np.ascontiguousarray(results).tobytes())
        # The rows first: a header that says less than there is loses nothing that it says.
        self._rows += len(results)
        self._file.flush()
        self._file.seek(0)
        self._file.write(self._header())
        self._file.flush()

    def _convert(self, dtype: np.dtype[Any]) -> None:
        """Write all again with a dtype that holds the new rows too, such as a longer text."""
        before = np.load(self._path, mmap_mode="r")
        self._dtype, self._rows = dtype, 0
        wider = self._path.with_name(f"{self._path.name}.wider")
        self._file.close()
        self._file = wider.open("w+b")
        for start in range(0, len(before), _ROWS_AT_ONCE):
            self._append(before[start : start + _ROWS_AT_ONCE].astype(dtype))
        wider.replace(self._path)

    @property
    def _row_bytes(self) -> int:
        assert self._dtype is not None  # noqa: S101 - set by the first write
        return int(np.prod(self._shape, dtype=np.int64)) * self._dtype.itemsize

    def _header(self) -> bytes:
        assert self._dtype is not None  # noqa: S101 - set by the first write
        facts = {
            "descr": np.lib.format.dtype_to_descr(self._dtype),
            "fortran_order": False,
            "shape": (self._rows, *self._shape),
        }
        length = _HEADER - len(_MAGIC) - 2
        return _MAGIC + length.to_bytes(2, "little") + (str(facts).ljust(length - 1) + "\n").encode("ascii")


def complete_npy(path: Path) -> int:
    """Cut off what an interrupted write left behind the rows that the header counts; give their number."""
    try:
        array = np.load(path, mmap_mode="r")
    except (ValueError, EOFError):
        # Killed before its first header.
        os.truncate(path, 0)
        return 0
    os.truncate(path, _HEADER + array.nbytes)
    return len(array)


def _common(first: np.dtype[Any], second: np.dtype[Any]) -> np.dtype[Any]:
    if (first.kind in "US") != (second.kind in "US"):
        raise CommandError(f"these rows have results of {second}, those before of {first}: write .csv or .jsonl")
    return np.result_type(first, second)
