"""Hyperparameters on their way to a job and back."""

from datetime import date

import numpy as np
import pytest

from endpoint_client import InvalidInput
from endpoint_client.training.hyperparameters import decode_hyperparameters, encode_hyperparameters

VALUES = {
    "integer": 20,
    "real": 0.1,
    "text": "l2",
    "looks like a number": "7",
    "empty": "",
    "truth": True,
    "nothing": None,
    "several": [1, "x", {"a": [2.5]}],
}


def test_values_come_back_with_their_types():
    encoded = encode_hyperparameters(VALUES)
    assert encoded["text"] == '"l2"'
    assert encoded["looks like a number"] == '"7"'
    assert encoded["truth"] == "true"
    assert decode_hyperparameters(encoded) == VALUES


def test_scalars_of_numpy_are_numbers():
    given = {
        "a": np.int64(3),
        "b": np.float32(0.5),
        "c": np.float64(0.1),
        "d": np.bool_(True),
        "e": [np.int8(1)],
        "f": np.str_("x"),
    }
    assert encode_hyperparameters(given) == {"a": "3", "b": "0.5", "c": "0.1", "d": "true", "e": "[1]", "f": '"x"'}


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        np.float32("inf"),
        np.zeros(3),
        [np.zeros(3)],
        pytest.param(object(), id="object"),
        {1, 2},
        date(2026, 1, 1),
        np.datetime64("2026-01-01"),
        b"x",
    ],
    ids=repr,
)
def test_what_json_cannot_carry_is_refused_with_what_it_can(value):
    with pytest.raises(InvalidInput, match=r"(?s)hyperparameter 'x' is .*which JSON cannot carry .*give numbers"):
        encode_hyperparameters({"x": value})


@pytest.mark.parametrize("name", ["", "x" * 257, 5])
def test_a_name_has_1_to_256_characters(name):
    with pytest.raises(InvalidInput, match="a name is a text of 1 to 256 characters"):
        encode_hyperparameters({name: 1})


def test_sagemakers_own_names_are_refused_and_left_out():
    with pytest.raises(InvalidInput, match="'sagemaker_program': names that begin with 'sagemaker_' are SageMaker's"):
        encode_hyperparameters({"sagemaker_program": "train.py"})
    assert decode_hyperparameters({"sagemaker_program": '"train.py"'}) == {}


def test_a_value_has_at_most_2500_characters_as_json():
    assert len(encode_hyperparameters({"x": "y" * 2498})["x"]) == 2500
    with pytest.raises(InvalidInput, match="has 2,501 characters as JSON; SageMaker takes 2,500: put it into a file"):
        encode_hyperparameters({"x": "y" * 2499})


def test_the_image_needs_five_of_the_100():
    assert len(encode_hyperparameters({f"x{number}": 1 for number in range(95)})) == 95
    with pytest.raises(InvalidInput, match="96 hyperparameters; SageMaker takes 100, 5 of them for"):
        encode_hyperparameters({f"x{number}": 1 for number in range(96)})


def test_a_text_that_is_no_json_stays_one_as_in_the_image():
    assert decode_hyperparameters({"path": "s3://a/b"}) == {"path": "s3://a/b"}


def test_what_an_execution_cannot_carry_in_all_is_refused():
    with pytest.raises(InvalidInput, match=r"hyperparameters of 47,950 bytes as JSON; .* carries 40,000"):
        encode_hyperparameters({f"text{number}": "x" * 2390 for number in range(20)})
