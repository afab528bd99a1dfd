"""Starting and following tuning jobs."""

import json
import pickle
import re
from typing import Any

import pytest

from endpoint_client import (
    InvalidInput,
    RolloutFailed,
    TuningClient,
    TuningFailed,
    TuningJob,
    TuningJobNotFound,
    TuningNotFinished,
    TuningStopped,
)
from tests.endpoint_client.training.scripted_aws import CREATED, MACHINE, RefusalError

FAST = 0.01


def trial(name: str, value: float | None = None, **tuned: str) -> dict[str, Any]:
    objective = {} if value is None else {"FinalHyperParameterTuningJobObjectiveMetric": metric(value)}
    return {
        "TrainingJobName": name,
        "TrainingJobArn": f"arn:aws:sagemaker:us-east-1:123456789012:training-job/{name}",
        "TrainingJobStatus": "Completed" if value is not None else "InProgress",
        "CreationTime": CREATED,
        "TunedHyperParameters": tuned,
        **objective,
    }


def metric(value: float) -> dict[str, Any]:
    return {"MetricName": "loss", "Value": value}


BEST = trial("churn-1-002-b", 0.25, C="0.5", penalty='"l2"')


@pytest.fixture
def job(aws) -> TuningJob:
    aws.create_tuning()
    return TuningJob.attach("churn-1")


def ending(aws, status, **facts):
    def end() -> None:
        aws.jobs["churn-1"] |= {"HyperParameterTuningJobStatus": status, **facts}

    return end


def test_a_tuning_that_completes_says_how_it_goes_on_and_what_is_best(aws, job, capsys):
    counters = {"Completed": 2, "InProgress": 0, "NonRetryableError": 1}
    aws.steps = [lambda: None, ending(aws, "Completed", BestTrainingJob=BEST, TrainingJobStatusCounters=counters)]
    assert job.wait(poll_interval=FAST) is job
    said = capsys.readouterr().err
    assert "InProgress: 0 completed, 1 running, 0 failed" in said
    assert "Completed: 2 completed, 0 running, 1 failed; best loss 0.25" in said
    assert said.endswith("Best: churn-1-002-b\n")
    assert job.best_training_job.name == "churn-1-002-b"
    assert job.best_hyperparameters == {"C": 0.5, "penalty": "l2"}


def test_the_table_has_the_best_first_and_those_without_an_objective_last(aws, job):
    aws.trials = [trial("a", 0.5, C="1"), BEST, trial("c", None, C="2")]
    assert [one.objective for one in job.trials()] == [0.5, 0.25, None]
    assert job.table().splitlines() == [
        "loss  C    penalty  status      training job",
        "0.25  0.5  l2       Completed   churn-1-002-b",
        "0.5   1             Completed   a",
        "      2             InProgress  c",
    ]


def test_a_plot_has_the_course_and_each_hyperparameter(aws, job, tmp_path):
    aws.trials = [trial("a", 0.5, C="1", penalty='"l1"'), BEST, trial("c", None, C="2")]
    figure = job.plot(tmp_path / "tuning.png")
    assert (tmp_path / "tuning.png").read_bytes().startswith(b"\x89PNG")
    assert [axes.get_xlabel() for axes in figure.axes] == ["trial", "C", "penalty"]
    points, best = figure.axes[0].lines
    assert points.get_ydata().tolist() == [0.5, 0.25]
    assert best.get_ydata().tolist() == [0.5, 0.25]
    assert figure.axes[1].lines[0].get_xdata().tolist() == [1.0, 0.5]


def test_a_tuning_may_begin_with_what_others_found(aws):
    start = aws._start_execution

    def start_and_create(body: dict[str, Any]) -> Any:
        aws.create_tuning(body["name"])
        return start(body)

    aws._start_execution = start_and_create
    client = TuningClient(MACHINE)
    client.tune(parents=["churn-1"], warm_start_type="TransferLearning", wait=False, poll_interval=FAST)
    assert json.loads(aws.asked("StartExecution")[0]["input"]) == {
        "WarmStartConfig": {
            "WarmStartType": "TransferLearning",
            "ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": "churn-1"}],
        }
    }
    with pytest.raises(InvalidInput, match="give a list of 1 to 5 names of tuning jobs"):
        client.tune(parents=["churn-1"] * 6)
    with pytest.raises(InvalidInput, match="parents='churn-1': give a list"):
        client.tune(parents="churn-1")
    with pytest.raises(InvalidInput, match="warm_start_type='Same': choose one of 'Identical"):
        client.tune(parents=["churn-1"], warm_start_type="Same")


def test_before_there_is_an_objective_nothing_is_best(job):
    with pytest.raises(TuningNotFinished, match="has no training job with an objective; trials"):
        _ = job.best_training_job
    with pytest.raises(TuningNotFinished) as error:
        _ = job.best_hyperparameters
    assert error.value.job is job


def test_a_tuning_that_fails_or_was_stopped_raises(aws, job):
    aws.steps = [ending(aws, "Failed", FailureReason="No training job succeeded")]
    with pytest.raises(TuningFailed, match="'churn-1' failed: No training job succeeded") as error:
        job.wait(poll_interval=FAST)
    assert (error.value.job, error.value.reason) == (job, "No training job succeeded")
    aws.create_tuning()
    job.stop()
    assert job.status == "Stopping"
    aws.steps = [ending(aws, "Stopped")]
    with pytest.raises(TuningStopped, match="'churn-1' was stopped"):
        job.wait(poll_interval=FAST)


def test_what_fails_after_a_tuning_is_told_apart(aws):
    start = aws._start_execution

    def start_and_complete(body: dict[str, Any]) -> dict[str, Any]:
        aws.create_tuning(body["name"], HyperParameterTuningJobStatus="Completed", BestTrainingJob=BEST)
        answer: dict[str, Any] = start(body)
        aws.states = ["Tune", "compare metric"]
        aws.end_execution("FAILED", error="MetricNotReached", cause="not used")
        return answer

    aws._start_execution = start_and_complete
    with pytest.raises(RolloutFailed, match="what follows it failed in state 'compare metric': MetricNotReached"):
        TuningClient(MACHINE).tune(poll_interval=FAST)


def test_a_job_that_is_not_there_is_named(aws):
    with pytest.raises(TuningJobNotFound, match=r"can't find a tuning job called nobody.*list-hyper-param"):
        TuningJob.attach("nobody")


def test_an_execution_has_the_name_of_its_job(aws, capsys):
    start = aws._start_execution

    def start_and_create(body: dict[str, Any]) -> Any:
        aws.create_tuning(body["name"])
        return start(body)

    aws._start_execution = start_and_create
    job = TuningClient(MACHINE).tune(wait=False, poll_interval=FAST)
    (request,) = aws.asked("StartExecution")
    assert request["name"] == job.name
    assert re.fullmatch(r"churn-\d{4}-\d{6}-\d{3}", job.name)
    assert json.loads(request["input"]) == {}
    assert TuningClient(MACHINE).tune(wait=False, job_name="churn-mine", poll_interval=FAST).name == "churn-mine"
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["other-1", "churn", "churn-", "churn-a_b", "churn-" + "x" * 27])
def test_a_name_that_no_job_of_it_has_is_refused(aws, name):
    with pytest.raises(InvalidInput, match=r"job_name=.*: give 'churn-' and what you like, 32 letters"):
        TuningClient(MACHINE).tune(job_name=name)
    assert aws.requests == []


def test_what_was_used_before_or_is_refused_is_told(aws):
    aws.refusals["StartExecution"] = [RefusalError("ExecutionAlreadyExists", "Execution Already Exists")]
    with pytest.raises(InvalidInput, match=r"'churn-1' was used before.*TuningJob.attach"):
        TuningClient(MACHINE).tune(job_name="churn-1")
    aws.steps = [lambda: None, lambda: aws.end_execution("FAILED", error="SageMaker.Error", cause="no such metric")]
    with pytest.raises(TuningFailed, match=r"was not created: SageMaker\.Error: no such metric"):
        TuningClient(MACHINE).tune(wait=False, poll_interval=FAST)


def test_it_travels_to_another_process(job):
    again = pickle.loads(pickle.dumps(job))
    assert (again.name, again.status) == ("churn-1", "InProgress")
    assert repr(again) == "TuningJob('churn-1')"
    assert repr(TuningClient(MACHINE)) == f"TuningClient({MACHINE!r})"
