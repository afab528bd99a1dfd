"""The bytes of an input: a file, a compressed file, or what comes through a pipe."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar, cast

from endpoint_client.command_line.command_error import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")

STDIN = "-"


class Source:
    """An input that is read from its beginning to its end.

    Parameters
    ----------
    name : str
        A path, or ``-`` for stdin. What ends in ``.gz`` is decompressed.

    Attributes
    ----------
    name : str
        As messages call it.
    stream : binary file
        Decompressed.

    Raises
    ------
    OSError
        The file cannot be opened.
    """

    def __init__(self, name: str) -> None:
        if name == STDIN:
            self.name, self._size = "stdin", 0
            self._file: IO[bytes] = sys.stdin.buffer
        else:
            self.name, path = name, Path(name)
            self._file = path.open("rb")
            # A pipe has none.
            self._size = path.stat().st_size
        self.stream: IO[bytes] = self._file
        self._text: io.TextIOWrapper | None = None
        if name.lower().endswith(".gz"):
            self.stream = cast("IO[bytes]", gzip.GzipFile(fileobj=self._file))

    @property
    def share(self) -> float | None:
        """How much of it has been read, from 0 to 1; None where its size is not known."""
        return min(1.0, self._file.tell() / self._size) if self._size else None

    def undamaged(self, values: Iterable[T]) -> Iterator[T]:
        """Give what is read from the stream, and say so where that was cut off or is not compressed.

        Raises
        ------
        CommandError
            As said.
        """
        try:
            yield from values
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise CommandError(f"{self.name} cannot be decompressed: {error}") from error

    def text(self, encoding: str) -> IO[str]:
        """Give the stream as text, with its line ends as they are.

        Raises
        ------
        CommandError
            There is no such encoding.
        """
        try:
            self._text = io.TextIOWrapper(self.stream, encoding, newline="")
        except LookupError as error:
            raise CommandError(f"--encoding {encoding}: Python knows no such encoding") from error
        return self._text

    def close(self) -> None:
        """Close the file; stdin stays open."""
        if self._text is not None:
            self._text.detach()
        if self._file is not sys.stdin.buffer:
            self._file.close()
