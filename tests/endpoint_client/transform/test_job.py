"""Following transform jobs: their progress, their end, and what their log says of the data."""

import pickle

import pytest

from endpoint_client import (
    TransformFailed,
    TransformJob,
    TransformJobNotFound,
    TransformNotFinished,
    TransformStopped,
)

FAST = 0.01


def ending(aws, status, **facts):
    def end() -> None:
        aws.jobs["churn-1"] |= {"TransformJobStatus": status, **facts}

    return end


@pytest.fixture
def job(aws):
    aws.create_transform()
    return TransformJob.attach("churn-1")


def test_a_job_that_completes_says_where_its_output_is(aws, job, capsys):
    aws.steps = [lambda: None, ending(aws, "Completed")]
    assert job.wait(poll_interval=FAST) is job
    said = capsys.readouterr().err
    assert "Transform job churn-1" in said
    assert "InProgress" in said
    assert said.endswith("Output: s3://predictions/transform/churn-1/\n")
    assert job.failure_reason is None
    assert job.output_path == "s3://predictions/transform/churn-1/"


def test_a_job_that_fails_raises_with_what_its_log_says_of_the_data(aws, job):
    aws.streams["churn-1/i-1"] = [(1, "of the container")]
    aws.streams["churn-1/i-1/data-log"] = [(2, "customers/a.csv: record 3: Bad HTTP status received")]
    aws.steps = [ending(aws, "Failed", FailureReason="ClientError: See job logs for more information")]
    with pytest.raises(TransformFailed) as error:
        job.wait(poll_interval=FAST)
    assert error.value.job is job
    assert error.value.reason == "ClientError: See job logs for more information"
    assert error.value.lines == ("customers/a.csv: record 3: Bad HTTP status received",)
    assert str(error.value).endswith("Of the data, its log says:\n    " + error.value.lines[0])
    assert TransformJob("churn-1").failure_reason == "ClientError: See job logs for more information"


def test_a_job_that_was_stopped_raises(aws, job):
    job.stop()
    assert job.status == "Stopping"
    aws.steps = [ending(aws, "Stopped")]
    with pytest.raises(TransformStopped, match="'churn-1' was stopped"):
        job.wait(poll_interval=FAST)


def test_output_is_there_after_the_end(job):
    with pytest.raises(TransformNotFinished, match="is InProgress; its output is there after its end") as error:
        list(job.outputs())
    assert error.value.job is job


def test_a_job_that_is_not_there_is_named(aws):
    with pytest.raises(TransformJobNotFound, match=r"'nobody' in us-east-1: Could not find .*list-transform-jobs"):
        TransformJob.attach("nobody")


def test_an_interruption_leaves_it_running_and_says_how_to_come_back(aws, job, capsys):
    def interrupt() -> None:
        raise KeyboardInterrupt

    job.describe = interrupt
    with pytest.raises(KeyboardInterrupt):
        job.wait(poll_interval=FAST)
    assert "The job goes on. Come back with TransformJob.attach('churn-1').wait()" in capsys.readouterr().err


def test_it_travels_to_another_process(job):
    again = pickle.loads(pickle.dumps(job))
    assert (again.name, again.status) == ("churn-1", "InProgress")
    assert repr(again) == "TransformJob('churn-1')"
