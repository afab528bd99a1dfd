import json

import numpy as np
import pytest

from constructs_lib.training.hyperparameters import encode_hyperparameters, hyperparameter_problems


@pytest.mark.parametrize("value", [20, 0.1, "l2", "7", "", True, None, [1, 2, "x"], {"a": {"b": [1]}}, "é"])
def test_a_value_keeps_its_type(value):
    encoded = encode_hyperparameters({"key": value})["key"]
    assert json.loads(encoded) == value
    assert type(json.loads(encoded)) is type(value)


def test_numpy_becomes_plain():
    encoded = encode_hyperparameters({"C": np.float64(0.5), "n": np.int64(3), "on": np.True_})
    assert encoded == {"C": "0.5", "n": "3", "on": "true"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"model": object()}, "hyperparameter 'model' is <object object"),
        ({"grid": np.arange(3)}, "hyperparameter 'grid' is array([0, 1, 2]), which JSON cannot carry"),
        ({1: 2}, "hyperparameter 1 has a name that is no text"),
        ({str(number): "x" * 2400 for number in range(17)}, "hyperparameters has 40,858 bytes as JSON"),
        ({"C": float("nan")}, "hyperparameter 'C' is nan, which JSON cannot carry"),
        ({"sagemaker_program": "x"}, "hyperparameter 'sagemaker_program' is set by the construct"),
        ({"path.$": "x"}, "ends in '.$', which Step Functions reads as a path"),
        ({"k" * 257: 1}, "has a name of 257 characters; give 1 to 256"),
        ({"": 1}, "has a name of 0 characters"),
        ({"text": "x" * 2500}, "has 2,502 characters as JSON; SageMaker takes 2,500"),
        ({str(number): 1 for number in range(96)}, "hyperparameters has 96 entries"),
    ],
)
def test_what_cannot_be_passed_is_named(given, message):
    problems = list(hyperparameter_problems(given))
    assert len(problems) == 1
    assert message in problems[0]


def test_the_limits_themselves_are_allowed():
    assert not list(hyperparameter_problems({"k" * 256: "x" * 2498, **{str(number): 1 for number in range(94)}}))
