"""Parts of a body: made one by one, and what goes wrong is told where it can be."""

from __future__ import annotations

import doctest

import pytest

from sklearn_runtime import body_parts as module
from sklearn_runtime.body_parts import BodyParts


def test_parts_are_made_when_they_are_asked_for():
    made: list[int] = []

    def numbers():
        for number in (1, 2):
            made.append(number)
            yield b"%d" % number

    parts = BodyParts(numbers())
    assert (parts.first, made, len(parts)) == (b"1", [1], 1)
    assert (parts.next(), made, len(parts)) == (b"2", [1, 2], 2)
    assert (parts.next(), parts.next()) == (b"", b"")


@pytest.mark.parametrize("part", ["\u00e4", b"\xc3\xa4", bytearray(b"\xc3\xa4"), memoryview(b"\xc3\xa4")])
def test_a_part_is_bytes_or_text(part):
    assert list(BodyParts(iter(["", part, b""]))) == [b"\xc3\xa4"]


def test_there_may_be_no_part():
    assert BodyParts(iter([])).first == b""
    assert list(BodyParts(iter([b""]))) == []


class Closing:
    def __init__(self, *parts, error=None):
        self.parts = iter(parts)
        self.error = error
        self.closed = False

    def __iter__(self):
        return self

    def __next__(self):
        part = next(self.parts)
        if isinstance(part, BaseException):
            raise part
        return part

    def close(self):
        self.closed = True
        if self.error is not None:
            raise self.error


def test_what_goes_wrong_before_the_first_part_is_raised():
    source = Closing(ValueError("no rows"))
    with pytest.raises(ValueError, match="no rows"):
        BodyParts(source)
    assert source.closed
    with pytest.raises(TypeError, match="the hook gave a part of type int: give bytes or str"):
        BodyParts(iter([1]))


@pytest.mark.parametrize("fault", [ValueError("lost"), SystemExit("lost"), 1])
def test_what_goes_wrong_later_is_logged(fault, caplog):
    parts = BodyParts(Closing(b"12", fault))
    assert parts.next() is None
    assert "the response broke off after 2 bytes" in caplog.text
    with pytest.raises((ValueError, SystemExit, TypeError)):
        list(BodyParts(Closing(b"12", fault)))


def test_closing_closes_and_never_raises(caplog):
    whole, given_up, failing = Closing(b"1"), Closing(b"1"), Closing(b"1", error=RuntimeError("cannot"))
    assert list(BodyParts(whole)) == [b"1"]
    for source in (given_up, failing):
        BodyParts(source).close()
    assert whole.closed
    assert given_up.closed
    assert "could not be closed" in caplog.text
    assert "cannot" in caplog.text


def test_the_example_in_the_docstring_runs():
    assert doctest.testmod(module).failed == 0
