"""Libraries that only some files need."""

from __future__ import annotations

from typing import Any

from endpoint_client.command_line.command_error import CommandError


def pyarrow_for(path: str) -> Any:
    """Import pyarrow with what reads and writes parquet.

    Raises
    ------
    CommandError
        It is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet
    except ImportError as error:
        raise CommandError(
            f"{path}: parquet is read and written with pyarrow, which is not installed: `pip install pyarrow`, or use "
            "CSV, JSON lines or NPY"
        ) from error
    return pa
