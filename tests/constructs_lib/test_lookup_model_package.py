"""The command that looks a model package up, against moto's registry and S3 over HTTP."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from constructs_lib import ModelData
from constructs_lib.__main__ import main
from tests.local_sagemaker.cloud import BUCKET, IMAGE, Cloud, archive, running_cloud

OWNER = "arn:aws:sagemaker:us-east-1:123456789012:model-package"


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        for group in ("churn", "waiting", "empty"):
            cloud.sagemaker.create_model_package_group(ModelPackageGroupName=group)
        yield cloud


@pytest.fixture
def context(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name, value in {"ENDPOINT_URL": cloud.url, "ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "y"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "cdk.context.json"


def register(cloud: Cloud, group: str = "churn", status: str = "Approved", count: int = 1, **container: Any) -> str:
    """Register a version; give its ARN."""
    specification = {
        "Containers": [{"Image": IMAGE, **container}] * count,
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    }
    arn: str = cloud.sagemaker.create_model_package(
        ModelPackageGroupName=group, ModelApprovalStatus=status, InferenceSpecification=specification
    )["ModelPackageArn"]
    return arn


def key(name: str) -> str:
    return f"sagemaker-sklearn-cdk:model-package:123456789012:us-east-1:{name}"


def test_of_a_group_the_newest_approved_version_is_taken_until_it_is_looked_up_again(cloud, context, model_dir, capsys):
    uri = cloud.put(archive({"model.joblib": (model_dir / "model.joblib").read_bytes(), "code/score.py": b""}))
    first = register(cloud, ModelDataUrl=uri, Environment={"SAGEMAKER_PROGRAM": "score.py", "CUT": "0.3"})
    second = register(cloud, status="PendingManualApproval", ModelDataUrl=uri)
    assert main(["lookup", "model-package", "churn"]) == 0
    assert capsys.readouterr().out == f"churn: {first}: {uri}, scikit-learn 1.9.0 (of the model)\n"
    assert json.loads(context.read_text()) == {
        key("churn"): {
            "model_data": uri,
            "sha256": ModelData.from_directory(model_dir).sha256,
            "sklearn_version": "1.9.0",
            "sklearn_version_from": "model",
            "model_package_arn": first,
            "environment": {"SAGEMAKER_PROGRAM": "score.py", "CUT": "0.3"},
        }
    }
    cloud.sagemaker.update_model_package(ModelPackageArn=second, ModelApprovalStatus="Approved")
    assert main(["lookup", "model-package", "churn"]) == 0
    assert json.loads(context.read_text())[key("churn")]["model_package_arn"] == second


@pytest.mark.parametrize("by_arn", [False, True])
def test_a_version_is_looked_up_by_its_number_or_its_arn(cloud, context, by_arn):
    uri = cloud.put(archive({"notes.txt": b"no model"}))
    arn = register(cloud, ModelDataUrl=uri)
    register(cloud, ModelDataUrl="s3://models/newer.tar.gz")
    version = arn.rsplit("/", 1)[1]
    assert main(["lookup", "model-package", arn if by_arn else f"churn/{version}"]) == 0
    found = json.loads(context.read_text())[key(f"churn/{version}")]
    assert (found["model_package_arn"], found["model_data"]) == (arn, uri)
    assert (found["sklearn_version"], found["sklearn_version_from"]) == ("1.9.0", "image")
    assert found["environment"] == {}


def test_uncompressed_files_below_a_prefix_are_a_model(cloud, context, model_dir):
    cloud.s3.put_object(Bucket=BUCKET, Key="plain/model.joblib", Body=(model_dir / "model.joblib").read_bytes())
    source = {"S3Uri": f"s3://{BUCKET}/plain/", "S3DataType": "S3Prefix", "CompressionType": "None"}
    register(cloud, ModelDataSource={"S3DataSource": source})
    assert main(["lookup", "model-package", "churn"]) == 0
    found = json.loads(context.read_text())[key("churn")]
    assert found["model_data"] == f"s3://{BUCKET}/plain/"
    assert found["sha256"] == ModelData.from_directory(model_dir).sha256


def test_a_model_that_may_not_be_read_is_written_without_a_digest(cloud, context, capsys):
    register(cloud, ModelDataUrl=f"s3://{BUCKET}/none.tar.gz", Image="mine:1")
    assert main(["lookup", "model-package", "churn"]) == 0
    assert "scikit-learn unknown (of the image); its digest is not known, so that a change" in capsys.readouterr().out
    assert json.loads(context.read_text())[key("churn")]["sha256"] is None


ONE_FILE = {"S3Uri": "s3://models/model.joblib", "S3DataType": "S3Object", "CompressionType": "None"}


@pytest.mark.parametrize(
    ("registered", "message"),
    [
        ({"count": 2, "ModelDataUrl": "s3://models/a"}, "has 2 containers, and a SklearnModel is one"),
        ({}, "has the model data '', which is not an address in S3"),
        ({"ModelDataUrl": "https://models.s3.amazonaws.com/a"}, "has the model data 'https://models.s3.amaz"),
        ({"ModelDataSource": {"S3DataSource": ONE_FILE}}, "has one uncompressed file, s3://models/model.joblib; reg"),
        ({"status": "Rejected", "ModelDataUrl": "s3://models/a"}, "has the approval status Rejected; approve one: aws"),
    ],
)
def test_a_package_that_cannot_be_deployed_is_refused(cloud, context, capsys, registered, message):
    arn = register(cloud, **registered)
    assert main(["lookup", "model-package", arn]) == 1
    assert f"model package {arn} {message}" in capsys.readouterr().err
    assert not context.exists()


def test_what_is_not_there_is_named(cloud, context, capsys):
    newest = register(cloud, "waiting", "PendingManualApproval", ModelDataUrl="s3://models/a")
    for name, message in {
        "nobody": "model package group 'nobody' has no version",
        "empty": "model package group 'empty' has no version; register a model in it, or correct it",
        "waiting": f"no approved version; approve one: aws sagemaker update-model-package --model-package-arn {newest}",
        "waiting/9": f"model package group 'waiting' has no version 9; its newest is {newest}",
        f"{OWNER}/none/1": f"model package '{OWNER}/none/1' could not be looked up: An error occurred",
        "a_b": "model package 'a_b' is not a name; give a group (its newest approved version is then taken)",
    }.items():
        assert main(["lookup", "model-package", name]) == 1
        assert message in capsys.readouterr().err
    assert not context.exists()
