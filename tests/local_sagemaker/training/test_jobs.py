"""Training jobs through boto3: created, described, listed, tagged, stopped, updated, deleted, as on AWS."""

import itertools
from datetime import datetime, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.sagemaker.models import sagemaker_backends

from tests.local_sagemaker.cloud import ACCOUNT, BUCKET, IMAGE, REGION, eventually
from tests.local_sagemaker.containers.test_processes import alive
from tests.local_sagemaker.training.job_cloud import UNTIL_STOPPED, channel, pid_of, slots, statuses

WRITE_MODEL = """
import os, sys
print("arguments", sys.argv[1:], flush=True)
open(os.path.join(os.environ["SM_MODEL_DIR"], "model.txt"), "w").write("trained")
"""


def refused(operation: Any, **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        operation(**arguments)
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


def test_a_job_trains_and_its_model_lies_where_it_is_described(cloud):
    cloud.cloud.put(b"1,2", "data/train/a.csv")
    described = cloud.train(
        WRITE_MODEL, hyperparameters={"epochs": "3"}, InputDataConfig=[channel("train", f"s3://{BUCKET}/data/train")]
    )
    name = described["TrainingJobName"]
    assert described["TrainingJobStatus"] == described["SecondaryStatus"] == "Completed"
    assert described["ModelArtifacts"] == {"S3ModelArtifacts": f"s3://{BUCKET}/out/{name}/output/model.tar.gz"}
    assert cloud.unpacked(f"out/{name}/output/model.tar.gz") == {"model.txt": b"trained"}
    assert "arguments ['--epochs', '3']" in cloud.lines(name)


def test_a_job_is_described_as_it_was_asked_for(cloud):
    request = cloud.request(
        WRITE_MODEL,
        algorithm={"MetricDefinitions": [{"Name": "loss", "Regex": "loss=(.*)"}]},
        resources={"KeepAlivePeriodInSeconds": 60},
        Environment={"LEVEL": "high"},
        Tags=[{"Key": "team", "Value": "churn"}],
        CheckpointConfig={"S3Uri": f"s3://{BUCKET}/checkpoints/described"},
        EnableInterContainerTrafficEncryption=True,
    )
    arn = cloud.sagemaker.create_training_job(**request)["TrainingJobArn"]
    described = cloud.ended(request["TrainingJobName"])
    assert arn == described["TrainingJobArn"]
    assert arn == f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-job/{request['TrainingJobName']}"
    del request["Tags"]
    # Shown where there is none, too.
    request["OutputDataConfig"]["KmsKeyId"] = ""
    assert {key: described[key] for key in request} == request
    assert described["EnableNetworkIsolation"] is False
    assert described["EnableManagedSpotTraining"] is False
    assert described["WarmPoolStatus"] == {"Status": "Terminated", "ResourceRetainedBillableTimeInSeconds": 0}
    assert "FinalMetricDataList" not in described
    assert "Tags" not in described


def test_times_and_transitions_follow_each_other(cloud):
    described = cloud.train(WRITE_MODEL)
    assert statuses(described) == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    transitions = described["SecondaryStatusTransitions"]
    for earlier, later in itertools.pairwise(transitions):
        assert earlier["StartTime"] <= earlier["EndTime"] == later["StartTime"]
    assert [transition["StatusMessage"] for transition in transitions] == [
        "Preparing the instances for training",
        "Downloading input data",
        "Training image download completed. Training in progress.",
        "Uploading generated training model",
        "Training job completed",
    ]
    assert described["CreationTime"] <= described["TrainingStartTime"] <= described["TrainingEndTime"]
    assert described["TrainingEndTime"] <= described["LastModifiedTime"] <= datetime.now(timezone.utc)
    assert 1 <= described["BillableTimeInSeconds"] == described["TrainingTimeInSeconds"] <= 10


def test_boto3_s_waiter_sees_the_end(cloud):
    name = cloud.start(WRITE_MODEL)
    cloud.sagemaker.get_waiter("training_job_completed_or_stopped").wait(
        TrainingJobName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    assert cloud.describe(name)["TrainingJobStatus"] == "Completed"


def test_a_name_can_be_used_once(cloud):
    request = cloud.request(WRITE_MODEL)
    arn = cloud.sagemaker.create_training_job(**request)["TrainingJobArn"]
    assert refused(cloud.sagemaker.create_training_job, **request) == (
        "ResourceInUse",
        (
            "Training job names must be unique within an AWS account and region, and a training job with this name "
            f"already exists ({arn})"
        ),
    )
    cloud.ended(request["TrainingJobName"])


@pytest.mark.parametrize("operation", ["describe", "stop", "update", "delete"])
def test_a_job_that_is_not_there_is_not_found(cloud, operation):
    answer = refused(getattr(cloud.sagemaker, f"{operation}_training_job"), TrainingJobName="absent")
    assert answer == ("ValidationException", "Requested resource not found.")


def test_a_stopped_job_ends_by_sigterm_and_what_it_saved_is_kept(cloud):
    name = cloud.start(UNTIL_STOPPED)
    pid = pid_of(cloud, name)
    cloud.sagemaker.stop_training_job(TrainingJobName=name)
    assert cloud.describe(name)["TrainingJobStatus"] in ("Stopping", "Stopped")
    described = cloud.ended(name)
    assert described["TrainingJobStatus"] == described["SecondaryStatus"] == "Stopped"
    assert statuses(described)[-3:] == ["Stopping", "Uploading", "Stopped"]
    assert "FailureReason" not in described
    assert cloud.unpacked(f"out/{name}/output/model.tar.gz") == {"model.txt": b"stopped"}
    assert not alive(pid)
    assert refused(cloud.sagemaker.stop_training_job, TrainingJobName=name) == (
        "ValidationException",
        "The request was rejected because the training job is in status Stopped.",
    )


def test_a_job_that_does_not_end_by_sigterm_is_killed_after_the_grace(cloud):
    name = cloud.start(UNTIL_STOPPED.replace("    sys.exit(0)\n", ""))
    pid = pid_of(cloud, name)
    cloud.sagemaker.stop_training_job(TrainingJobName=name)
    described = cloud.ended(name)
    assert described["TrainingJobStatus"] == "Stopped"
    assert not alive(pid)
    # 120 seconds of AWS at the pace of the tests.
    seconds = (described["TrainingEndTime"] - described["TrainingStartTime"]).total_seconds()
    assert 1.9 < seconds < 8


def test_tags_are_listed_added_and_removed(cloud):
    request = cloud.request(WRITE_MODEL, Tags=[{"Key": "team", "Value": "churn"}])
    arn = cloud.sagemaker.create_training_job(**request)["TrainingJobArn"]
    cloud.sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "stage", "Value": "test"}])
    cloud.sagemaker.delete_tags(ResourceArn=arn, TagKeys=["team"])
    assert cloud.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "stage", "Value": "test"}]
    cloud.ended(request["TrainingJobName"])


def test_search_finds_a_job_by_its_tag(cloud):
    described = cloud.train(WRITE_MODEL, Tags=[{"Key": "found", "Value": "yes"}])
    expression = {"Filters": [{"Name": "Tags.found", "Operator": "Equals", "Value": "yes"}]}
    results = cloud.sagemaker.search(Resource="TrainingJob", SearchExpression=expression)["Results"]
    assert [item["TrainingJob"]["TrainingJobName"] for item in results] == [described["TrainingJobName"]]


def test_a_job_that_runs_is_updated_and_one_that_ended_is_not(cloud):
    name = cloud.start(UNTIL_STOPPED)
    cloud.in_status(name, "Training")
    cloud.sagemaker.update_training_job(TrainingJobName=name, ResourceConfig={"KeepAlivePeriodInSeconds": 30})
    described = cloud.describe(name)
    assert described["ResourceConfig"]["KeepAlivePeriodInSeconds"] == 30
    assert described["ResourceConfig"]["InstanceType"] == "ml.m5.large"
    assert described["WarmPoolStatus"] == {"Status": "InUse"}
    too_long = {"KeepAlivePeriodInSeconds": 21601}
    assert "21600" in refused(cloud.sagemaker.update_training_job, TrainingJobName=name, ResourceConfig=too_long)[1]
    cloud.sagemaker.stop_training_job(TrainingJobName=name)
    cloud.ended(name)
    message = refused(
        cloud.sagemaker.update_training_job, TrainingJobName=name, ResourceConfig={"KeepAlivePeriodInSeconds": 0}
    )[1]
    assert "is in status Stopped: the local cloud retains no warm pool" in message


def test_a_job_that_ended_can_be_deleted_and_its_name_used_again(cloud):
    request = cloud.request(UNTIL_STOPPED)
    name = request["TrainingJobName"]
    cloud.sagemaker.create_training_job(**request)
    code, message = refused(cloud.sagemaker.delete_training_job, TrainingJobName=name)
    assert (code, "in status InProgress: stop it" in message) == ("ResourceInUse", True)
    cloud.sagemaker.stop_training_job(TrainingJobName=name)
    cloud.ended(name)
    cloud.sagemaker.delete_training_job(TrainingJobName=name)
    assert "not found" in refused(cloud.sagemaker.describe_training_job, TrainingJobName=name)[1]
    cloud.sagemaker.create_training_job(**request)
    cloud.sagemaker.stop_training_job(TrainingJobName=name)
    cloud.ended(name)


def test_jobs_are_listed_with_their_state(cloud):
    done = cloud.train(WRITE_MODEL, TrainingJobName="listed-done")
    running = cloud.start(UNTIL_STOPPED, TrainingJobName="listed-running")

    def listed(**filters: Any) -> list[str]:
        answer = cloud.sagemaker.list_training_jobs(NameContains="listed", **filters)
        return [job["TrainingJobName"] for job in answer["TrainingJobSummaries"]]

    assert listed() == ["listed-done", "listed-running"]
    assert listed(StatusEquals="InProgress") == ["listed-running"]
    assert listed(StatusEquals="Completed") == ["listed-done"]
    assert listed(SortOrder="Descending") == ["listed-running", "listed-done"]
    # boto3 sends whole seconds.
    assert listed(CreationTimeAfter=done["CreationTime"]) == ["listed-done", "listed-running"]
    assert listed(CreationTimeBefore=done["CreationTime"]) == []
    summary = cloud.sagemaker.list_training_jobs(NameContains="listed-done")["TrainingJobSummaries"][0]
    assert summary["TrainingEndTime"] == done["TrainingEndTime"]
    assert summary["TrainingJobStatus"] == "Completed"
    code, message = refused(cloud.sagemaker.list_training_jobs, SortBy="Colour")
    assert (code, "[Name, CreationTime, Status]" in message) == ("ValidationException", True)
    cloud.sagemaker.stop_training_job(TrainingJobName=running)
    cloud.ended(running)


def test_more_jobs_than_cores_wait_and_say_so(cloud, monkeypatch):
    monkeypatch.setattr(slots(), "_free", 1)
    monkeypatch.setattr(slots(), "count", 1)
    first = cloud.start(UNTIL_STOPPED)
    cloud.in_status(first, "Training")
    second, third = cloud.start(WRITE_MODEL), cloud.start(WRITE_MODEL)
    eventually(lambda: "Waiting" in cloud.describe(third)["SecondaryStatusTransitions"][0]["StatusMessage"])
    described = cloud.describe(second)
    assert (described["TrainingJobStatus"], described["SecondaryStatus"]) == ("InProgress", "Starting")
    assert described["SecondaryStatusTransitions"][0]["StatusMessage"] == (
        "Waiting for capacity: 1 training job runs at once on the 1 core of this machine"
    )
    assert "TrainingStartTime" not in described
    cloud.sagemaker.stop_training_job(TrainingJobName=third)
    assert cloud.ended(third)["TrainingJobStatus"] == "Stopped"
    cloud.sagemaker.stop_training_job(TrainingJobName=first)
    assert cloud.ended(second)["TrainingJobStatus"] == "Completed"
    assert cloud.ended(first)["TrainingJobStatus"] == "Stopped"
    # A job gives its place back after its end is seen.
    eventually(lambda: slots()._free == 1)


def test_a_reset_of_moto_ends_the_jobs_and_forgets_them(cloud):
    name = cloud.start(UNTIL_STOPPED)
    pid = pid_of(cloud, name)
    sagemaker_backends[ACCOUNT][REGION].reset()
    assert not alive(pid)
    assert cloud.sagemaker.list_training_jobs()["TrainingJobSummaries"] == []


def test_a_model_that_was_trained_can_be_made_a_model(cloud):
    described = cloud.train(WRITE_MODEL)
    role = cloud.cloud.make_role(
        [
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/out/*"},
        ]
    )
    cloud.sagemaker.create_model(
        ModelName="trained",
        ExecutionRoleArn=role,
        PrimaryContainer={"Image": IMAGE, "ModelDataUrl": described["ModelArtifacts"]["S3ModelArtifacts"]},
    )
