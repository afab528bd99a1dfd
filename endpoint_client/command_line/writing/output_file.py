"""The file that predictions go to, under another name until it is complete: nobody takes half for whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from endpoint_client.command_line.command_error import CommandError
from endpoint_client.command_line.reading.open_table import format_of
from endpoint_client.command_line.writing.csv_output import CsvOutput, complete_csv
from endpoint_client.command_line.writing.json_lines_output import JsonLinesOutput, complete_json_lines
from endpoint_client.command_line.writing.npy_output import NpyOutput, complete_npy
from endpoint_client.command_line.writing.parquet_output import ParquetOutput, complete_parquet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from endpoint_client.command_line.writing.output import Output

FORMATS = ("csv", "jsonl", "npy", "parquet")


class OutputFile:
    """Rows go to ``NAME.part``, and that becomes ``NAME`` when all are there.

    ``NAME.part.json`` beside it says what makes these rows, so that others are never put behind them.

    Parameters
    ----------
    path : str
    run : mapping of str to JSON values
        What decides on the content: the endpoint, the input, its columns, the method.
    name : str
        Of the predictions' columns.
    format_name : str, optional
        One of `FORMATS`; default: by the suffix.
    header : bool, default True
        Whether CSV begins with the names of its columns.
    force : bool, default False
        Whether to write anew what is there.
    resume : bool, default False
        Whether to go on behind the rows that are there.

    Attributes
    ----------
    complete : bool
        Whether a run that is to go on had ended already.
    rows : int
        Complete rows in the file.

    Raises
    ------
    CommandError
        The suffix stands for no format; the output is there, and neither `force` nor `resume` is given; or its rows
        are those of another run.
    OSError
        The file cannot be written.
    """

    def __init__(
        self,
        path: str,
        run: Mapping[str, Any],
        name: str,
        *,
        format_name: str | None = None,
        header: bool = True,
        force: bool = False,
        resume: bool = False,
    ) -> None:
        self.path = Path(path)
        self.part = self.path.with_name(f"{self.path.name}.part")
        self._run_path = self.path.with_name(f"{self.path.name}.part.json")
        self._name = name
        self._header = header
        self._format = _format(path, format_name)
        self.rows = 0
        self._written: list[str] | None = None
        if self.path.is_dir():
            raise CommandError(f"--output {path}: is a folder: name a file in it")
        run = {**run, "output's format": self._format}
        begun = self.part.exists() or self._run_path.exists()
        self.complete = resume and self.path.exists() and not begun
        if self.complete:
            return
        if begun and resume:
            self._check(json.loads(json.dumps(run)))
            self._look()
        elif (begun or self.path.exists()) and not force:
            raise CommandError(self._refusal(begun=begun))
        else:
            self.part.unlink(missing_ok=True)
            self._run_path.write_text(json.dumps(run, indent=1) + "\n", encoding="utf-8")
        self._stream: IO[bytes] | None = None
        self._output = self._opened()

    def write(self, kept: Mapping[str, Any], results: NDArray[Any]) -> None:
        """Write some rows; see `Output`."""
        self._output.write(kept, results)
        self.rows += len(results)

    def close(self) -> None:
        """Leave what was written as it is, to go on later."""
        self._close()
        if not self.rows:
            # Nothing to go on from.
            self.part.unlink(missing_ok=True)
            self._run_path.unlink()

    def finish(self) -> None:
        """Give the complete file its name."""
        self._close()
        self.part.replace(self.path)
        self._run_path.unlink()

    def _close(self) -> None:
        self._output.close()
        if self._stream is not None:
            self._stream.close()

    def _opened(self) -> Output:
        if self._format == "npy":
            return NpyOutput(self.part)
        if self._format == "parquet":
            return ParquetOutput(self.part, self._name)
        self._stream = self.part.open("ab")
        if self._format == "jsonl":
            return JsonLinesOutput(self._stream, self._name)
        return CsvOutput(self._stream, self._name, header=self._header, written=self._written)

    def _look(self) -> None:
        """Count the complete rows that are there, and cut off what is behind them."""
        if not self.part.exists():
            return
        if self._format == "csv":
            self.rows, self._written = complete_csv(self.part, header=self._header)
        else:
            count = {"jsonl": complete_json_lines, "npy": complete_npy, "parquet": complete_parquet}[self._format]
            self.rows = count(self.part)

    def _check(self, run: Mapping[str, Any]) -> None:
        if not self._run_path.exists():
            raise CommandError(
                f"{self._run_path}, which says what makes the rows of {self.part}, is gone: start anew with --force"
            )
        before = json.loads(self._run_path.read_text(encoding="utf-8"))
        for setting in sorted(run.keys() | before.keys()):
            was, now = before.get(setting), run.get(setting)
            if was != now:
                raise CommandError(
                    f"{self.part} holds rows of another run: its {setting} was {was!r}, and is {now!r} now; go on as "
                    "it began, or start anew with --force"
                )

    def _refusal(self, *, begun: bool) -> str:
        if begun:
            return (
                f"{self.part} holds the rows of a run that did not end: --resume goes on behind them, --force starts "
                "anew"
            )
        return f"{self.path} is there already: write to another file, or over it with --force"


def _format(path: str, format_name: str | None) -> str:
    name = format_name or format_of(path)
    if name not in FORMATS or path.lower().endswith(".gz"):
        raise CommandError(
            f"--output {path}: end its name in .csv, .jsonl, .npy or .parquet, or say --output-format (compressed: "
            "leave --output out, and write `| gzip > FILE`)"
        )
    return name
