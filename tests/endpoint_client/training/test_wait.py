"""Waiting for the end of a job: what is shown, and what is raised."""

import os
import pickle
import signal
import time

import pytest

from endpoint_client import (
    TrainingFailed,
    TrainingJob,
    TrainingStopped,
)
from tests.endpoint_client.training.scripted_aws import RefusalError

FAST = 0.01


@pytest.fixture
def job(aws) -> TrainingJob:
    aws.create_job(HyperParameters={"epochs": "20", "penalty": '"l2"', "sagemaker_program": '"train.py"'})
    return TrainingJob.attach("churn-1")


def test_waiting_ends_with_the_job(aws, job, capsys):
    aws.steps = [lambda: None] * 2 + [aws.end]
    assert job.wait(poll_interval=FAST) is job
    assert job.status == "Completed"
    assert "Model: s3://artifacts/jobs/churn-1/output/model.tar.gz (72 s billed)" in capsys.readouterr().err


def test_a_failure_has_its_reason_and_the_last_lines(aws, job, capsys):
    aws.write(*[f"line {number}" for number in range(30)], at=1)
    aws.end("Failed", FailureReason='AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nCommand "train.py"')
    for logs in (True, False):
        with pytest.raises(TrainingFailed) as caught:
            job.wait(logs, poll_interval=FAST)
        error = caught.value
        assert error.reason.startswith("AlgorithmError")
        assert error.last_lines == tuple(f"line {number}" for number in range(10, 30))
        assert error.job is job
        assert "failed: AlgorithmError" in str(error)
        assert str(error).endswith("The last 20 lines of its log:\n" + "\n".join(f"    {x}" for x in error.last_lines))
        assert ("line 3\n" in capsys.readouterr().err) is logs


def test_a_failure_without_a_log_still_has_its_reason(aws, job):
    aws.end("Failed", FailureReason="CapacityError: none")
    with pytest.raises(TrainingFailed, match=r"failed: CapacityError: none$") as caught:
        job.wait(poll_interval=FAST)
    assert caught.value.last_lines == ()


@pytest.mark.parametrize(
    ("secondary", "reason"),
    [("Stopped", "somebody stopped it"), ("MaxRuntimeExceeded", "max_run"), ("MaxWaitTimeExceeded", "max_wait")],
)
def test_a_stopped_job_says_why(aws, job, secondary, reason):
    aws.end("Stopped", SecondaryStatus=secondary)
    with pytest.raises(TrainingStopped, match=reason) as caught:
        job.wait(poll_interval=FAST)
    assert caught.value.job is job


def test_logs_that_may_not_be_read_do_not_end_the_wait(aws, job, capsys):
    aws.refusals["DescribeLogStreams"] = [RefusalError("AccessDeniedException", "not authorized")] * 9
    aws.steps = [lambda: None] * 2 + [lambda: aws.end("Failed", FailureReason="no")]
    with pytest.raises(TrainingFailed) as caught:
        job.wait(poll_interval=FAST)
    assert caught.value.last_lines == ()
    assert capsys.readouterr().err.count("The log is not shown: ") == 1


def test_a_right_that_is_lost_after_the_end_is_told_too(aws, job, capsys):
    aws.write("one", at=1)
    refused = [RefusalError("AccessDeniedException", "not authorized")]
    aws.steps = [lambda: None] * 3 + [lambda: (aws.end(), aws.refusals.update(DescribeLogStreams=[None, *refused]))]
    job.wait(poll_interval=FAST)
    assert capsys.readouterr().err.count("The log is not shown: ") == 1


def test_an_error_that_passes_does_not_end_the_wait(aws, job, monkeypatch):
    aws.refusals["DescribeTrainingJob"] = [RefusalError("ThrottlingException", "slow")] * 12
    aws.steps = [aws.end]
    real = time.sleep
    monkeypatch.setattr("time.sleep", lambda seconds: real(min(seconds, 0.001)))
    job.wait(poll_interval=FAST)
    assert aws.refusals["DescribeTrainingJob"] == []


def test_an_interruption_leaves_it_running_and_says_how_to_come_back(aws, job, capsys):
    aws.steps = [*[lambda: None] * 3, lambda: os.kill(os.getpid(), signal.SIGINT)]
    # A shell that runs the tests in the background has them ignore the signal.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            job.wait(poll_interval=FAST)
    finally:
        signal.signal(signal.SIGINT, before)
    assert "Come back with TrainingJob.attach('churn-1').wait()" in capsys.readouterr().err
    assert aws.asked("StopTrainingJob") == []


def test_coming_back_finds_what_follows_the_job(aws, job, capsys):
    aws.execute()
    aws.states.append("Update endpoint")
    aws.steps = [lambda: None, lambda: None, aws.end, *[lambda: None] * 3, aws.end_execution]
    job.wait(poll_interval=FAST)
    assert "Update endpoint" in capsys.readouterr().err


def test_a_job_that_ended_long_ago_is_not_waited_for(aws, job):
    aws.end(TrainingEndTime=time.time() - 3600)
    aws.write("one", at=1)
    started = time.monotonic()
    job.wait(poll_interval=5)
    assert time.monotonic() - started < 5


def test_an_error_with_its_job_survives_the_way_to_another_process(aws, job):
    aws.end("Failed", FailureReason="no")
    with pytest.raises(TrainingFailed) as caught:
        job.wait(poll_interval=FAST)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert copy.reason == "no"
    assert copy.job.name == "churn-1"
    assert copy.job.status == "Failed"


def test_progress_goes_to_stderr_only(aws, job, capsys):
    aws.enter("Training", "on")
    aws.end()
    job.wait(logs=False, poll_interval=FAST)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[:2] == ["Training job churn-1", "0:00:00 Training: on"]
