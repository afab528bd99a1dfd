"""Waits and the intervals of retries pass at the local cloud's pace, and end with the execution."""

import datetime as dt
import time

import pytest

from tests.local_sagemaker.cloud import eventually
from tests.local_sagemaker.moto_mends import engine_alone

RETRIED = {
    "Type": "Parallel",
    "Branches": [{"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E", "Cause": "c"}}}],
    "End": True,
}


def seconds_of(definition: object) -> float:
    began = time.monotonic()
    engine_alone.run(definition)
    return time.monotonic() - began


@pytest.mark.parametrize("is_mended", [False, True], ids=["moto alone", "mended"])
def test_a_wait_of_a_minute_takes_a_second(empty_moto: None, is_mended: bool) -> None:
    engine_alone.prepare(mended=is_mended)
    waits = {"StartAt": "W", "States": {"W": {"Type": "Wait", "SecondsPath": "$.seconds", "End": True}}}
    began = time.monotonic()
    execution = engine_alone.start(waits, {"seconds": 60 if is_mended else 2})
    eventually(lambda: execution.status != "RUNNING")
    assert time.monotonic() - began >= 0.95
    assert time.monotonic() - began < 1.95 if is_mended else time.monotonic() - began > 1.95


@pytest.mark.parametrize("is_mended", [False, True], ids=["moto alone", "mended"])
def test_retries_come_after_their_intervals_each_longer_than_the_last(empty_moto: None, is_mended: bool) -> None:
    engine_alone.prepare(mended=is_mended)
    interval = 20 if is_mended else 1
    retry = [{"ErrorEquals": ["E"], "IntervalSeconds": interval, "BackoffRate": 2, "MaxAttempts": 2}]
    definition = {"StartAt": "P", "States": {"P": {**RETRIED, "Retry": retry}}}
    # 20 and 40 seconds of AWS take one here, 1 and 2 real seconds three.
    took = seconds_of(definition)
    assert (0.95 < took < 2.5) if is_mended else took > 2.9


@pytest.mark.parametrize("is_mended", [False, True], ids=["moto alone", "mended"])
def test_the_interval_before_a_retry_ends_with_the_execution(empty_moto: None, is_mended: bool) -> None:
    engine_alone.prepare(mended=is_mended)
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 600 if is_mended else 3, "MaxAttempts": 1}]
    execution = engine_alone.start({"StartAt": "P", "States": {"P": {**RETRIED, "Retry": retry}}})
    eventually(lambda: execution.exec_worker.env is not None)
    time.sleep(0.5)
    began = time.monotonic()
    execution.stop(stop_date=dt.datetime.now(tz=dt.UTC), error=None, cause=None)
    eventually(lambda: execution.status != "RUNNING")
    assert execution.status == "ABORTED"
    assert (time.monotonic() - began < 1.5) == is_mended
