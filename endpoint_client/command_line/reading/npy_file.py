"""NPY: one array, mapped into memory and not read into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from endpoint_client.command_line.command_error import CommandError
from endpoint_client.command_line.reading.batch import Batch, Limits, parts
from endpoint_client.tables.encodings import encoding_of
from endpoint_client.tables.rows import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from endpoint_client.command_line.reading.columns import Columns


class NpyFile:
    """A file of NPY.

    Parameters
    ----------
    path : str
    columns : Columns
        Named by their places, from 0.
    limits : Limits
    content_type : str, optional
        As for `Predictor`; default: NPY for numbers, JSON for text.

    Raises
    ------
    CommandError
        The file is no NPY, holds pickled objects, or no rows.
        A column is asked for that is not there.
    """

    def __init__(self, path: str, columns: Columns, limits: Limits, *, content_type: str | None = None) -> None:
        try:
            array = np.load(path, mmap_mode="r", allow_pickle=False)
        except (ValueError, EOFError) as error:
            raise CommandError(f"{path} is no array of numbers or text in NPY: {error}") from error
        if not isinstance(array, np.ndarray):
            raise CommandError(f"{path} is an archive of arrays: save one with numpy.save")
        # One dimension is one row, as for `Predictor.predict`.
        self._rows = array.reshape(1, -1) if array.ndim == 1 else array
        if array.ndim == 0 or array.size == 0:
            raise CommandError(f"{path} has shape {array.shape}: give at least one row and one feature")
        self._limits = limits
        self._content_type = content_type
        self._sent: list[int] | None = None
        self._kept: list[int] = []
        if not columns.untouched:
            names = [str(place) for place in range(self._rows.shape[1])]
            self._sent, self._kept = columns.places(names)
        self.kept = tuple(map(str, self._kept))
        self.total_rows: int | None = len(self._rows)

    def batches(self, first_row: int = 0) -> Iterator[Batch]:
        """Give the rows from `first_row` on.

        Raises
        ------
        InvalidInput, ConfigurationError
            The content type cannot carry them.
        """
        total = len(self._rows)
        for first in range(first_row, total, self._limits.rows):
            block = self._rows[first : first + self._limits.rows]
            rows = rows_of(block if self._sent is None else block[:, self._sent])
            encoding = encoding_of(rows, self._content_type)
            for start, stop, body in parts(rows.count, encoding.encode, self._limits):
                kept = {str(place): block[start:stop, place].tolist() for place in self._kept}
                yield Batch(first + start, stop - start, body, encoding.content_type, kept, (first + stop) / total)

    def close(self) -> None:
        """Nothing to close: the file is unmapped with the array."""
