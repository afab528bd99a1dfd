"""How an execution ended stays so."""

import datetime as dt

import pytest

from tests.local_sagemaker.cloud import eventually
from tests.local_sagemaker.moto_mends import engine_alone

LONG = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 600, "End": True}}}


@pytest.mark.parametrize("ending", ["set_error", "set_timed_out"])
@pytest.mark.parametrize("is_mended", [False, True], ids=["moto alone", "mended"])
def test_what_fails_after_a_stop_does_not_change_how_it_ended(empty_moto: None, is_mended: bool, ending: str) -> None:
    engine_alone.prepare(mended=is_mended)
    execution = engine_alone.start(LONG)
    eventually(lambda: execution.exec_worker.env is not None)
    environment = execution.exec_worker.env
    eventually(environment.is_running)
    environment.set_stop(stop_date=dt.datetime.now(tz=dt.UTC), cause=None, error=None)
    if ending == "set_error":
        environment.set_error(error={"error": "E"})
    else:
        environment.set_timed_out()
    eventually(lambda: execution.status != "RUNNING")
    alone = {"set_error": "FAILED", "set_timed_out": "TIMED_OUT"}[ending]
    assert execution.status == ("ABORTED" if is_mended else alone)


def test_a_running_execution_fails_and_times_out_as_before(empty_moto: None) -> None:
    engine_alone.prepare(mended=True)
    failed = engine_alone.run({"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E"}}})
    assert (failed.status, failed.error) == ("FAILED", "E")
    assert engine_alone.run({**LONG, "TimeoutSeconds": 1}).status == "TIMED_OUT"
