"""A job: what it says about itself, its log, its metrics and its artifacts."""

import pytest

from endpoint_client import (
    InvalidRequest,
    TrainingJob,
    TrainingJobNotFound,
    TrainingNotFinished,
)

FAST = 0.01


@pytest.fixture
def job(aws) -> TrainingJob:
    aws.create_job(HyperParameters={"epochs": "20", "penalty": '"l2"', "sagemaker_program": '"train.py"'})
    return TrainingJob.attach("churn-1")


def test_a_name_that_there_is_not_is_told_at_once(aws):
    with pytest.raises(TrainingJobNotFound, match="'no' in eu-west-1 does not exist"):
        TrainingJob.attach("no", region="eu-west-1")


def test_it_says_what_is_true_at_the_moment(aws, job):
    assert job.arn == "arn:aws:sagemaker:us-east-1:123456789012:training-job/churn-1"
    assert (job.status, job.secondary_status) == ("InProgress", "Starting")
    assert job.hyperparameters == {"epochs": 20, "penalty": "l2"}
    assert (job.failure_reason, job.training_seconds, job.billable_seconds) == (None, None, None)
    aws.end("Failed", FailureReason="no", TrainingTimeInSeconds=100, BillableTimeInSeconds=30)
    assert (job.status, job.secondary_status) == ("Failed", "Failed")
    assert (job.failure_reason, job.training_seconds, job.billable_seconds) == ("no", 100, 30)
    assert repr(job) == "TrainingJob('churn-1')"
    assert job.describe()["OutputDataConfig"]["S3OutputPath"] == "s3://artifacts/jobs"


def test_artifacts_are_there_after_the_end(aws, job):
    for name in ("model_data", "output_data"):
        with pytest.raises(TrainingNotFinished, match=rf"is InProgress \(Starting\); {name} is there after its end"):
            getattr(job, name)
    aws.end()
    assert job.model_data == "s3://artifacts/jobs/churn-1/output/model.tar.gz"
    assert job.output_data == "s3://artifacts/jobs/churn-1/output/output.tar.gz"


def test_a_job_that_failed_has_no_model(aws, job):
    aws.end("Failed", ModelArtifacts={"S3ModelArtifacts": "s3://artifacts/where/it/would/be"})
    with pytest.raises(TrainingNotFinished, match="ended as Failed without a model") as caught:
        assert job.model_data
    assert caught.value.job is job
    assert TrainingJob("churn-1").output_data.endswith("output.tar.gz")


def test_metrics_are_read_from_the_log(aws, job):
    aws.jobs["churn-1"]["AlgorithmSpecification"]["MetricDefinitions"] = [{"Name": "loss", "Regex": "loss=(.*)"}]
    aws.jobs["churn-1"]["FinalMetricDataList"] = [{"MetricName": "loss", "Value": 0.25, "Timestamp": 1.0}]
    aws.write("loss=0.5", "loss=0.25", at=3)
    assert job.metrics.values("loss")[1].tolist() == [0.5, 0.25]
    assert job.metrics.final == {"loss": 0.25}


def test_its_log_is_given_as_it_is_now(aws, job):
    aws.write("one", "two", at=3)
    assert list(job.logs()) == ["one", "two"]


def test_its_log_is_followed_beyond_its_end(aws, job):
    aws.write("one", at=1)
    aws.steps = [
        lambda: None,
        lambda: aws.write("two", at=2),
        lambda: (aws.end(), aws.write("three", at=3)),
    ]
    lines = job.logs(follow=True, poll_interval=FAST)
    assert [next(lines) for _ in range(3)] == ["one", "two", "three"]
    aws.write("late", at=2)
    assert list(lines) == ["late"]


def test_lines_of_several_instances_name_theirs(aws, job):
    aws.jobs["churn-1"]["ResourceConfig"]["InstanceCount"] = 2
    aws.write("one", at=1)
    aws.write("two", at=2, host="algo-2")
    assert list(job.logs()) == ["algo-1: one", "algo-2: two"]


def test_stopping_asks_sagemaker(aws, job):
    job.stop()
    assert job.status == "Stopping"
    aws.end("Stopped")
    with pytest.raises(InvalidRequest, match="is in status Stopped"):
        job.stop()
