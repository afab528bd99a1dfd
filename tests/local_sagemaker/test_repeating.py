import logging

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
