import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Template

from constructs_lib import (
    CategoricalRange,
    ConfigurationError,
    ContinuousRange,
    IntegerRange,
    MetricThreshold,
    SklearnTraining,
    SklearnTuning,
    SpotTraining,
)
from tests.constructs_lib.service_requests import problems
from tests.constructs_lib.training.synthesized import F1, actions, machine, statements

DESCRIBE = "sagemaker:DescribeTrainingJob"
RANGES: dict[str, Any] = {
    "C": ContinuousRange(minimum=0.001, maximum=10, scaling="Logarithmic"),
    "depth": IntegerRange(minimum=1, maximum=8),
    "penalty": CategoricalRange(values=["l1", "l2", None]),
}


@pytest.fixture
def training(stack: cdk.Stack, tmp_path) -> SklearnTraining:
    script = tmp_path / "train.py"
    script.write_text("print('f1=0.5')", encoding="utf-8")
    return SklearnTraining(
        stack,
        "Training",
        entry_point=script,
        inputs={"train": "s3://data/train/"},
        hyperparameters={"C": 1.0, "epochs": 20},
        metric_definitions=[F1],
        spot=SpotTraining(max_wait=cdk.Duration.days(2)),
        tags={"team": "churn"},
        training_name="churn",
    )


def tuned(stack: cdk.Stack, training: SklearnTraining, **options: Any) -> SklearnTuning:
    given: dict[str, Any] = {"objective": F1.name, "ranges": RANGES, **options}
    return SklearnTuning(stack, "Tuner", training=training, **given)


def request_of(stack: cdk.Stack) -> dict[str, Any]:
    """What a tuning's state machine asks for."""
    found = Template.from_stack(stack).find_resources("AWS::StepFunctions::StateMachine")
    (tuner,) = [one for key, one in found.items() if key.startswith("Tuner")]
    parts = tuner["Properties"]["DefinitionString"]["Fn::Join"][1]
    text = "".join(part if isinstance(part, str) else "known-at-deployment-only" for part in parts)
    request: dict[str, Any] = json.loads(text)["States"]["Tune"]["Parameters"]
    return request


def test_the_job_is_one_that_the_api_takes(stack, training):
    options = {"max_jobs": 30, "max_parallel_jobs": 3, "early_stopping": True, "target": 0.9, "random_seed": 7}
    tuned(stack, training, max_run=cdk.Duration.hours(5), **options)
    request = request_of(stack)
    assert problems("CreateHyperParameterTuningJob", request) == ""
    config = request["HyperParameterTuningJobConfig"]
    assert config["ResourceLimits"] == {
        "MaxNumberOfTrainingJobs": 30,
        "MaxParallelTrainingJobs": 3,
        "MaxRuntimeInSeconds": 18_000,
    }
    assert config["HyperParameterTuningJobObjective"] == {"Type": "Maximize", "MetricName": F1.name}
    assert config["TrainingJobEarlyStoppingType"] == "Auto"
    assert config["TuningJobCompletionCriteria"] == {"TargetObjectiveMetricValue": 0.9}
    assert config["RandomSeed"] == 7
    assert {kind: len(ranges) for kind, ranges in config["ParameterRanges"].items()} == {
        "IntegerParameterRanges": 1,
        "ContinuousParameterRanges": 1,
        "CategoricalParameterRanges": 1,
    }
    assert request["Tags"] == [{"Key": "team", "Value": "churn"}]


def test_its_training_jobs_are_the_trainings_without_what_is_tuned(stack, training):
    tuned(stack, training)
    job = request_of(stack)["TrainingJobDefinition"]
    assert {name for name in job["StaticHyperParameters"] if not name.startswith("sagemaker_")} == {"epochs"}
    assert json.loads(job["StaticHyperParameters"]["sagemaker_program"]) == "train.py"
    assert [channel["ChannelName"] for channel in job["InputDataConfig"]] == ["train"]
    assert job["EnableManagedSpotTraining"] is True
    assert "CheckpointConfig" not in job


def test_an_execution_may_give_parents_and_nothing_else(stack, training):
    tuned(stack, training)
    found = Template.from_stack(stack).find_resources("AWS::StepFunctions::StateMachine")
    (tuner,) = [one for key, one in found.items() if key.startswith("Tuner")]
    parts = tuner["Properties"]["DefinitionString"]["Fn::Join"][1]
    text = "".join(part if isinstance(part, str) else "known-at-deployment-only" for part in parts)
    states = json.loads(text)["States"]
    with_parents = states["Tune from others"]["Parameters"]
    assert with_parents.pop("WarmStartConfig.$") == "$.input.WarmStartConfig"
    assert with_parents == states["Tune"]["Parameters"]
    assert text.count("$.input.") == 2


def test_a_grid_has_as_many_jobs_as_it_takes(stack, training):
    tuned(stack, training, strategy="Grid", ranges={"penalty": RANGES["penalty"]})
    assert request_of(stack)["HyperParameterTuningJobConfig"]["ResourceLimits"] == {"MaxParallelTrainingJobs": 2}


def test_what_follows_a_training_follows_the_best_of_a_tuning(stack, training):
    tuning = tuned(stack, training, tuning_name="tuner")
    tuning.publish_to("/churn/model-data", when=MetricThreshold(metric=F1.name, at_least=0.8))
    found = Template.from_stack(stack).find_resources("AWS::StepFunctions::StateMachine")
    (tuner,) = [one for key, one in found.items() if key.startswith("Tuner")]
    text = "".join(part for part in tuner["Properties"]["DefinitionString"]["Fn::Join"][1] if isinstance(part, str))
    for part in ("$.tuning.BestTrainingJob.TrainingJobName", "sagemaker:describeTrainingJob", "ssm:putParameter"):
        assert part in text
    assert tuning.failure_alarm.alarm_name
    assert tuning.failure_topic.topic_arn
    assert tuner["Properties"]["StateMachineName"] == "tuner"


def test_the_state_machine_may_run_these_jobs_and_no_others(stack, training):
    tuned(stack, training, tuning_name="tuner")
    found = list(statements(stack, "TunerMachineRole"))
    (jobs,) = [one for one in found if "sagemaker:CreateHyperParameterTuningJob" in one["Action"]]
    assert "hyper-parameter-tuning-job/tuner-*" in json.dumps(jobs["Resource"])
    (looks,) = [one for one in found if one["Action"] in (DESCRIBE, [DESCRIBE])]
    assert "training-job/tuner-*" in json.dumps(looks["Resource"])
    assert "iam:PassRole" in actions(stack, "TunerMachineRole")
    assert "log-stream:tuner-*" in json.dumps(list(statements(stack, "TrainingRole")))


def test_who_may_start_may_also_follow_and_stop(stack, training):
    caller = iam.Role(stack, "Caller", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    assert tuned(stack, training).grant_start(caller).success
    assert actions(stack, "Caller") == {
        "cloudformation:DescribeStacks",
        "sagemaker:DescribeHyperParameterTuningJob",
        "sagemaker:DescribeTrainingJob",
        "sagemaker:ListTrainingJobsForHyperParameterTuningJob",
        "sagemaker:StopHyperParameterTuningJob",
        "states:DescribeExecution",
        "states:GetExecutionHistory",
        "states:StartExecution",
        "states:StopExecution",
    }


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"objective": "auc"}, "objective 'auc' is not among the metric_definitions of the training, which are 'valid"),
        ({"ranges": {}}, "ranges has 0 entries; give 1 to 30"),
        ({"goal": "Max"}, "goal is 'Max'; choose one of 'Maximize', 'Minimize'"),
        ({"strategy": "Hyperband"}, "strategy is 'Hyperband'; choose one of 'Bayesian', 'Random', 'Grid'"),
        ({"strategy": "Grid"}, "strategy is 'Grid' and range 'C' is not categorical"),
        ({"max_jobs": 0}, "max_jobs is 0; give 1 to 750"),
        ({"max_jobs": 2, "max_parallel_jobs": 3}, "max_parallel_jobs is 3; give 1 to max_jobs, which is 2"),
        ({"tuning_name": "a-name-that-is-too-long"}, "tuning_name 'a-name-that-is-too-long' is not a name; use a lit"),
        ({"ranges": {"C": ContinuousRange(minimum=2, maximum=1)}}, "range 'C' goes from 2 to 1; give a maximum above"),
    ],
)
def test_what_is_given_wrong_is_named(stack, training, options, message):
    with pytest.raises(ConfigurationError) as error:
        tuned(stack, training, **options)
    assert message in str(error.value)


def test_a_training_has_a_machine_of_its_own_still(stack, training):
    assert "Train" in machine(stack)["States"]
