import gzip
import io
import subprocess
import tarfile
import zlib

import numpy as np
import pytest

from constructs_lib import gzip_writer
from constructs_lib.archive import build_archive, list_files
from constructs_lib.gzip_writer import BLOCK, GzipWriter

NUMBERS = np.random.default_rng(0).standard_normal(3 * BLOCK // 8 + 100).tobytes()
INTEGERS = np.random.default_rng(0).integers(0, 1000, BLOCK // 4).tobytes()


def written(content: bytes, step: int = 10_240) -> bytes:
    file = io.BytesIO()
    with GzipWriter(file) as writer:
        for start in range(0, len(content), step):
            assert writer.write(content[start : start + step]) == len(content[start : start + step])
    return file.getvalue()


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, len(NUMBERS)])
@pytest.mark.parametrize("step", [10_240, 3 * BLOCK])
def test_it_is_one_member_that_every_gzip_reads(size, step):
    content = NUMBERS[:size]
    packed = written(content, step)
    assert gzip.decompress(packed) == content
    reader = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    assert reader.decompress(packed) == content
    assert (reader.eof, reader.unused_data) == (True, b"")
    assert subprocess.run(["gzip", "-dc"], input=packed, capture_output=True, check=True).stdout == content


def test_what_hardly_shrinks_is_stored_and_the_rest_deflated():
    assert len(NUMBERS) < len(written(NUMBERS)) < 1.001 * len(NUMBERS)
    assert len(written(INTEGERS)) < 0.3 * len(INTEGERS)
    both = written(NUMBERS[:BLOCK] + INTEGERS)
    assert len(both) < BLOCK + 0.3 * len(INTEGERS)
    assert gzip.decompress(both) == NUMBERS[:BLOCK] + INTEGERS


def test_the_bytes_depend_on_neither_the_threads_nor_the_pieces(monkeypatch):
    content = INTEGERS + NUMBERS + INTEGERS
    packed = written(content)
    assert written(content, step=999) == packed
    monkeypatch.setattr(gzip_writer, "_MOST_THREADS", 1)
    assert written(content) == packed


def test_a_tar_of_it_is_read_as_a_stream(tmp_path):
    (tmp_path / "numbers").write_bytes(NUMBERS)
    archive, _ = build_archive(list_files(tmp_path), tmp_path / "out")
    with tarfile.open(archive, mode="r|gz") as tar:
        member = tar.next()
        assert member is not None
        content = tar.extractfile(member)
        assert content is not None
        assert content.read() == NUMBERS


class Full(io.BytesIO):
    """A disk that takes the header, and no more."""

    def write(self, data):
        if self.tell():
            raise OSError(28, "No space left on device")
        return super().write(data)


def test_a_full_disk_is_said_and_no_thread_stays():
    file = Full()
    writer = GzipWriter(file)
    with pytest.raises(OSError, match="No space left"), writer:
        writer.write(INTEGERS * 40)
    assert not any(thread.is_alive() for thread in writer._pool._threads)
    writer = GzipWriter(Full())
    with pytest.raises(OSError, match="No space left"), writer:
        writer.write(b"little")
    assert not any(thread.is_alive() for thread in writer._pool._threads)
