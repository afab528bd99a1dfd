"""What a tuning job was asked to do, read once."""

from typing import Any

import pytest

from local_sagemaker.tuning.plan import TuningPlan
from tests.local_sagemaker.tuning.tuning_cloud import METRICS, categorical, continuous

INSTANCE = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5}


def request(ranges: Any = None, *, kind: str = "Minimize", definition: Any = None, **config: Any) -> dict[str, Any]:
    return {
        "HyperParameterTuningJobName": "tuning",
        "HyperParameterTuningJobConfig": {
            "Strategy": "Random",
            "HyperParameterTuningJobObjective": {"Type": kind, "MetricName": "loss"},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 4, "MaxParallelTrainingJobs": 2},
            "ParameterRanges": ranges or continuous("rate", "0", "1"),
            **config,
        },
        "TrainingJobDefinition": {
            "StaticHyperParameters": {"epochs": "3"},
            "AlgorithmSpecification": {
                "TrainingImage": "image",
                "TrainingInputMode": "File",
                "MetricDefinitions": METRICS,
            },
            "RoleArn": "role",
            "ResourceConfig": INSTANCE,
            **(definition or {}),
        },
    }


def test_a_training_job_gets_what_the_definition_says_without_what_is_of_tuning():
    plan = TuningPlan.read({**request(definition={"DefinitionName": "one"}), "Tags": [{"Key": "a", "Value": "b"}]})
    assert plan.training_request("tuning-001", {"rate": "0.5"}) == {
        "TrainingJobName": "tuning-001",
        "HyperParameters": {"epochs": "3", "_tuning_objective_metric": "loss", "rate": "0.5"},
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File", "MetricDefinitions": METRICS},
        "RoleArn": "role",
        "ResourceConfig": INSTANCE,
        "Tags": [{"Key": "a", "Value": "b"}],
    }


def test_the_first_of_several_instances_is_used():
    several = {"VolumeKmsKeyId": "key", "InstanceConfigs": [INSTANCE, {**INSTANCE, "InstanceType": "ml.m5.xlarge"}]}
    plan = TuningPlan.read(request(definition={"HyperParameterTuningResourceConfig": several}))
    assert plan.resource_config == {**INSTANCE, "VolumeKmsKeyId": "key"}
    assert "HyperParameterTuningResourceConfig" not in plan.training_request("tuning-001", {})


@pytest.mark.parametrize(
    ("kind", "value", "reached"),
    [
        ("Minimize", 0.4, True),
        ("Minimize", 0.5, True),
        ("Minimize", 0.6, False),
        ("Maximize", 0.4, False),
        ("Maximize", 0.5, True),
        ("Maximize", 0.6, True),
    ],
)
def test_a_target_is_reached_when_it_is_met(kind, value, reached):
    criteria = {"TargetObjectiveMetricValue": 0.5}
    assert TuningPlan.read(request(kind=kind, TuningJobCompletionCriteria=criteria)).reaches_target(value) is reached
    assert not TuningPlan.read(request(kind=kind)).reaches_target(value)


def test_a_grid_counts_its_own_training_jobs():
    grid = categorical(kind=["a", "b"], size=["1", "2", "3"])
    limits = {"MaxParallelTrainingJobs": 2}
    assert TuningPlan.read(request(grid, Strategy="Grid", ResourceLimits=limits)).most_jobs == 6
    assert TuningPlan.read(request(ResourceLimits=limits)).most_jobs is None
