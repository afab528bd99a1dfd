"""Parquet and Arrow bodies, as clients write them."""

from __future__ import annotations

import io

import pytest

from sklearn_runtime.pyarrow_version import OLDEST_FOR_ARROW, OLDEST_FOR_PARQUET, pyarrow_fault

__all__ = ["needs_arrow", "needs_parquet", "parquet_bytes", "stream_bytes"]

needs_arrow = pytest.mark.skipif(pyarrow_fault(OLDEST_FOR_ARROW) is not None, reason="no pyarrow that may read Arrow")
needs_parquet = pytest.mark.skipif(
    pyarrow_fault(OLDEST_FOR_PARQUET) is not None, reason="no pyarrow that may read parquet"
)


def parquet_bytes(table, **options):
    import pyarrow.parquet

    stream = io.BytesIO()
    pyarrow.parquet.write_table(table, stream, **options)
    return stream.getvalue()


def stream_bytes(table, file=False, compression=None, rows=None, **options):
    """An IPC stream, or an IPC file, of batches of so many rows."""
    import pyarrow as pa

    stream = io.BytesIO()
    new = pa.ipc.new_file if file else pa.ipc.new_stream
    with new(stream, table.schema, options=pa.ipc.IpcWriteOptions(compression=compression, **options)) as writer:
        writer.write_table(table, max_chunksize=rows)
    return stream.getvalue()
