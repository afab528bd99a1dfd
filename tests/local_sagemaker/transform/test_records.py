import gzip

import pytest

from local_sagemaker.transform.records import batches, split
from local_sagemaker.transform.transform_failures import ClientFailure


@pytest.mark.parametrize(
    ("content", "split_type", "expected"),
    [
        (b"a\nb\n", "Line", [b"a", b"b"]),
        (b"a\nb", "Line", [b"a", b"b"]),
        (b"a\n\nb\n", "Line", [b"a", b"", b"b"]),
        (b"", "Line", []),
        (b"a\nb\n", "None", [b"a\nb\n"]),
    ],
)
def test_an_object_is_its_lines_or_one_record(content, split_type, expected):
    assert split(content, split_type=split_type, compression="None") == expected
    assert split(gzip.compress(content), split_type=split_type, compression="Gzip") == expected


# The time that gzip writes would be in the id of the test, and differ among the workers.
@pytest.mark.parametrize("content", [b"plain", gzip.compress(b"x" * 100, mtime=0)[:-9], b"\x1f\x8b"])
def test_what_is_no_gzip_file_is_told(content):
    with pytest.raises(ClientFailure, match="the object is no gzip file, as CompressionType says"):
        split(content, split_type="Line", compression="Gzip")


def test_a_request_has_as_many_records_as_fit_with_their_line_ends():
    found = list(batches([b"11", b"22", b"3", b"44444"], several=True, most_bytes=6))
    assert [(batch.first, batch.records) for batch in found] == [(1, [b"11", b"22"]), (3, [b"3"]), (4, [b"44444"])]
    assert [batch.where for batch in found] == ["records 1 to 2", "record 3", "record 4"]


def test_or_one_or_all():
    records = [b"1", b"2", b"3"]
    assert [batch.records for batch in batches(records, several=False, most_bytes=100)] == [[b"1"], [b"2"], [b"3"]]
    assert [batch.records for batch in batches(records, several=True, most_bytes=0)] == [records]
    assert list(batches([], several=True, most_bytes=1)) == []


def test_a_record_that_is_too_large_is_told_with_its_number():
    sent = batches([b"1", b"2", b"333"], several=False, most_bytes=2)
    assert next(sent).records == [b"1"]
    with pytest.raises(ClientFailure, match="record 3 has 3 bytes, and MaxPayloadInMB allows 2"):
        list(sent)
