"""Variables of a script; `tests/aws_training` compares them with those of AWS's toolkit."""

import json
import os
from pathlib import Path

import pytest

from local_sagemaker.training import script_environment
from local_sagemaker.training.config_files import ConfigFiles, one_machine, whole_files
from local_sagemaker.training.hyperparameters import arguments

VARIABLES = """
SM_HOSTS SM_CURRENT_HOST SM_CURRENT_INSTANCE_TYPE SM_CURRENT_INSTANCE_GROUP SM_CURRENT_INSTANCE_GROUP_HOSTS
SM_INSTANCE_GROUPS SM_INSTANCE_GROUPS_DICT SM_DISTRIBUTION_INSTANCE_GROUPS SM_IS_HETERO
SM_NETWORK_INTERFACE_NAME SM_HPS SM_USER_ARGS SM_USER_ENTRY_POINT SM_FRAMEWORK_PARAMS SM_FRAMEWORK_MODULE
SM_RESOURCE_CONFIG SM_INPUT_DATA_CONFIG SM_OUTPUT_DATA_DIR SM_OUTPUT_INTERMEDIATE_DIR SM_CHANNELS
SM_MODULE_NAME SM_MODULE_DIR SM_LOG_LEVEL SM_INPUT_DIR SM_INPUT_CONFIG_DIR SM_OUTPUT_DIR SM_NUM_CPUS
SM_NUM_GPUS SM_NUM_NEURONS SM_MODEL_DIR SM_TRAINING_ENV CURRENT_HOST SAGEMAKER_JOB_NAME
SAGEMAKER_REGION
"""


@pytest.mark.parametrize(
    ("value", "argument", "variable"),
    [
        (10, "10", "10"),
        (0.1, "0.1", "0.1"),
        ("abc", "abc", "abc"),
        ("7", "7", "7"),
        (True, "True", "true"),
        (False, "False", "false"),
        (None, "", ""),
        ([1, 2, "x"], "[1, 2, 'x']", '[1,2,"x"]'),
        ({"b": "c", "a": 1}, "a=1,b=c", '{"a":1,"b":"c"}'),
        ({"a": {"b": [1]}}, "a={'b': [1]}", '{"a":{"b":[1]}}'),
        ("", "", ""),
    ],
)
def test_a_hyperparameter_is_converted_as_the_toolkit_does(value, argument, variable):
    assert arguments({"key": value}) == ["--key", argument]
    assert _variables({"key": value})["SM_HP_KEY"] == variable


@pytest.mark.parametrize("key", ["sagemaker_mpi_enabled", "_tuning_objective_metric", "default_user_module_name"])
def test_hyperparameters_of_the_framework_are_not_the_scripts(key):
    variables = _variables({key: "x", "epochs": 2})
    assert json.loads(variables["SM_HPS"]) == {"epochs": 2}
    assert json.loads(variables["SM_USER_ARGS"]) == ["--epochs", "2"]
    assert f"SM_HP_{key.upper()}" not in variables


def test_only_hyperparameters_that_the_toolkit_does_not_read_itself_are_framework_parameters():
    variables = _variables({"sagemaker_region": "eu-west-1", "sagemaker_mpi_enabled": True, "epochs": 2})
    assert json.loads(variables["SM_FRAMEWORK_PARAMS"]) == {"sagemaker_mpi_enabled": True}
    assert json.loads(variables["SM_DISTRIBUTION_INSTANCE_GROUPS"]) == ["homogeneousCluster"]


def test_a_channels_name_is_only_upper_cased():
    variables = _variables({}, channels=["val-set", "train"])
    assert json.loads(variables["SM_CHANNELS"]) == ["train", "val-set"]
    assert variables["SM_CHANNEL_VAL-SET"] == "/opt/ml/input/data/val-set"
    assert json.loads(variables["SM_INPUT_DATA_CONFIG"])["train"]["TrainingInputMode"] == "File"


def test_every_variable_that_the_toolkit_sets_is_there():
    assert set(VARIABLES.split()) <= set(_variables({}))


def test_names_and_places_of_the_script():
    variables = _variables({"sagemaker_program": "steps/train.py", "sagemaker_submit_directory": "s3://bucket/code"})
    assert variables["SM_USER_ENTRY_POINT"] == "steps/train.py"
    assert variables["SM_MODULE_NAME"] == "steps/train"
    assert variables["SM_MODULE_DIR"] == "s3://bucket/code"
    assert variables["SM_MODEL_DIR"] == "/opt/ml/model"
    assert json.loads(variables["SM_HOSTS"]) == [variables["SM_CURRENT_HOST"]]
    assert json.loads(variables["SM_TRAINING_ENV"])["model_dir"] == "/opt/ml/model"


def test_the_machines_are_those_of_the_resource_config():
    groups = [
        {"instance_group_name": "cpu", "instance_type": "ml.m5.large", "hosts": ["algo-1", "algo-2"]},
        {"instance_group_name": "more", "instance_type": "ml.c5.large", "hosts": ["algo-3"]},
    ]
    resources = {
        "current_host": "algo-3",
        "current_instance_type": "ml.c5.large",
        "current_group_name": "more",
        "hosts": ["algo-1", "algo-2", "algo-3"],
        "instance_groups": groups,
    }
    variables = _variables({}, resources=resources)
    assert variables["SM_CURRENT_INSTANCE_TYPE"] == "ml.c5.large"
    assert json.loads(variables["SM_CURRENT_INSTANCE_GROUP_HOSTS"]) == ["algo-3"]
    assert json.loads(variables["SM_INSTANCE_GROUPS_DICT"])["cpu"] == groups[0]
    assert variables["SM_IS_HETERO"] == "true"
    assert variables["SM_NETWORK_INTERFACE_NAME"] == "eth0"
    known = json.loads(variables["SM_TRAINING_ENV"])
    assert (known["master_hostname"], known["is_master"]) == ("algo-1", False)


def test_the_jobs_name_and_the_region_come_from_the_container_and_the_hyperparameters():
    variables = _variables({"sagemaker_job_name": "sent"}, TRAINING_JOB_NAME="set", AWS_DEFAULT_REGION="eu-west-1")
    assert variables["SAGEMAKER_JOB_NAME"] == "sent"
    assert variables["SAGEMAKER_REGION"] == "eu-west-1"
    assert json.loads(variables["SM_TRAINING_ENV"])["job_name"] == "set"
    variables = _variables({"sagemaker_region": "us-east-2"}, AWS_DEFAULT_REGION="eu-west-1")
    assert variables["SAGEMAKER_REGION"] == "us-east-2"


def test_a_job_name_that_arrives_as_a_number_is_refused_with_the_remedy():
    with pytest.raises(TypeError, match="sagemaker_job_name is 20 and not text: put it in quotes"):
        _variables({"sagemaker_job_name": 20})


def test_the_number_of_cpus_is_this_machines():
    assert _variables({})["SM_NUM_CPUS"] == str(os.cpu_count())


def _variables(hyperparameters, channels=(), resources=None, **environment):
    sent = {"sagemaker_program": "train.py"} | hyperparameters
    return script_environment.variables(
        base_dir=Path("/opt/ml"),
        config=ConfigFiles(
            hyperparameters={key: json.dumps(value) for key, value in sent.items()},
            input_data_config=whole_files(channels),
            resource_config=resources or one_machine(),
        ),
        environment=environment,
    )
