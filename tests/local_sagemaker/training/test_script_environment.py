"""Arguments and variables, against what sagemaker-training 4.8.0 was seen to produce."""

import doctest
import json
from pathlib import Path, PurePosixPath

import pytest

from local_sagemaker.training import script_environment

VARIABLES = """
SM_HOSTS SM_CURRENT_HOST SM_CURRENT_INSTANCE_TYPE SM_CURRENT_INSTANCE_GROUP SM_CURRENT_INSTANCE_GROUP_HOSTS
SM_INSTANCE_GROUPS SM_INSTANCE_GROUPS_DICT SM_DISTRIBUTION_INSTANCE_GROUPS SM_IS_HETERO
SM_NETWORK_INTERFACE_NAME SM_HPS SM_USER_ARGS SM_USER_ENTRY_POINT SM_FRAMEWORK_PARAMS SM_FRAMEWORK_MODULE
SM_RESOURCE_CONFIG SM_INPUT_DATA_CONFIG SM_OUTPUT_DATA_DIR SM_OUTPUT_INTERMEDIATE_DIR SM_CHANNELS
SM_MODULE_NAME SM_MODULE_DIR SM_LOG_LEVEL SM_INPUT_DIR SM_INPUT_CONFIG_DIR SM_OUTPUT_DIR SM_NUM_CPUS
SM_NUM_GPUS SM_NUM_NEURONS SM_MODEL_DIR SM_TRAINING_ENV TRAINING_JOB_NAME CURRENT_HOST SAGEMAKER_JOB_NAME
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
    assert script_environment.arguments({"key": value}) == ["--key", argument]
    assert _variables({"key": value})["SM_HP_KEY"] == variable


def test_arguments_are_sorted_and_a_one_letter_key_has_one_hyphen():
    assert script_environment.arguments({"k": 5, "alpha": 1}) == ["--alpha", "1", "-k", "5"]


@pytest.mark.parametrize("key", ["sagemaker_program", "_tuning_objective_metric", "default_user_module_name"])
def test_hyperparameters_of_the_framework_are_not_the_scripts(key):
    variables = _variables({key: "x", "epochs": 2})
    assert json.loads(variables["SM_HPS"]) == {"epochs": 2}
    assert json.loads(variables["SM_USER_ARGS"]) == ["--epochs", "2"]
    assert json.loads(variables["SM_FRAMEWORK_PARAMS"]) == {key: "x"}
    assert f"SM_HP_{key.upper()}" not in variables


def test_a_channels_name_is_only_upper_cased():
    variables = _variables({}, channels=["val-set", "train"])
    assert json.loads(variables["SM_CHANNELS"]) == ["train", "val-set"]
    assert variables["SM_CHANNEL_VAL-SET"] == "/opt/ml/input/data/val-set"
    assert json.loads(variables["SM_INPUT_DATA_CONFIG"])["train"]["TrainingInputMode"] == "File"


def test_every_variable_that_the_toolkit_sets_is_there():
    assert set(VARIABLES.split()) <= set(_variables({}))


def test_names_and_places_of_the_script():
    variables = _variables({}, entry_point="steps/train.py")
    assert variables["SM_USER_ENTRY_POINT"] == "steps/train.py"
    assert variables["SM_MODULE_NAME"] == "steps/train"
    assert variables["SM_MODULE_DIR"] == "/opt/ml/code"
    assert variables["SM_MODEL_DIR"] == "/opt/ml/model"
    assert json.loads(variables["SM_HOSTS"]) == [variables["SM_CURRENT_HOST"]]
    assert json.loads(variables["SM_TRAINING_ENV"])["model_dir"] == "/opt/ml/model"


def _variables(hyperparameters, channels=(), entry_point="train.py"):
    return script_environment.variables(
        base_dir=Path("/opt/ml"),
        entry_point=PurePosixPath(entry_point),
        hyperparameters=hyperparameters,
        channels=channels,
        job_name="job",
    )


def test_the_examples_in_the_docstrings_run():
    done = doctest.testmod(script_environment)
    assert done.attempted > 0
    assert done.failed == 0
