"""Libraries that only some files need."""

from __future__ import annotations

from typing import Any

from endpoint_client.exceptions import ConfigurationError


def pyarrow_for(path: str) -> Any:
    """Import pyarrow with what reads and writes parquet.

    Raises
    ------
    ConfigurationError
        It is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet
    except ImportError as error:
        raise ConfigurationError(
            f"{path}: parquet is read and written with pyarrow, which is not installed: `pip install pyarrow`, or use "
            "CSV, JSON lines or NPY"
        ) from error
    return pa
