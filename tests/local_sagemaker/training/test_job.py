"""The life of a training job: how it fails, how long it may take, and what it may do."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.local_sagemaker.cloud import ACCOUNT, BUCKET, REGION, allow, archive, eventually
from tests.local_sagemaker.containers.test_processes import alive
from tests.local_sagemaker.training.job_cloud import (
    LOG_GROUP,
    UNTIL_STOPPED,
    JobCloud,
    channel,
    job_rights,
    pid_of,
    rights_without,
    slots,
    statuses,
)

VPC = {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}
SHOW_ENVIRONMENT = "import json, os; print(json.dumps(dict(os.environ)))"


def failed(cloud: JobCloud, script: str = "", **options: Any) -> str:
    described = cloud.train(script, **options)
    assert (described["TrainingJobStatus"], described["SecondaryStatus"]) == ("Failed", "Failed")
    assert described["SecondaryStatusTransitions"][-1]["StatusMessage"] == "Training job failed"
    assert "ModelArtifacts" not in described
    return str(described["FailureReason"])


def environment(cloud: JobCloud, **options: Any) -> dict[str, str]:
    described = cloud.train(SHOW_ENVIRONMENT, **options)
    line = next(line for line in cloud.lines(described["TrainingJobName"]) if line.startswith("{"))
    variables: dict[str, str] = json.loads(line)
    return variables


def test_a_script_that_raises_fails_the_job_with_its_error(cloud):
    reason = failed(cloud, "raise ValueError('no rows')")
    assert reason.startswith("AlgorithmError: ExecuteUserScriptError:\nExitCode 1\n")
    assert 'ErrorMessage "ValueError: no rows"' in reason
    assert reason.endswith(", exit code: 1")


def test_a_failure_file_of_the_script_s_own_is_the_reason(cloud):
    script = """
import os, sys
open(os.path.join(os.environ["SM_OUTPUT_DIR"], "failure"), "w").write("too few rows" * 1000)
sys.exit(7)
"""
    reason = failed(cloud, script)
    assert reason.startswith("AlgorithmError: too few rows")
    assert reason.endswith(", exit code: 1")
    assert len(reason) == 1024


def test_a_failed_job_uploads_what_it_wrote_beside_the_model_and_no_model(cloud):
    script = """
import os
for place in ("SM_MODEL_DIR", "SM_OUTPUT_DATA_DIR"):
    open(os.path.join(os.environ[place], "half.txt"), "w").write("half")
raise ValueError
"""
    failed(cloud, script, TrainingJobName="half")
    assert cloud.keys("out/half/") == ["out/half/output/output.tar.gz"]
    assert cloud.unpacked("out/half/output/output.tar.gz") == {"half.txt": b"half"}


def test_code_that_is_not_there_fails_the_job(cloud):
    hyperparameters = {"sagemaker_submit_directory": f"s3://{BUCKET}/code/absent.tar.gz"}
    reason = failed(cloud, hyperparameters=hyperparameters)
    assert reason.startswith("AlgorithmError: ")
    assert f"Could not find code at s3://{BUCKET}/code/absent.tar.gz" in reason


def test_a_job_without_a_script_fails(cloud):
    request = cloud.request("", HyperParameters={})
    cloud.sagemaker.create_training_job(**request)
    assert cloud.ended(request["TrainingJobName"])["FailureReason"].startswith("AlgorithmError: ")


@pytest.mark.parametrize(
    ("action", "kind", "part"),
    [
        ("logs:CreateLogStream", "ClientError: ", "logs:CreateLogStream"),
        ("logs:PutLogEvents", "ClientError: ", "logs:PutLogEvents"),
        ("cloudwatch:PutMetricData", "ClientError: ", "cloudwatch:PutMetricData"),
        ("s3:PutObject", "ClientError: Artifact upload failed:Error 7: AccessDenied: ", "s3:PutObject"),
        ("s3:GetObject", "AlgorithmError: ", "s3:GetObject"),
    ],
)
def test_a_missing_right_fails_the_job_and_is_named(cloud, action, kind, part):
    script = 'import os; open(os.path.join(os.environ["SM_MODEL_DIR"], "m"), "w").close()'
    metrics = {"MetricDefinitions": [{"Name": "loss", "Regex": "loss=(.*)"}]}
    role = cloud.cloud.make_role(rights_without(action))
    reason = failed(cloud, script, RoleArn=role, algorithm=metrics)
    assert reason.startswith(kind)
    assert f"is not authorized to perform: {part} on resource: " in reason


def test_training_data_that_may_not_be_read_fail_the_job_as_on_aws(cloud):
    cloud.cloud.put(b"", "data/closed/a.csv")
    deny = {"Effect": "Deny", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/data/closed/*"}
    role = cloud.cloud.make_role([*job_rights(), deny])
    data = [channel("train", f"s3://{BUCKET}/data/closed/")]
    described = cloud.train("", RoleArn=role, InputDataConfig=data)
    assert statuses(described) == ["Starting", "Downloading", "Failed"]
    assert described["FailureReason"].startswith(
        f"ClientError: Data download failed:Unable to download object s3://{BUCKET}/data/closed/a.csv (AccessDenied: "
    )


def test_a_vpc_takes_rights_on_network_interfaces(cloud):
    assert "ec2:DescribeNetworkInterfaces" in failed(cloud, VpcConfig=VPC)
    actions = ["ec2:Describe*", "ec2:CreateNetworkInterface*", "ec2:DeleteNetworkInterface*"]
    role = cloud.cloud.make_role([*job_rights(), allow(actions, "*")])
    assert cloud.train("", RoleArn=role, VpcConfig=VPC)["TrainingJobStatus"] == "Completed"


def test_an_encrypted_volume_takes_a_grant(cloud):
    key = cloud.cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    resources = {"VolumeKmsKeyId": key}
    assert f'kms:CreateGrant on resource: "{key}"' in failed(cloud, resources=resources)
    grant = allow("kms:CreateGrant", key, Bool={"kms:GrantIsForAWSResource": "true"})
    role = cloud.cloud.make_role([*job_rights(), grant])
    assert cloud.train("", RoleArn=role, resources=resources)["TrainingJobStatus"] == "Completed"


def test_a_job_that_runs_too_long_is_stopped_and_keeps_what_it_has(cloud):
    # Long enough for a busy machine to start the script, which must be there to take the signal.
    described = cloud.train(UNTIL_STOPPED, TrainingJobName="long", StoppingCondition={"MaxRuntimeInSeconds": 6})
    assert (described["TrainingJobStatus"], described["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")
    assert statuses(described)[-4:] == ["Training", "Stopping", "Uploading", "MaxRuntimeExceeded"]
    assert cloud.unpacked("out/long/output/model.tar.gz") == {"model.txt": b"stopped"}
    assert described["TrainingTimeInSeconds"] >= 6
    assert described["ModelArtifacts"]["S3ModelArtifacts"].endswith("/long/output/model.tar.gz")


def test_a_spot_job_waits_no_longer_than_it_may(cloud, monkeypatch):
    monkeypatch.setattr(slots(), "_free", 0)
    stopping = {"MaxRuntimeInSeconds": 1, "MaxWaitTimeInSeconds": 1}
    described = cloud.train("", EnableManagedSpotTraining=True, StoppingCondition=stopping)
    assert (described["TrainingJobStatus"], described["SecondaryStatus"]) == ("Stopped", "MaxWaitTimeExceeded")
    assert described["EnableManagedSpotTraining"] is True
    assert "TrainingStartTime" not in described


def test_a_day_is_the_longest_that_a_job_runs_where_nothing_is_said(cloud):
    request = cloud.request("")
    del request["StoppingCondition"]
    cloud.sagemaker.create_training_job(**request)
    assert cloud.ended(request["TrainingJobName"])["StoppingCondition"] == {"MaxRuntimeInSeconds": 86400}


def test_lines_come_into_the_log_while_the_script_runs(cloud):
    name = cloud.start(UNTIL_STOPPED)
    assert alive(pid_of(cloud, name))
    assert cloud.describe(name)["TrainingJobStatus"] == "InProgress"
    stream = cloud.logs.describe_log_streams(logGroupName=LOG_GROUP, logStreamNamePrefix=f"{name}/")["logStreams"][0]
    assert stream["logStreamName"].rsplit("-", 1)[0] == f"{name}/algo-1"
    assert abs(int(stream["logStreamName"].rsplit("-", 1)[1]) * 1000 - stream["creationTime"]) < 5000
    cloud.sagemaker.stop_training_job(TrainingJobName=name)
    cloud.ended(name)


def test_metrics_of_the_log_are_described_and_in_cloudwatch(cloud):
    script = 'print("epoch 1 loss=0.5"); print("epoch 2 loss=0.25"); print("f1=nan")'
    definitions = [{"Name": "train:loss", "Regex": r"loss=([0-9.]+)"}, {"Name": "f1", "Regex": r"f1=(\S+)"}]
    described = cloud.train(script, algorithm={"MetricDefinitions": definitions})
    (final,) = described["FinalMetricDataList"]
    assert (final["MetricName"], final["Value"]) == ("train:loss", 0.25)
    assert described["TrainingStartTime"] <= final["Timestamp"] <= described["TrainingEndTime"]
    name = described["TrainingJobName"]
    statistics = cloud.cloud.client("cloudwatch").get_metric_statistics(
        Namespace="/aws/sagemaker/TrainingJobs",
        MetricName="train:loss",
        Dimensions=[{"Name": "TrainingJobName", "Value": name}],
        StartTime=described["TrainingStartTime"].replace(second=0, microsecond=0),
        EndTime=described["TrainingEndTime"] + timedelta(days=1),
        Period=86400,
        Statistics=["Average", "SampleCount"],
    )["Datapoints"]
    assert [(point["Average"], point["SampleCount"]) for point in statistics] == [(0.375, 2.0)]
    assert any("metric 'f1': 'nan' is no finite number" in line for line in cloud.lines(name))


def test_the_container_knows_its_job_and_acts_as_the_role(cloud):
    script = """
import boto3, os
print("as", boto3.client("sts").get_caller_identity()["Arn"])
print(boto3.client("s3").get_object(Bucket="models", Key="data/own.txt")["Body"].read().decode())
"""
    cloud.cloud.put(b"read by the script", "data/own.txt")
    described = cloud.train(script)
    lines = cloud.lines(described["TrainingJobName"])
    role_name = cloud.role.rsplit("/", 1)[1]
    assert f"as arn:aws:sts::{ACCOUNT}:assumed-role/{role_name}/SageMaker" in lines
    assert "read by the script" in lines


def test_the_environment_is_the_job_s_and_nothing_of_this_process(cloud, monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_MACHINE", "x")
    variables = environment(cloud, TrainingJobName="variables", Environment={"LEVEL": "high", "HERE": "/opt/ml/model"})
    assert variables["LEVEL"] == "high"
    assert variables["HERE"] == variables["SM_MODEL_DIR"]
    assert variables["TRAINING_JOB_NAME"] == "variables"
    assert variables["TRAINING_JOB_ARN"] == f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-job/variables"
    assert variables["AWS_REGION"] == variables["AWS_DEFAULT_REGION"] == REGION
    assert variables["AWS_ENDPOINT_URL"] == cloud.cloud.url
    assert variables["SM_CURRENT_INSTANCE_TYPE"] == "ml.m5.large"
    assert "SECRET_OF_THE_MACHINE" not in variables


def test_network_isolation_leaves_the_container_without_credentials_and_takes_code_from_a_channel(cloud):
    reason = failed(cloud, EnableNetworkIsolation=True)
    assert "cannot be fetched: the job has network isolation" in reason
    request = cloud.request("", EnableNetworkIsolation=True)
    cloud.cloud.put(archive({"train.py": SHOW_ENVIRONMENT.encode()}), "data/code/sourcedir.tar.gz")
    request["InputDataConfig"] = [channel("code", f"s3://{BUCKET}/data/code/")]
    request["HyperParameters"]["sagemaker_submit_directory"] = "/opt/ml/input/data/code/sourcedir.tar.gz"
    cloud.sagemaker.create_training_job(**request)
    described = cloud.ended(request["TrainingJobName"])
    assert described["TrainingJobStatus"] == "Completed", described
    lines = cloud.lines(request["TrainingJobName"])
    variables = json.loads(next(line for line in lines if line.startswith("{")))
    assert variables["PIP_NO_INDEX"] == "1"
    assert variables["https_proxy"] == variables["PIP_PROXY"] == "http://127.0.0.1:9"
    assert variables["AWS_ENDPOINT_URL"] == cloud.cloud.url
    assert "AWS_ACCESS_KEY_ID" not in variables


@pytest.mark.parametrize(("isolated", "expected"), [(True, "no credentials"), (False, "the role's")])
def test_a_job_never_finds_the_credentials_of_the_machines_user(cloud, tmp_path, monkeypatch, isolated, expected):
    home = tmp_path / ".aws"
    home.mkdir()
    (home / "credentials").write_text("[default]\naws_access_key_id = OFTHEUSER\naws_secret_access_key = x\n")
    (home / "config").write_text("[default]\ns3 =\n  endpoint_url = https://s3.amazonaws.com\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    script = """
import boto3, os
session = boto3.Session()
found = session.get_credentials()
what = "no credentials" if found is None else "the user's" if found.access_key == "OFTHEUSER" else "the role's"
print("found", what, session.client("s3").meta.endpoint_url)
"""
    request = cloud.request("", EnableNetworkIsolation=isolated)
    cloud.cloud.put(archive({"train.py": script.encode()}), f"data/{request['TrainingJobName']}/code.tar.gz")
    request["InputDataConfig"] = [channel("code", f"s3://{BUCKET}/data/{request['TrainingJobName']}/")]
    request["HyperParameters"]["sagemaker_submit_directory"] = "/opt/ml/input/data/code/code.tar.gz"
    cloud.sagemaker.create_training_job(**request)
    described = cloud.ended(request["TrainingJobName"])
    assert described["TrainingJobStatus"] == "Completed", described
    assert f"found {expected} {cloud.cloud.url}" in cloud.lines(request["TrainingJobName"])


def test_what_has_no_effect_here_is_described_and_told_in_the_log(cloud):
    profiler = {"S3OutputPath": f"s3://{BUCKET}/out/profiler"}
    described = cloud.train("", ProfilerConfig=profiler)
    assert described["ProfilerConfig"] == profiler
    lines = cloud.lines(described["TrainingJobName"])
    assert lines[0] == "local cloud: WARNING: ProfilerConfig has no effect on the local cloud"


def test_a_process_that_the_script_leaves_behind_ends_with_the_job(cloud):
    script = 'import subprocess; print("pid", subprocess.Popen(["sleep", "60"]).pid, flush=True)'
    described = cloud.train(script)
    assert described["TrainingJobStatus"] == "Completed"
    pid = int(next(line for line in cloud.lines(described["TrainingJobName"]) if line.startswith("pid")).split()[1])
    eventually(lambda: not alive(pid))
