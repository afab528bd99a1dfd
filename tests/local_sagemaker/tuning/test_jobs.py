"""Tuning jobs through boto3: created, described, listed, tagged, stopped, deleted, as on AWS."""

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.sagemaker.models import sagemaker_backends

from tests.local_sagemaker.cloud import ACCOUNT, REGION, eventually
from tests.local_sagemaker.containers.test_processes import alive
from tests.local_sagemaker.training.job_cloud import UNTIL_STOPPED, pid_of
from tests.local_sagemaker.tuning.tuning_cloud import DISTANCE, RATE, TuningCloud

QUICK = "print('loss=1')"


def refused(operation: Any, **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        operation(**arguments)
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


def first_trial(cloud: TuningCloud, name: str) -> str:
    return str(eventually(lambda: cloud.trials(name))[0]["TrainingJobName"])


def test_a_job_tries_values_and_shows_the_best(cloud):
    described = cloud.tune(jobs=3, name="first")
    assert described["HyperParameterTuningJobStatus"] == "Completed", described
    trials = cloud.trials("first")
    assert [re.sub("[0-9a-f]{8}$", "", trial["TrainingJobName"]) for trial in trials] == [
        f"first-{number:03d}-" for number in (1, 2, 3)
    ]
    losses = {}
    for trial in trials:
        loss = abs(float(trial["TunedHyperParameters"]["rate"]) - 0.3)
        final = trial["FinalHyperParameterTuningJobObjectiveMetric"]
        assert (final["Type"], final["MetricName"]) == ("Minimize", "loss")
        assert final["Value"] == pytest.approx(loss)
        assert (trial["TrainingJobStatus"], trial["ObjectiveStatus"]) == ("Completed", "Succeeded")
        assert trial["TuningJobName"] == "first"
        assert trial["CreationTime"] <= trial["TrainingStartTime"] <= trial["TrainingEndTime"]
        losses[loss] = trial
    assert described["BestTrainingJob"] == losses[min(losses)]
    assert described["TrainingJobStatusCounters"] == {
        "Completed": 3,
        "InProgress": 0,
        "RetryableError": 0,
        "NonRetryableError": 0,
        "Stopped": 0,
    }
    assert described["ObjectiveStatusCounters"] == {"Succeeded": 3, "Pending": 0, "Failed": 0}
    assert cloud.keys("out/first-") == [f"out/{trial['TrainingJobName']}/output/model.tar.gz" for trial in trials]


def test_a_job_is_described_as_it_was_asked_for(cloud):
    request = cloud.tuning_request(QUICK, name="asked", jobs=1, Tags=[{"Key": "team", "Value": "churn"}])
    arn = cloud.sagemaker.create_hyper_parameter_tuning_job(**request)["HyperParameterTuningJobArn"]
    assert arn == f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:hyper-parameter-tuning-job/asked"
    described = cloud.tuned("asked")
    assert described["HyperParameterTuningJobArn"] == arn
    config = {"TrainingJobEarlyStoppingType": "Off", **request["HyperParameterTuningJobConfig"]}
    assert described["HyperParameterTuningJobConfig"] == config
    definition = request["TrainingJobDefinition"]
    definition["StaticHyperParameters"]["_tuning_objective_metric"] = "loss"
    assert described["TrainingJobDefinition"] == definition
    assert described["CreationTime"] < described["HyperParameterTuningEndTime"] == described["LastModifiedTime"]
    assert described["ConsumedResources"]["RuntimeInSeconds"] >= 0
    assert "Tags" not in described
    assert "FailureReason" not in described
    assert "OverallBestTrainingJob" not in described


def test_a_list_with_one_definition_says_what_it_tunes_by_itself(cloud):
    request = cloud.tuning_request(name="listed-definition", jobs=1)
    config = request["HyperParameterTuningJobConfig"]
    definition = {
        **request.pop("TrainingJobDefinition"),
        "DefinitionName": "only",
        "TuningObjective": config.pop("HyperParameterTuningJobObjective"),
        "HyperParameterRanges": config.pop("ParameterRanges"),
    }
    cloud.sagemaker.create_hyper_parameter_tuning_job(**request, TrainingJobDefinitions=[definition])
    described = cloud.tuned("listed-definition")
    assert described["HyperParameterTuningJobStatus"] == "Completed"
    assert described["BestTrainingJob"]["TrainingJobDefinitionName"] == "only"
    assert described["TrainingJobDefinitions"][0]["StaticHyperParameters"]["_tuning_objective_metric"] == "loss"
    assert "TrainingJobDefinition" not in described


def test_a_name_can_be_used_once_whatever_its_case(cloud):
    request = cloud.tuning_request(QUICK, name="Once", jobs=1)
    cloud.sagemaker.create_hyper_parameter_tuning_job(**request)
    request["HyperParameterTuningJobName"] = "once"
    assert refused(cloud.sagemaker.create_hyper_parameter_tuning_job, **request) == (
        "ResourceInUse",
        "A hyperparameter tuning job with the name, once, already exists. Choose a different name.",
    )
    assert cloud.tuned("ONCE")["HyperParameterTuningJobName"] == "Once"


@pytest.mark.parametrize(
    "operation",
    [
        "describe_hyper_parameter_tuning_job",
        "stop_hyper_parameter_tuning_job",
        "delete_hyper_parameter_tuning_job",
        "list_training_jobs_for_hyper_parameter_tuning_job",
    ],
)
def test_a_job_that_is_not_there_is_not_found(cloud, operation):
    code, message = refused(getattr(cloud.sagemaker, operation), HyperParameterTuningJobName="absent")
    assert code == "ResourceNotFound"
    assert message == "Amazon SageMaker can't find a tuning job called absent. Type another name."


def test_a_stopped_job_stops_its_training_jobs_and_begins_no_more(cloud):
    name = cloud.start_tuning(f"print('loss=1', flush=True)\n{UNTIL_STOPPED}", jobs=5)
    trial = first_trial(cloud, name)
    pid = pid_of(cloud, trial)
    cloud.sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    assert cloud.describe_tuning(name)["HyperParameterTuningJobStatus"] in ("Stopping", "Stopped")
    described = cloud.tuned(name)
    assert described["HyperParameterTuningJobStatus"] == "Stopped"
    assert described["TrainingJobStatusCounters"]["Stopped"] == 1
    assert "FailureReason" not in described
    assert [(item["TrainingJobName"], item["TrainingJobStatus"]) for item in cloud.trials(name)] == [(trial, "Stopped")]
    assert not alive(pid)
    # What a job had come to when it was stopped counts.
    assert described["BestTrainingJob"]["TrainingJobName"] == trial
    assert refused(cloud.sagemaker.stop_hyper_parameter_tuning_job, HyperParameterTuningJobName=name) == (
        "ValidationException",
        "The request was rejected because the hyperparameter tuning job is in status Stopped.",
    )


def test_a_job_that_ended_can_be_deleted_and_its_training_jobs_stay(cloud):
    name = cloud.start_tuning(UNTIL_STOPPED, name="deleted")
    trial = first_trial(cloud, name)
    code, message = refused(cloud.sagemaker.delete_hyper_parameter_tuning_job, HyperParameterTuningJobName=name)
    assert (code, "in status InProgress: stop it" in message) == ("ResourceInUse", True)
    cloud.sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    cloud.tuned(name)
    cloud.sagemaker.delete_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    assert refused(cloud.describe_tuning, name=name)[0] == "ResourceNotFound"
    assert cloud.describe(trial)["TrainingJobStatus"] == "Stopped"
    cloud.tune(QUICK, name="deleted", jobs=1)


def test_tags_are_listed_added_and_removed(cloud):
    request = cloud.tuning_request(QUICK, jobs=1, Tags=[{"Key": "team", "Value": "churn"}])
    arn = cloud.sagemaker.create_hyper_parameter_tuning_job(**request)["HyperParameterTuningJobArn"]
    cloud.sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "stage", "Value": "test"}])
    cloud.sagemaker.delete_tags(ResourceArn=arn, TagKeys=["team"])
    assert cloud.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "stage", "Value": "test"}]
    code, message = refused(cloud.sagemaker.list_tags, ResourceArn=f"{arn}x")
    assert (code, message) == ("ValidationException", f'Could not find hyperparameter tuning job "{arn}x".')
    cloud.tuned(request["HyperParameterTuningJobName"])


def test_jobs_are_listed_with_their_state(cloud):
    done = cloud.tune(QUICK, name="listed-done", jobs=1)
    running = cloud.start_tuning(UNTIL_STOPPED, name="listed-a")

    def listed(**filters: Any) -> list[str]:
        answer = cloud.sagemaker.list_hyper_parameter_tuning_jobs(NameContains="listed-", **filters)
        return [
            job["HyperParameterTuningJobName"]
            for job in answer["HyperParameterTuningJobSummaries"]
            if job["HyperParameterTuningJobName"] in ("listed-done", "listed-a")
        ]

    assert listed() == ["listed-a", "listed-done"]
    assert listed(SortBy="CreationTime") == ["listed-done", "listed-a"]
    assert listed(SortBy="Status", SortOrder="Descending") == ["listed-a", "listed-done"]
    assert listed(StatusEquals="Completed") == ["listed-done"]
    (summary,) = cloud.sagemaker.list_hyper_parameter_tuning_jobs(NameContains="listed-done")[
        "HyperParameterTuningJobSummaries"
    ]
    assert summary == {
        "HyperParameterTuningJobName": "listed-done",
        "HyperParameterTuningJobArn": done["HyperParameterTuningJobArn"],
        "HyperParameterTuningJobStatus": "Completed",
        "Strategy": "Random",
        "ResourceLimits": {"MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 1},
        **{
            name: done[name]
            for name in (
                "CreationTime",
                "HyperParameterTuningEndTime",
                "LastModifiedTime",
                "TrainingJobStatusCounters",
                "ObjectiveStatusCounters",
            )
        },
    }
    cloud.sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName=running)
    cloud.tuned(running)


def test_training_jobs_are_listed_by_their_objective_and_in_pages(cloud):
    name = cloud.tune(DISTANCE, RATE, jobs=3)["HyperParameterTuningJobName"]

    def losses(**options: Any) -> list[float]:
        return [
            trial["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] for trial in cloud.trials(name, **options)
        ]

    assert losses(SortBy="FinalObjectiveMetricValue") == sorted(losses())
    assert losses(SortBy="FinalObjectiveMetricValue", SortOrder="Descending") == sorted(losses(), reverse=True)
    assert cloud.trials(name, SortBy="CreationTime") == cloud.trials(name)
    assert cloud.trials(name, SortBy="Status", StatusEquals="Completed") == cloud.trials(name)
    assert cloud.trials(name, StatusEquals="Failed") == []
    pages = cloud.sagemaker.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job").paginate(
        HyperParameterTuningJobName=name, PaginationConfig={"PageSize": 2}
    )
    assert [len(page["TrainingJobSummaries"]) for page in pages] == [2, 1]


def test_a_reset_of_moto_ends_the_jobs_and_forgets_them(cloud):
    name = cloud.start_tuning(UNTIL_STOPPED, jobs=5)
    pid = pid_of(cloud, first_trial(cloud, name))
    sagemaker_backends[ACCOUNT][REGION].reset()
    assert not alive(pid)
    assert cloud.sagemaker.list_hyper_parameter_tuning_jobs()["HyperParameterTuningJobSummaries"] == []
    assert cloud.sagemaker.list_training_jobs()["TrainingJobSummaries"] == []
    # Its name is free, and its search makes no more jobs.
    cloud.tune(QUICK, name=name, jobs=1)
    assert len(cloud.sagemaker.list_training_jobs()["TrainingJobSummaries"]) == 1
