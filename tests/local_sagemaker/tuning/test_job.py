"""The life of a tuning job: how many training jobs it makes, what it learns of them, and how it ends."""

import re
from typing import Any

import pytest

from local_sagemaker.tuning import jobs
from local_sagemaker.tuning.ranges import parse
from local_sagemaker.tuning.search import Search
from tests.local_sagemaker.cloud import ACCOUNT, REGION, eventually
from tests.local_sagemaker.training.job_cloud import UNTIL_STOPPED, job_rights, pid_of
from tests.local_sagemaker.tuning.tuning_cloud import DISTANCE, RATE, categorical, continuous, integer

FAILS = "raise ValueError('no rows')"
# The first epochs come at once, and then it waits to be stopped; the objective is the rate itself.
EPOCHS = """
import signal, sys, time
arguments = dict(zip(sys.argv[1::2], sys.argv[2::2]))
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
loss = arguments["--loss"]
for epoch in range(3):
    print(f"epoch {epoch} loss={loss}", flush=True)
if loss == "9":
    time.sleep(60)
"""


def first_of(ranges: dict[str, Any], seed: int) -> dict[str, str]:
    """Give what a random search with a seed tries first."""
    return Search(parse(ranges), strategy="Random", maximize=False, seed=seed, most_jobs=2).ask().values


def test_a_training_job_is_given_the_static_hyperparameters_the_tuned_ones_and_the_objective(cloud):
    ranges = {**RATE, **integer("depth", "2", "4"), **categorical(kind=['"a"', '"b"'])}
    described = cloud.tune(DISTANCE, ranges, definition={"static": {"epochs": "3"}}, Tags=[{"Key": "k", "Value": "v"}])
    best = described["BestTrainingJob"]
    training = cloud.describe(best["TrainingJobName"])
    hyperparameters = training["HyperParameters"]
    assert hyperparameters["_tuning_objective_metric"] == "loss"
    assert hyperparameters["epochs"] == "3"
    assert set(best["TunedHyperParameters"]) == {"rate", "depth", "kind"}
    assert {name: hyperparameters[name] for name in best["TunedHyperParameters"]} == best["TunedHyperParameters"]
    assert hyperparameters["kind"] in ('"a"', '"b"')
    assert training["TuningJobArn"] == described["HyperParameterTuningJobArn"]
    assert cloud.sagemaker.list_tags(ResourceArn=training["TrainingJobArn"])["Tags"] == [{"Key": "k", "Value": "v"}]
    # The toolkit keeps the name of the objective from the script.
    lines = cloud.lines(best["TrainingJobName"])
    assert "arguments ['--depth', '--epochs', '--kind', '--rate']" in lines


def test_the_instance_may_be_given_as_the_sdk_gives_it(cloud):
    instance = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 5}
    other = {**instance, "InstanceType": "ml.m5.2xlarge"}
    for given in (instance, {"AllocationStrategy": "Prioritized", "InstanceConfigs": [instance, other]}):
        request = cloud.tuning_request(jobs=1, definition={"HyperParameterTuningResourceConfig": given})
        del request["TrainingJobDefinition"]["ResourceConfig"]
        cloud.sagemaker.create_hyper_parameter_tuning_job(**request)
        described = cloud.tuned(request["HyperParameterTuningJobName"])
        assert described["TrainingJobDefinition"]["ResourceConfig"] == instance
        assert described["TrainingJobDefinition"]["HyperParameterTuningResourceConfig"] == given
        assert cloud.describe(described["BestTrainingJob"]["TrainingJobName"])["ResourceConfig"] == instance


def test_a_grid_tries_every_combination_once(cloud):
    script = "import sys; print('loss=1')"
    described = cloud.tune(
        script, categorical(kind=["a", "b"], size=["1", "2"]), strategy="Grid", jobs=None, parallel=2
    )
    trials = cloud.trials(described["HyperParameterTuningJobName"])
    tried = sorted((trial["TunedHyperParameters"]["kind"], trial["TunedHyperParameters"]["size"]) for trial in trials)
    assert tried == [("a", "1"), ("a", "2"), ("b", "1"), ("b", "2")]


def test_a_bayesian_search_is_the_same_for_the_same_seed(cloud):
    tried = []
    for seed in (1, 1, 2):
        described = cloud.tune(jobs=4, strategy="Bayesian", config={"RandomSeed": seed})
        tried.append(cloud.tried(described["HyperParameterTuningJobName"], "rate"))
    assert tried[0] == tried[1] != tried[2]


def test_the_greatest_objective_is_the_best_where_it_is_maximized(cloud):
    described = cloud.tune(jobs=3, type="Maximize")
    values = [
        trial["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]
        for trial in cloud.trials(described["HyperParameterTuningJobName"])
    ]
    best = described["BestTrainingJob"]["FinalHyperParameterTuningJobObjectiveMetric"]
    assert best == {"Type": "Maximize", "MetricName": "loss", "Value": max(values)}


def test_no_more_training_jobs_run_at_once_than_may(cloud):
    name = cloud.start_tuning(UNTIL_STOPPED, parallel=2, jobs=3)
    eventually(lambda: len(cloud.trials(name)) == 2)
    described = cloud.describe_tuning(name)
    assert described["HyperParameterTuningJobStatus"] == "InProgress"
    assert described["TrainingJobStatusCounters"]["InProgress"] == 2
    assert described["ObjectiveStatusCounters"] == {"Succeeded": 0, "Pending": 2, "Failed": 0}
    assert "BestTrainingJob" not in described
    cloud.in_status(cloud.trials(name)[0]["TrainingJobName"], "Training")
    cloud.sagemaker.stop_training_job(TrainingJobName=cloud.trials(name)[0]["TrainingJobName"])
    eventually(lambda: len(cloud.trials(name)) == 3)
    assert [trial["TrainingJobStatus"] for trial in cloud.trials(name)].count("Stopped") == 1
    cloud.sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    assert cloud.tuned(name)["HyperParameterTuningJobStatus"] == "Stopped"


def test_training_jobs_without_an_objective_do_not_end_the_search(cloud):
    script = "import sys; print('loss=1') if 'a' in sys.argv else None"
    described = cloud.tune(script, categorical(kind=["a", "b"]), strategy="Grid", jobs=None)
    assert described["HyperParameterTuningJobStatus"] == "Completed"
    assert described["ObjectiveStatusCounters"] == {"Succeeded": 1, "Pending": 0, "Failed": 1}
    assert described["TrainingJobStatusCounters"]["Completed"] == 2
    by_kind = {
        trial["TunedHyperParameters"]["kind"]: trial for trial in cloud.trials(described["HyperParameterTuningJobName"])
    }
    assert (by_kind["b"]["TrainingJobStatus"], by_kind["b"]["ObjectiveStatus"]) == ("Completed", "Failed")
    assert "FinalHyperParameterTuningJobObjectiveMetric" not in by_kind["b"]
    assert described["BestTrainingJob"] == by_kind["a"]


def test_a_failed_training_job_does_not_end_the_search(cloud):
    script = "import sys; print('loss=1'); sys.exit('a' in sys.argv)"
    described = cloud.tune(script, categorical(kind=["a", "b"]), strategy="Grid", jobs=None)
    assert described["HyperParameterTuningJobStatus"] == "Completed"
    assert described["TrainingJobStatusCounters"]["NonRetryableError"] == 1
    assert described["BestTrainingJob"]["TunedHyperParameters"] == {"kind": "b"}
    by_kind = {
        trial["TunedHyperParameters"]["kind"]: trial for trial in cloud.trials(described["HyperParameterTuningJobName"])
    }
    assert by_kind["a"]["FailureReason"].startswith("AlgorithmError: ")
    # What a job printed before it failed is no objective.
    assert by_kind["a"]["ObjectiveStatus"] == "Failed"


@pytest.mark.parametrize("most", [2, 9])
def test_a_tuning_job_fails_when_no_training_job_succeeds(cloud, most):
    described = cloud.tune(FAILS, jobs=most)
    attempts = min(most, 5)
    assert described["HyperParameterTuningJobStatus"] == "Failed"
    assert described["FailureReason"].startswith(
        f"No training job succeeded after {attempts} attempts. Please take a look at the training job failures to get "
        "more details."
    )
    assert "ValueError: no rows" in described["FailureReason"]
    assert described["TrainingJobStatusCounters"]["NonRetryableError"] == attempts
    assert "BestTrainingJob" not in described


def test_a_tuning_job_fails_when_the_objective_is_never_found(cloud):
    described = cloud.tune("print('los = 1')", jobs=9)
    assert described["HyperParameterTuningJobStatus"] == "Failed"
    assert described["FailureReason"] == (
        'No objective metrics found after running 5 training jobs. Please ensure that they print the metric "loss" as '
        "the regular expression of its metric definition has it: loss=([-+.e0-9]+)"
    )
    assert described["ObjectiveStatusCounters"] == {"Succeeded": 0, "Pending": 0, "Failed": 5}


def test_the_search_ends_when_the_target_is_reached(cloud):
    criteria = {"TargetObjectiveMetricValue": 1.0}
    described = cloud.tune(jobs=9, config={"TuningJobCompletionCriteria": criteria})
    assert described["HyperParameterTuningJobStatus"] == "Completed"
    assert described["TrainingJobStatusCounters"]["Completed"] == 1
    assert described["HyperParameterTuningJobConfig"]["TuningJobCompletionCriteria"] == criteria


def test_the_search_ends_when_its_time_is_over(cloud):
    name = cloud.start_tuning(
        f"print('loss=1', flush=True){UNTIL_STOPPED}", jobs=None, limits={"MaxRuntimeInSeconds": 120}
    )
    trial = eventually(lambda: cloud.trials(name))[0]["TrainingJobName"]
    pid_of(cloud, trial)
    assert jobs._jobs is not None
    jobs._jobs._running[ACCOUNT, REGION, name]._began -= 120
    described = cloud.tuned(name)
    assert described["HyperParameterTuningJobStatus"] == "Completed"
    assert described["TrainingJobStatusCounters"]["Stopped"] == 1
    assert described["BestTrainingJob"]["TrainingJobName"] == trial


def test_a_training_job_that_is_worse_than_the_others_were_is_stopped_early(cloud):
    losses = categorical(loss=["9", "1"])
    seed = next(seed for seed in range(100) if first_of(losses, seed) == {"loss": "1"})
    config = {"TrainingJobEarlyStoppingType": "Auto", "RandomSeed": seed}
    described = cloud.tune(EPOCHS, losses, config=config, jobs=2)
    trials = {
        trial["TunedHyperParameters"]["loss"]: trial for trial in cloud.trials(described["HyperParameterTuningJobName"])
    }
    assert described["HyperParameterTuningJobStatus"] == "Completed"
    assert trials["1"]["TrainingJobStatus"] == "Completed"
    assert (trials["9"]["TrainingJobStatus"], trials["9"]["ObjectiveStatus"]) == ("Stopped", "Succeeded")
    assert described["BestTrainingJob"] == trials["1"]
    assert described["TrainingJobStatusCounters"]["Stopped"] == 1


def test_a_training_job_that_cannot_be_made_any_more_fails_the_tuning_job(cloud):
    role = cloud.cloud.make_role(job_rights())
    name = cloud.start_tuning(UNTIL_STOPPED, jobs=2, definition={"RoleArn": role})
    first = eventually(lambda: cloud.trials(name))[0]["TrainingJobName"]
    pid_of(cloud, first)
    role_name = role.rsplit("/", 1)[1]
    cloud.cloud.iam.delete_role_policy(RoleName=role_name, PolicyName="rights")
    cloud.cloud.iam.delete_role(RoleName=role_name)
    cloud.sagemaker.stop_training_job(TrainingJobName=first)
    described = cloud.tuned(name)
    assert described["HyperParameterTuningJobStatus"] == "Failed"
    assert re.match(
        f"Training job {name}-002-[0-9a-f]{{8}} could not be created: Could not assume role {role}",
        described["FailureReason"],
    )


def test_scales_reach_the_training_jobs(cloud):
    ranges = continuous("rate", "0.00001", "0.1", ScalingType="Logarithmic")
    described = cloud.tune(DISTANCE, ranges, jobs=2)
    for value in cloud.tried(described["HyperParameterTuningJobName"], "rate"):
        assert 1e-5 <= float(value) <= 0.1
