"""Pauses between two looks, and errors that pass."""

import pytest

from endpoint_client import InvalidRequest, ServiceUnavailable, Throttled
from endpoint_client.training.pauses import Pauses


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    seconds: list[float] = []
    monkeypatch.setattr("time.sleep", seconds.append)
    return seconds


def test_pauses_grow_from_a_tenth_of_a_second_to_five(slept):
    pauses = Pauses()
    for _ in range(12):
        pauses.pause()
    assert slept[:3] == pytest.approx([0.1, 0.15, 0.225])
    assert slept[-1] == 5
    pauses.shorten()
    pauses.pause()
    assert slept[-1] == 1
    pauses.pause_interval()
    assert slept[-1] == 1


def test_after_a_change_a_short_pause_stays_short(slept):
    pauses = Pauses()
    pauses.shorten()
    pauses.pause()
    assert slept == pytest.approx([0.1])


def test_an_error_that_passes_is_outlived(slept):
    errors = [Throttled("slow"), ServiceUnavailable("down")] * 4

    def ask() -> str:
        if errors:
            raise errors.pop()
        return "answer"

    assert Pauses().insist(ask) == "answer"
    assert len(slept) == 8


def test_ten_errors_in_a_row_are_too_many(slept):
    def ask() -> str:
        raise Throttled("slow")

    with pytest.raises(Throttled):
        Pauses().insist(ask)
    assert len(slept) == 9


def test_an_error_that_stays_is_raised_at_once(slept):
    def ask() -> str:
        raise InvalidRequest("no")

    with pytest.raises(InvalidRequest):
        Pauses().insist(ask)
    assert slept == []


def test_errors_are_counted_anew_after_an_answer(slept):
    pauses = Pauses()
    answers = [*[Throttled("slow")] * 9, None, *[Throttled("slow")] * 9, None]

    def ask() -> str:
        if (answer := answers.pop(0)) is not None:
            raise answer
        return "answer"

    assert pauses.insist(ask) == pauses.insist(ask) == "answer"
