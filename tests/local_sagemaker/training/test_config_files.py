"""The files that SageMaker writes and a container reads."""

import json

import pytest

from local_sagemaker.training.config_files import ConfigFiles, one_machine, whole_files


def test_what_is_written_is_read_again(tmp_path):
    files = ConfigFiles(
        hyperparameters={"name": '"über"'},
        input_data_config=whole_files(["train", "val-set"]),
        resource_config=one_machine("ml.m5.large"),
    )
    files.write(tmp_path)
    assert ConfigFiles.read(tmp_path) == files
    assert sorted(file.name for file in (tmp_path / "input" / "config").iterdir()) == [
        "hyperparameters.json",
        "inputdataconfig.json",
        "resourceconfig.json",
    ]


def test_one_machine_names_its_type_where_the_toolkit_and_where_a_user_looks():
    machine = one_machine("ml.m5.large")
    assert machine["current_instance_type"] == machine["instance_groups"][0]["instance_type"] == "ml.m5.large"
    assert machine["hosts"] == [machine["current_host"]] == machine["instance_groups"][0]["hosts"]


def test_a_file_that_is_missing_or_broken_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"hyperparameters\.json"):
        ConfigFiles.read(tmp_path)
    ConfigFiles(hyperparameters={}, input_data_config={}, resource_config={}).write(tmp_path)
    (tmp_path / "input" / "config" / "resourceconfig.json").write_text("{")
    with pytest.raises(json.JSONDecodeError):
        ConfigFiles.read(tmp_path)
