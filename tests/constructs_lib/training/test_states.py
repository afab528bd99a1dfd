from typing import Any

import pytest

from constructs_lib import MetricThreshold
from constructs_lib.jobs.workflow import States, Step, definition
from constructs_lib.training.states import check_metric, checkpoints_of_a_job, collect_settings, publish, train
from tests.constructs_lib.service_requests import problems

JOB: dict[str, Any] = {"RoleArn": "role"}


def collected(channels: list[dict[str, Any]]) -> States:
    step = collect_settings(
        hyperparameters={"C": "1"},
        channels=channels,
        framework={"sagemaker_program": '"train.py"'},
        name_prefix="churn",
    )
    return step.states("Train")


def successors(state: dict[str, Any]) -> set[str]:
    found = {state[name] for name in ("Next", "Default") if name in state}
    found |= {rule["Next"] for name in ("Choices", "Catch") for rule in state.get(name, [])}
    return found


def reachable(machine: dict[str, Any]) -> set[str]:
    found, waiting = set(), {machine["StartAt"]}
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= successors(machine["States"][name]) - found
    return found


@pytest.mark.parametrize("channels", [[], [{"ChannelName": "train"}]], ids=["without data", "with data"])
def test_every_state_is_reached_and_leads_somewhere(channels):
    steps = [
        collect_settings(hyperparameters={}, channels=channels, framework={}, name_prefix="churn"),
        train(JOB, partition="aws", always_with_data=bool(channels)),
        check_metric(MetricThreshold(metric="f1", at_least=0.5, at_most=0.9), "Churn"),
        publish("aws", "/churn/model", "/churn/model"),
    ]
    machine = definition("Trains", steps)
    assert reachable(machine) == set(machine["States"])


def test_an_execution_may_name_its_job_and_set_values_and_data_and_nothing_else():
    states = collected([{"ChannelName": "train"}])
    (named,) = states["Is the job named"]["Choices"]
    assert named == {
        "Variable": "$$.Execution.Name",
        "StringMatches": "churn-*",
        "Next": "Name the job as asked",
    }
    used = {word for state in states.values() for word in str(state).split("'") if "$.input" in word}
    assert {word for text in used for word in text.replace(",", " ").split() if word.startswith("$.input")} == {
        "$.input.HyperParameters",
        "$.input.InputDataConfig",
    }


def test_what_the_image_needs_stands_above_what_is_given():
    (run,) = train(JOB, partition="aws", always_with_data=True).states("Done").values()
    assert run["Parameters"]["HyperParameters.$"] == (
        "States.JsonMerge($.script.hyperparameters, $.image.hyperparameters, false)"
    )
    assert (
        collected([])["Add what the image needs"]["Parameters"]["hyperparameters"]["sagemaker_program"] == '"train.py"'
    )


def test_without_channels_of_its_own_a_job_may_have_none():
    states = train(JOB, partition="aws-cn", always_with_data=False).states("Done")
    assert "InputDataConfig.$" in states["Train"]["Parameters"]
    assert "InputDataConfig.$" not in states["Train without data"]["Parameters"]
    assert {state["Resource"] for state in states.values()} == {"arn:aws-cn:states:::sagemaker:createTrainingJob.sync"}
    assert collected([])["Are channels given"]["Default"] == "Train without data"
    assert collected([{"ChannelName": "train"}])["Are channels given"]["Default"] == "Train"


def test_the_limits_of_a_metric_hold_both():
    states = check_metric(MetricThreshold(metric="a'b", at_least=0.5, at_most=0.9), "Churn").states("Next")
    assert states["Churn: read metric"]["Parameters"] == {
        "values.$": "$.result.FinalMetricDataList[?(@.MetricName == 'a\\'b')].Value"
    }
    _, within = states["Churn: compare metric"]["Choices"]
    assert within["And"] == [
        {"Variable": "$.metric.values[0]", "NumericGreaterThanEquals": 0.5},
        {"Variable": "$.metric.values[0]", "NumericLessThanEquals": 0.9},
    ]
    assert states["Churn: metric not reached"]["Cause"] == (
        "The model does not have a a'b of at least 0.5 and at most 0.9: it is not used."
    )


def test_a_parameter_is_written_as_systems_manager_takes_it():
    step: Step = publish("aws", "/churn/model", "x")
    (task,) = step.states("Done").values()
    assert problems("PutParameter", task["Parameters"], "ssm") == ""


def test_each_job_keeps_its_checkpoints_below_its_name():
    assert checkpoints_of_a_job("s3://b/checkpoints/", "/opt/ml/checkpoints") == {
        "S3Uri.$": "States.Format('s3://b/checkpoints/{}', $.job.name)",
        "LocalPath": "/opt/ml/checkpoints",
    }
