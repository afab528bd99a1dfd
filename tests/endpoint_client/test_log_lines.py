"""A log that is read again and again: each line once."""

from collections.abc import Iterator

import pytest

from endpoint_client.log_lines import LogLine, NewLines


def line(seconds: int, text: str = "", stream: str = "a") -> LogLine:
    return LogLine(milliseconds=seconds * 1000, stream=stream, text=text)


def test_a_line_is_new_once():
    lines: NewLines[LogLine] = NewLines()
    log = [line(1, "one"), line(2, "two")]
    assert list(lines.of(log)) == log
    assert list(lines.of([*log, line(3, "three")])) == [line(3, "three")]
    assert list(lines.of(log)) == []


def test_equal_lines_are_counted():
    lines: NewLines[LogLine] = NewLines()
    assert len(list(lines.of([line(1, "same")] * 2))) == 2
    assert len(list(lines.of([line(1, "same")] * 3))) == 1
    assert len(list(lines.of([line(1, "same", stream="b")]))) == 1


def test_the_next_look_begins_ten_seconds_before_the_youngest_line():
    lines: NewLines[LogLine] = NewLines(start=5_000)
    list(lines.of([]))
    assert lines.start == 5_000
    list(lines.of([line(100), line(60)]))
    assert lines.start == 90_000
    list(lines.of([line(91)]))
    assert lines.start == 90_000


def test_what_was_given_before_an_error_is_not_given_again():
    def broken() -> Iterator[LogLine]:
        yield line(1, "one")
        raise ConnectionError

    lines: NewLines[LogLine] = NewLines()
    with pytest.raises(ConnectionError):
        list(lines.of(broken()))
    assert list(lines.of([line(1, "one"), line(2, "two")])) == [line(2, "two")]
