"""Opens the file of rows that the command line names, by its suffix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from endpoint_client.command_line.command_error import CommandError
from endpoint_client.command_line.reading.csv_file import CsvFile
from endpoint_client.command_line.reading.json_lines_file import JsonLinesFile
from endpoint_client.command_line.reading.npy_file import NpyFile
from endpoint_client.command_line.reading.parquet_file import ParquetFile
from endpoint_client.command_line.reading.source import STDIN, Source

if TYPE_CHECKING:
    from endpoint_client.command_line.reading.batch import Limits, TableFile
    from endpoint_client.command_line.reading.columns import Columns

FORMATS = ("csv", "tsv", "jsonl", "npy", "parquet")
# What can be read only from its end, or anywhere.
_SEEKABLE: dict[str, type[NpyFile | ParquetFile]] = {"npy": NpyFile, "parquet": ParquetFile}
_SUFFIXES = {**{name: name for name in FORMATS}, "ndjson": "jsonl", "pq": "parquet"}


def format_of(path: str) -> str | None:
    """Give the format that a suffix stands for, a ``.gz`` behind it left aside; None where it stands for none.

    Example
    -------
    >>> format_of("customers.csv.gz")
    'csv'
    """
    name = path.lower().removesuffix(".gz")
    return _SUFFIXES.get(name.rpartition(".")[2]) if "." in name else None


def open_table(
    path: str,
    columns: Columns,
    limits: Limits,
    *,
    format_name: str | None = None,
    content_type: str | None = None,
    delimiter: str | None = None,
    header: bool = True,
    encoding: str = "utf-8-sig",
) -> TableFile:
    """Open a file of rows.

    Parameters
    ----------
    path : str
        ``-`` is stdin, which is CSV unless `format_name` says otherwise.
    columns : Columns
    limits : Limits
    format_name : str, optional
        One of `FORMATS`; default: by the suffix.
    content_type : str, optional
        What is sent; default: what suits the file.
    delimiter, header, encoding
        Of CSV; see `CsvFile`.

    Raises
    ------
    CommandError
        The format is not known, or cannot be read through a pipe or decompressed.
        The file is not of its format, or holds no rows.
    OSError
        It cannot be opened.
    """
    format_name = format_name or ("csv" if path == STDIN else format_of(path))
    if format_name is None:
        raise CommandError(
            f"{path}: the suffix stands for no format: say --format {', '.join(FORMATS[:-1])} or {FORMATS[-1]}"
        )
    if format_name in _SEEKABLE:
        if path == STDIN or path.lower().endswith(".gz"):
            how = "through a pipe" if path == STDIN else "compressed by gzip"
            raise CommandError(f"{path}: {format_name} is not read {how}: name an uncompressed file")
        return _SEEKABLE[format_name](path, columns, limits, content_type=content_type)
    source = Source(path)
    try:
        if format_name == "jsonl":
            return JsonLinesFile(source, columns, limits, content_type=content_type)
        return CsvFile(
            source,
            columns,
            limits,
            delimiter=delimiter or ("\t" if format_name == "tsv" else ","),
            header=header,
            encoding=encoding,
            content_type=content_type,
        )
    except BaseException:
        source.close()
        raise
