"""WarmStartConfig: what ended before is told to the search, and what does not fit is refused."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_sagemaker.cloud import BUCKET
from tests.local_sagemaker.training.job_cloud import UNTIL_STOPPED, channel
from tests.local_sagemaker.tuning.tuning_cloud import DISTANCE, RATE, TuningCloud, continuous, integer

IDENTICAL, TRANSFER = "IdenticalDataAndAlgorithm", "TransferLearning"


def warm(kind: str, *parents: str) -> dict[str, Any]:
    named = [{"HyperParameterTuningJobName": parent} for parent in parents]
    return {"WarmStartConfig": {"WarmStartType": kind, "ParentHyperParameterTuningJobs": named}}


@pytest.fixture(scope="module")
def parent(cloud: TuningCloud) -> str:
    """A tuning job that found the best rate, or nearly so."""
    described = cloud.tune(DISTANCE, continuous("rate", "0.299", "0.301"), jobs=4)
    return str(described["HyperParameterTuningJobName"])


def refused(cloud: TuningCloud, parent: str, kind: str = TRANSFER, **options: Any) -> str:
    request = cloud.tuning_request(**options, **warm(kind, parent))
    with pytest.raises(ClientError) as error:
        cloud.sagemaker.create_hyper_parameter_tuning_job(**request)
    assert error.value.response["Error"]["Code"] == "ValidationException"
    return str(error.value.response["Error"]["Message"])


def test_the_best_of_all_is_shown_for_identical_data(cloud, parent):
    described = cloud.tune(jobs=1, config={"RandomSeed": 3}, **warm(IDENTICAL, parent))
    assert described["HyperParameterTuningJobStatus"] == "Completed"
    assert described["OverallBestTrainingJob"] == cloud.describe_tuning(parent)["BestTrainingJob"]
    assert described["OverallBestTrainingJob"]["TuningJobName"] == parent
    assert described["BestTrainingJob"]["TuningJobName"] == described["HyperParameterTuningJobName"]
    assert described["WarmStartConfig"] == warm(IDENTICAL, parent)["WarmStartConfig"]


def test_the_search_begins_with_what_the_parents_found(cloud, parent):
    described = cloud.tune(jobs=2, strategy="Bayesian", **warm(TRANSFER, parent))
    assert "OverallBestTrainingJob" not in described
    cold = cloud.tune(jobs=2, strategy="Bayesian")
    warm_rates, cold_rates = (cloud.tried(item["HyperParameterTuningJobName"], "rate") for item in (described, cold))
    assert warm_rates != cold_rates


def test_a_static_hyperparameter_of_the_parent_may_be_tuned(cloud):
    parent = cloud.tune(jobs=1, definition={"static": {"depth": "3"}})["HyperParameterTuningJobName"]
    described = cloud.tune(DISTANCE, {**RATE, **integer("depth", "1", "9")}, jobs=1, **warm(IDENTICAL, parent))
    assert described["HyperParameterTuningJobStatus"] == "Completed"


def test_a_parent_that_is_not_there_is_refused(cloud):
    assert refused(cloud, "absent") == (
        "WarmStartConfig: there is no parent tuning job with the name absent. Check the name."
    )


def test_a_parent_that_runs_is_refused(cloud):
    parent = cloud.start_tuning(UNTIL_STOPPED)
    assert refused(cloud, parent) == (
        f"WarmStartConfig: the parent tuning job {parent} is in status InProgress, and must be Completed, Failed or "
        "Stopped: wait for its end."
    )
    cloud.sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=parent)
    cloud.tuned(parent)


def test_another_objective_is_refused(cloud, parent):
    assert refused(cloud, parent, type="Maximize") == (
        f"WarmStartConfig: the objective must be the one of the parent tuning job {parent}, Minimize loss, and is "
        "Maximize loss."
    )


def test_other_hyperparameters_are_refused(cloud, parent):
    assert refused(cloud, parent, definition={"static": {"epochs": "3"}}) == (
        "WarmStartConfig: the hyperparameters, static and tuned together, must be those of the parent tuning job "
        f"{parent}. In one of them alone: epochs."
    )


def test_another_kind_of_range_is_refused(cloud, parent):
    assert refused(cloud, parent, ranges=integer("rate", "0", "9")) == (
        "WarmStartConfig: the hyperparameter rate must be in ContinuousParameterRanges, as in the parent tuning job "
        f"{parent}, and is in IntegerParameterRanges."
    )


def test_other_data_are_refused_for_identical_data_and_taken_for_transfer_learning(cloud, parent):
    cloud.cloud.put(b"1,2", "data/other/a.csv")
    definition = {"InputDataConfig": [channel("train", f"s3://{BUCKET}/data/other/")]}
    assert refused(cloud, parent, IDENTICAL, definition=definition) == (
        f"WarmStartConfig: InputDataConfig must be the same as in the parent tuning job {parent} for the type "
        f"{IDENTICAL}: leave it as it was, or use TransferLearning."
    )
    described = cloud.tune(jobs=1, definition=definition, **warm(TRANSFER, parent))
    assert described["HyperParameterTuningJobStatus"] == "Completed"


def test_a_grid_learns_nothing_and_is_refused(cloud, parent):
    ranges = {"CategoricalParameterRanges": [{"Name": "rate", "Values": ["1"]}]}
    message = refused(cloud, parent, ranges=ranges, strategy="Grid", jobs=1)
    assert (
        message
        == "WarmStartConfig cannot be used with the strategy Grid, which learns nothing: use Bayesian or Random."
    )
