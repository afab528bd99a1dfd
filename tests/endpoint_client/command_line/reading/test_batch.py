"""Rows are cut into requests by rows and by bytes, and none is lost."""

from collections.abc import Iterator

import pytest

from endpoint_client.command_line.command_error import CommandError
from endpoint_client.command_line.reading.batch import Batch, Limits, Record, cut, parts


def records(*lines: bytes) -> list[Record]:
    return [Record(line, (number,), number / 10) for number, line in enumerate(lines)]


def bodies(lines: list[Record] | Iterator[Record], limits: Limits) -> list[Batch]:
    return list(cut(lines, limits, start=5, head=b"h\n", content_type="text/csv", kept=("id",)))


def test_a_request_ends_at_the_rows_or_at_the_bytes():
    by_rows = bodies(records(*[b"12\n"] * 5), Limits(rows=2))
    assert [(batch.start, batch.count, batch.body) for batch in by_rows] == [
        (5, 2, b"h\n12\n12\n"),
        (7, 2, b"h\n12\n12\n"),
        (9, 1, b"h\n12\n"),
    ]
    assert [batch.kept["id"] for batch in by_rows] == [[0, 1], [2, 3], [4]]
    assert [batch.share for batch in by_rows] == [0.1, 0.3, 0.4]
    by_bytes = bodies(records(b"1\n", b"1234567890\n", b"1\n", b"1\n"), Limits(body_bytes=6))
    assert [batch.count for batch in by_bytes] == [1, 1, 2]


def test_rows_before_one_that_cannot_be_read_are_given():
    def broken() -> Iterator[Record]:
        yield from records(b"1\n", b"2\n", b"3\n")
        raise CommandError("torn")

    reading = cut(broken(), Limits(rows=2), start=0, head=b"", content_type="", kept=())
    assert [next(reading).body, next(reading).body] == [b"1\n2\n", b"3\n"]
    with pytest.raises(CommandError, match="torn"):
        next(reading)


def test_nothing_comes_of_nothing():
    def broken() -> Iterator[Record]:
        yield from records()
        raise CommandError("torn")

    assert bodies([], Limits()) == []
    with pytest.raises(CommandError):
        bodies(broken(), Limits())


def test_a_row_longer_than_a_usual_request_has_its_own():
    lines = [b"a", b"b", b"long" * 10, b"c", b"d"]
    cuts = list(parts(len(lines), lambda start, stop: b"".join(lines[start:stop]), Limits(body_bytes=2)))
    assert [(part.start, part.stop) for part in cuts] == [(0, 1), (1, 2), (2, 3), (3, 5)]
    assert b"".join(part.body for part in cuts) == b"".join(lines)


def test_a_batch_names_its_rows_as_a_person_would():
    assert Batch(0, 1, b"", "", {}).rows == "row 0"
    assert Batch(2000, 500, b"", "", {}).rows == "rows 2,000 to 2,499"
