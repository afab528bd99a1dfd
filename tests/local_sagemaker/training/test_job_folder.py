"""The folder of a job holds what SageMaker puts into /opt/ml."""

import json

import pytest

from local_sagemaker.training.channels import Channel
from local_sagemaker.training.job_folder import lay_out, moved
from tests.local_sagemaker.training.job_cloud import channel


def test_the_configuration_files_hold_what_was_asked_for(tmp_path):
    request = {
        "HyperParameters": {"epochs": "3", "path": '"/opt/ml/checkpoints"'},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    }
    lay_out(tmp_path, request, [Channel.parse(channel("train", "s3://models/data"), "File")])
    hyperparameters, inputs, resources = (
        json.loads((tmp_path / "input" / "config" / f"{name}.json").read_text())
        for name in ("hyperparameters", "inputdataconfig", "resourceconfig")
    )
    assert hyperparameters == {"epochs": "3", "path": f'"{tmp_path}/checkpoints"'}
    assert inputs["train"]["TrainingInputMode"] == "File"
    assert resources["current_instance_type"] == "ml.m5.large"
    assert resources["hosts"] == ["algo-1"]
    assert all((tmp_path / name).is_dir() for name in ("model", "output/data", "input/data"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("/opt/ml", "/job"),
        ("/opt/ml/model", "/job/model"),
        ("a=/opt/ml/a:/opt/ml/b", "a=/job/a:/job/b"),
        ('["/opt/ml/a"]', '["/job/a"]'),
        ("/opt/mlflow", "/opt/mlflow"),
        ("/data/opt/ml/a", "/data/opt/ml/a"),
        ("s3://bucket/opt/ml", "s3://bucket/opt/ml"),
    ],
)
def test_only_what_names_opt_ml_itself_is_changed(value, expected, tmp_path):
    assert moved({"value": value}, type(tmp_path)("/job")) == {"value": expected}
