"""CreateHyperParameterTuningJob refuses what AWS refuses, in its words where known, and what is not emulated."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_sagemaker.cloud import BUCKET, IMAGE
from tests.local_sagemaker.training.job_cloud import channel
from tests.local_sagemaker.tuning.tuning_cloud import DISTANCE, RATE, TuningCloud, categorical, continuous, integer

NOT_EMULATED = "is not emulated by the local cloud"


def refused(cloud: TuningCloud, request: dict[str, Any]) -> str:
    with pytest.raises(ClientError) as error:
        cloud.sagemaker.create_hyper_parameter_tuning_job(**request)
    assert error.value.response["Error"]["Code"] == "ValidationException"
    with pytest.raises(ClientError, match="can't find a tuning job"):
        cloud.describe_tuning(request["HyperParameterTuningJobName"])
    return str(error.value.response["Error"]["Message"])


@pytest.mark.parametrize(
    ("ranges", "options", "message"),
    [
        (integer("depth", "9", "1"), {}, "IntegerParameterRanges, depth: MinValue 9 must be less than MaxValue 1."),
        (
            continuous("rate", "zero", "1"),
            {},
            "ContinuousParameterRanges, rate: MinValue 'zero' is no finite number: give one as a text, such as",
        ),
        (continuous("rate", "0", "1", ScalingType="Logarithmic"), {}, "needs a MinValue greater than 0, and it is 0"),
        (continuous("rate", "0", "1", ScalingType="ReverseLogarithmic"), {}, "needs a range within 0 <= x < 1"),
        (
            RATE,
            {"config": {"HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "accuracy"}}},
            (
                "A metric is required for this hyperparameter tuning job objective. Provide a metric in the metric "
                'definitions. The objective is "accuracy", and AlgorithmSpecification.MetricDefinitions has loss.'
            ),
        ),
        (
            RATE,
            {"jobs": 2, "parallel": 3},
            "ResourceLimits.MaxParallelTrainingJobs 3 must be at most MaxNumberOfTrainingJobs, which is 2.",
        ),
        (
            RATE,
            {"jobs": None},
            (
                "ResourceLimits must have MaxNumberOfTrainingJobs or MaxRuntimeInSeconds for the strategy Random, "
                "which would not end otherwise."
            ),
        ),
        (
            categorical(kind=["a", "b", "c"]),
            {"jobs": 10},
            (
                "You don't have enough combinations of hyperparameter ranges. The total number of hyperparameter "
                "combinations for the provided ranges [3.0] must be equal or greater than the value of "
                "MaxNumberOfJobs, [10]. Provide additional ranges."
            ),
        ),
        (
            {**RATE, **categorical(kind=["a"])},
            {"strategy": "Grid", "jobs": None},
            (
                "The strategy Grid takes categorical ranges alone, and these are others: rate. Give their values in "
                "CategoricalParameterRanges."
            ),
        ),
        (
            categorical(kind=["a", "b"], size=["1", "2"]),
            {"strategy": "Grid", "jobs": 3},
            (
                "The strategy Grid tries each of the 4 combinations once, and MaxNumberOfTrainingJobs is 3: give 4, or "
                "leave it out."
            ),
        ),
        (RATE, {"strategy": "Hyperband"}, "Strategy Hyperband and its StrategyConfig are not emulated"),
        (
            RATE,
            {"config": {"StrategyConfig": {"HyperbandStrategyConfig": {"MinResource": 1, "MaxResource": 2}}}},
            "use Bayesian, Random or Grid",
        ),
        (RATE, {"Autotune": {"Mode": "Enabled"}}, f"Autotune {NOT_EMULATED}"),
        (
            RATE,
            {
                "config": {
                    "TuningJobCompletionCriteria": {
                        "BestObjectiveNotImproving": {"MaxNumberOfTrainingJobsNotImproving": 3},
                        "ConvergenceDetected": {"CompleteOnConvergence": "Enabled"},
                    }
                }
            },
            f"TuningJobCompletionCriteria.ConvergenceDetected {NOT_EMULATED}: use TargetObjectiveMetricValue",
        ),
        (
            RATE,
            {"definition": {"static": {"rate": "1"}}},
            "The hyperparameter rate has a range and is among StaticHyperParameters: leave it out of one of them.",
        ),
        (
            continuous("_tuning_objective_metric", "0", "1"),
            {},
            "The hyperparameter _tuning_objective_metric is SageMaker's own: give the range another name.",
        ),
        (
            RATE,
            {
                "definition": {
                    "HyperParameterTuningResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
                }
            },
            "HyperParameterTuningResourceConfig and ResourceConfig cannot be used together: leave one of them out.",
        ),
    ],
)
def test_what_cannot_be_tuned_is_refused(cloud, ranges, options, message):
    assert message in refused(cloud, cloud.tuning_request(DISTANCE, ranges, **options))


def test_one_definition_of_training_jobs_is_needed(cloud):
    request = cloud.tuning_request()
    definition = request.pop("TrainingJobDefinition")
    assert refused(cloud, request) == ("TrainingJobDefinition or TrainingJobDefinitions is required: give one of them.")
    assert refused(cloud, {**request, "TrainingJobDefinition": definition, "TrainingJobDefinitions": [definition]}) == (
        "TrainingJobDefinition and TrainingJobDefinitions cannot be used together: leave one of them out."
    )
    assert refused(cloud, {**request, "TrainingJobDefinitions": [definition, definition]}) == (
        f"TrainingJobDefinitions with 2 definitions {NOT_EMULATED}: tune each of them in a job of its own."
    )


def test_an_objective_is_needed(cloud):
    request = cloud.tuning_request()
    del request["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
    assert refused(cloud, request) == "HyperParameterTuningJobObjective is required: give its Type and MetricName."


def test_a_metric_that_is_not_defined_is_named_also_where_none_is(cloud):
    request = cloud.tuning_request()
    request["TrainingJobDefinition"]["AlgorithmSpecification"] = {"TrainingImage": IMAGE, "TrainingInputMode": "File"}
    assert refused(cloud, request).endswith("AlgorithmSpecification.MetricDefinitions has none.")


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ({"InputDataConfig": [channel("train", f"s3://{BUCKET}/data/absent")]}, "No S3 objects found under S3 URL"),
        ({"RoleArn": "arn:aws:iam::123456789012:role/Nobody"}, "Could not assume role"),
        (
            {"ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 2, "VolumeSizeInGB": 1}},
            "ResourceConfig.InstanceCount 2 is not emulated",
        ),
        ({"static": {str(number): "x" for number in range(100)}}, "Member must have length less than or equal to 100"),
    ],
)
def test_what_no_training_job_can_use_is_refused_before_any_is_made(cloud, definition, message):
    before = cloud.sagemaker.list_training_jobs()["TrainingJobSummaries"]
    assert message in refused(cloud, cloud.tuning_request(definition=definition))
    assert cloud.sagemaker.list_training_jobs()["TrainingJobSummaries"] == before
