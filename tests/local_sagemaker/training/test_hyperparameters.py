"""Hyperparameters as the toolkit reads them; `tests/aws_training` compares them with those of AWS's toolkit."""

import doctest
from pathlib import Path

import pytest

from local_sagemaker.training import hyperparameters


def test_arguments_are_sorted_and_a_one_letter_key_has_one_hyphen():
    assert hyperparameters.arguments({"k": 5, "alpha": 1}) == ["--alpha", "1", "-k", "5"]


def test_a_value_that_is_not_json_is_the_text_that_it_is():
    assert hyperparameters.decoded({"a": "abc", "b": "007", "c": "1e2", "d": 5, "e": "[1"}) == {
        "a": "abc",
        "b": "007",
        "c": 100.0,
        "d": 5,
        "e": "[1",
    }


def test_the_script_is_named_by_a_hyperparameter_or_by_a_variable_that_wins():
    assert hyperparameters.user_entry_point({"sagemaker_program": "a.py"}, {"SAGEMAKER_PROGRAM": "b.py"}) == "b.py"
    with pytest.raises(ValueError, match="sagemaker_program is None: give the path of the script"):
        hyperparameters.user_entry_point({}, {})


def test_without_a_submit_directory_the_code_is_in_the_code_directory():
    assert hyperparameters.submit_directory({}, Path("/opt/ml")) == "/opt/ml/code"
    assert hyperparameters.submit_directory({"sagemaker_submit_directory": "s3://b/k"}, Path("/opt/ml")) == "s3://b/k"


def test_the_examples_in_the_docstrings_run():
    done = doctest.testmod(hyperparameters)
    assert done.attempted > 0
    assert done.failed == 0
