"""What starts behind an endpoint configuration: the model's own process, with the role's rights and on its files."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sklearn.dummy import DummyClassifier

from local_sagemaker.hosting.fleet import MOST_INSTANCES
from tests.local_sagemaker.cloud import (
    BUCKET,
    CARRIED,
    IMAGE,
    Cloud,
    allow,
    archive,
    eventually,
    rights,
    running_cloud,
    scripted,
    with_runtime,
)


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        yield cloud


def environment(cloud: Cloud, name: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(cloud.invoke(name, b"environment"))
    return found


def test_the_container_runs_as_the_role_on_files_of_its_own(cloud):
    model = cloud.make_model(scripted("own"), {"OPTION": "/opt/ml/model/name.txt"})
    name = cloud.make_endpoint(cloud.make_config(model))
    found = environment(cloud, name)
    base = Path(found["SAGEMAKER_BASE_DIR"])
    assert Path(found["OPTION"]).read_text() == "own"
    assert (base / "model" / "name.txt").stat().st_mode & 0o222 == 0
    assert found["cwd"] == str(base / "tmp")
    assert found["AWS_ENDPOINT_URL"] == cloud.url
    session = cloud.client(
        "sts",
        aws_access_key_id=found["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=found["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=found["AWS_SESSION_TOKEN"],
    )
    assert session.get_caller_identity()["Arn"].endswith("/SageMaker")
    cloud.sagemaker.delete_endpoint(EndpointName=name)
    eventually(lambda: not base.exists())


def test_the_container_of_an_isolated_model_finds_no_credentials(cloud):
    model = cloud.make_model(scripted("isolated"), EnableNetworkIsolation=True)
    found = environment(cloud, cloud.make_endpoint(cloud.make_config(model)))
    assert "AWS_ACCESS_KEY_ID" not in found
    assert found["AWS_SHARED_CREDENTIALS_FILE"] == "/dev/null"
    assert found["AWS_ENDPOINT_URL"] == cloud.url


def test_the_containers_log_is_in_cloudwatch(cloud):
    name = cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("logged"))))
    cloud.invoke(name)
    logs = cloud.client("logs")
    group = {"logGroupName": f"/aws/sagemaker/Endpoints/{name}"}
    (stream,) = logs.describe_log_streams(**group)["logStreams"]
    assert stream["logStreamName"].startswith("AllTraffic/i-")
    eventually(
        lambda: any("POST /invocations" in event["message"] for event in logs.filter_log_events(**group)["events"])
    )


def test_code_from_s3_becomes_opt_ml_code(cloud):
    code = archive(
        {
            "sklearn_runtime/__init__.py": b"",
            "sklearn_runtime/server.py": (Path(__file__).parents[1] / "scripted_container.py").read_bytes(),
        }
    )
    given = {"PYTHONPATH": "/opt/ml/code", "SAGEMAKER_SUBMIT_DIRECTORY": cloud.put(code)}
    name = cloud.make_endpoint(cloud.make_config(cloud.make_model(archive({"name.txt": b"apart"}), given)))
    assert cloud.invoke(name) == "apart"


def test_the_real_runtime_serves_a_real_model_with_its_own_server_and_the_images(cloud):
    content = with_runtime(DummyClassifier(strategy="constant", constant=7).fit([[0.0, 0.0]], [7]))
    name = cloud.make_endpoint(cloud.make_config(cloud.make_model(content)))
    assert json.loads(cloud.invoke(name, b"[[1, 2], [3, 4]]", ContentType="application/json")) == [7, 7]
    stock = cloud.make_model(
        None,
        PrimaryContainer={
            "Image": IMAGE,
            "ModelDataUrl": cloud.put(content),
            "Environment": {
                "SAGEMAKER_PROGRAM": "inference.py",
                "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
            },
        },
    )
    cloud.sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=cloud.make_config(stock))
    assert "FailureReason" not in cloud.settled(name)
    assert json.loads(cloud.invoke(name, b"[[1, 2]]", ContentType="application/json")) == [7]
    with pytest.raises(cloud.runtime.exceptions.ModelError) as error:
        cloud.invoke(name, b"[[1, 2", ContentType="application/json")
    assert error.value.response["OriginalStatusCode"] == 400


def test_each_instance_is_a_process_up_to_what_a_laptop_bears(cloud):
    model = cloud.make_model(scripted("many"))
    name = cloud.make_endpoint(cloud.make_config(model, InitialInstanceCount=MOST_INSTANCES + 3))
    (variant,) = cloud.describe(name)["ProductionVariants"]
    assert variant["CurrentInstanceCount"] == MOST_INSTANCES + 3
    folder = Path(environment(cloud, name)["SAGEMAKER_BASE_DIR"])
    assert len(list(folder.glob("*.sock"))) == MOST_INSTANCES


WITHOUT = [
    "s3:GetObject",
    "ecr:GetAuthorizationToken",
    "ecr:BatchCheckLayerAvailability",
    "ecr:GetDownloadUrlForLayer",
    "ecr:BatchGetImage",
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "logs:DescribeLogStreams",
    "cloudwatch:PutMetricData",
]


@pytest.mark.parametrize("action", WITHOUT)
def test_a_role_that_lost_any_of_its_rights_fails_the_endpoint(cloud, action):
    role = cloud.make_role(rights())
    config = cloud.make_config(cloud.make_model(scripted("refused"), ExecutionRoleArn=role))
    denied = json.dumps({"Version": "2012-10-17", "Statement": {**allow(action, "*"), "Effect": "Deny"}})
    cloud.iam.put_role_policy(RoleName=role.rpartition("/")[2], PolicyName="lost", PolicyDocument=denied)
    reason = cloud.failed_endpoint(config)
    assert f"/SageMaker is not authorized to perform: {action} on resource: " in reason
    assert "AccessDenied" in reason


def test_code_from_s3_takes_a_right_of_its_own(cloud):
    only_models = [s for s in rights() if s["Action"] != "s3:GetObject"] + [
        allow("s3:GetObject", f"arn:aws:s3:::{BUCKET}/m")
    ]
    cloud.put(scripted("m"), "m")
    code = cloud.put(archive({}), "code")
    model = cloud.make_model(
        None,
        ExecutionRoleArn=cloud.make_role(only_models),
        PrimaryContainer={
            "Image": IMAGE,
            "ModelDataUrl": f"s3://{BUCKET}/m",
            "Environment": {**CARRIED, "SAGEMAKER_SUBMIT_DIRECTORY": code},
        },
    )
    assert f"Could not access model data at {code}. AccessDenied" in cloud.failed_endpoint(cloud.make_config(model))


def test_a_model_in_a_vpc_takes_rights_on_its_network(cloud):
    vpc = {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
    model = cloud.make_model(scripted("private"), VpcConfig=vpc)
    assert "ec2:DescribeNetworkInterfaces" in cloud.failed_endpoint(cloud.make_config(model))
    role = cloud.make_role([*rights(), allow("ec2:*", "*")])
    name = cloud.make_endpoint(
        cloud.make_config(cloud.make_model(scripted("private"), VpcConfig=vpc, ExecutionRoleArn=role))
    )
    assert cloud.invoke(name) == "private"


def test_a_container_that_fails_gives_awss_reason_and_its_own(cloud):
    reason = cloud.failed_endpoint(cloud.make_config(cloud.make_model(scripted("broken"), {"CONTAINER": "broken"})))
    assert reason == (
        "The primary container for production variant AllTraffic did not pass the ping health check. "
        "Please check CloudWatch logs for this endpoint. (ModelLoadError: the weights are not there)"
    )


def test_a_model_that_does_not_carry_what_it_names_fails(cloud):
    reason = cloud.failed_endpoint(cloud.make_config(cloud.make_model(archive({"name.txt": b"x"}))))
    assert reason.startswith("No module named 'sklearn_runtime' on PYTHONPATH=/opt/ml/model/code")


def test_what_is_not_emulated_is_refused(cloud):
    container = {"Image": IMAGE, "Environment": {}}
    pipeline = cloud.make_model(None, Containers=[container, container], PrimaryContainer={})
    assert "is an inference pipeline of 2 containers" in cloud.failed_endpoint(cloud.make_config(pipeline))


def test_one_container_in_a_list_is_a_model_like_any_other(cloud):
    container = {"Image": IMAGE, "Environment": CARRIED, "ModelDataUrl": cloud.put(scripted("listed"))}
    model = cloud.make_model(None, Containers=[container], PrimaryContainer={})
    assert cloud.invoke(cloud.make_endpoint(cloud.make_config(model))) == "listed"


def test_a_variant_that_cannot_start_stops_those_that_did(cloud, monkeypatch):
    # A short path: that of a Unix socket is limited.
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        good, bad = cloud.make_model(scripted("good")), cloud.make_model(scripted("bad"), {"CONTAINER": "broken"})
        reason = cloud.failed_endpoint(cloud.make_config(good, bad))
        assert "production variant variant-2 did not pass" in reason
        assert list(Path(folder).glob("local-sagemaker-*")) == []


def test_instance_metrics_are_put(cloud):
    name = cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("measured"))))
    cloudwatch = cloud.client("cloudwatch")

    def put() -> set[str]:
        dimensions = [{"Name": "EndpointName", "Value": name}]
        found = cloudwatch.list_metrics(Namespace="/aws/sagemaker/Endpoints", Dimensions=dimensions)["Metrics"]
        return {metric["MetricName"] for metric in found}

    expected = {"CPUUtilization", "MemoryUtilization", "DiskUtilization"}
    eventually(lambda: put() == expected)


def test_a_submit_directory_that_the_archive_lacks_is_named(cloud):
    given = {"SAGEMAKER_PROGRAM": "serve.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
    definition = {"Image": IMAGE, "Environment": given, "ModelDataUrl": cloud.put(archive({"model.txt": b""}))}
    cloud.sagemaker.create_model(ModelName="lacking", PrimaryContainer=definition, ExecutionRoleArn=cloud.role)
    reason = cloud.failed_endpoint(cloud.make_config("lacking"))
    assert "SAGEMAKER_SUBMIT_DIRECTORY is '/opt/ml/model/code', and the model's archive has no such directory" in reason
