import logging
import time

import pytest

from local_sagemaker.repeating import Repeating
from tests.local_sagemaker.cloud import eventually


def test_it_goes_on_after_an_exception_until_it_is_closed(caplog):
    calls: list[int] = []

    def work() -> None:
        calls.append(len(calls))
        if len(calls) == 1:
            raise ValueError("once")

    with caplog.at_level(logging.ERROR):
        repeating = Repeating("the work", 0.001, work)
        eventually(lambda: len(calls) > 2)
    repeating.close()
    assert "the work failed" in caplog.text
    assert not repeating._thread.is_alive()


@pytest.mark.parametrize(("now", "pause"), [(100.0, 0.5), (100.4, 1.1), (100.6, 0.9), (100.9, 0.6)])
def test_an_aligned_one_comes_in_the_middle_of_each_interval(monkeypatch, now, pause):
    monkeypatch.setattr(time, "time", lambda: now)
    repeating = Repeating("the work", 1.0, lambda: None, aligned=True)
    assert repeating._pause() == pytest.approx(pause)
    repeating.close()
