"""The example with columns of text: the client sends data frames over HTTP, and gets the pipeline's own predictions."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest

from endpoint_client import InputRejected, Predictor
from sklearn_runtime.service import InferenceService
from sklearn_runtime.settings import Settings
from tests.endpoint_client.conftest import endpoint, predictor

__all__ = ["endpoint", "predictor"]

TRAIN = Path(__file__).resolve().parents[2] / "examples" / "categorical_columns" / "train.py"
CSV = b"sex,age,weight,bp\n2,59,obese,101.0\n1,,normal,87.0\n"
PATIENTS = pd.DataFrame({"sex": ["2", "1"], "age": [59, None], "weight": ["obese", "normal"], "bp": [101.0, 87.0]})


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("ml")
    subprocess.run([sys.executable, TRAIN], cwd=directory, check=True)
    return directory


@pytest.fixture(scope="module")
def model(base: Path) -> Any:
    return joblib.load(base / "model" / "model.joblib")


@pytest.fixture(scope="module")
def service(base: Path) -> InferenceService:
    return InferenceService.load(Settings.from_environ({"SAGEMAKER_BASE_DIR": str(base)}))


@pytest.mark.parametrize("columns", [["sex", "age", "weight", "bp"], ["bp", "weight", "age", "sex"]])
@pytest.mark.parametrize("content_type", [None, "text/csv", "application/jsonlines"])
def test_a_frame_is_predicted_as_the_pipeline_does(predictor, model, columns, content_type):
    predictor.content_type = content_type
    np.testing.assert_array_equal(predictor.predict(PATIENTS[columns]), model.predict(PATIENTS))


def test_every_row_of_a_long_frame_is_predicted(predictor, model):
    frame = pd.concat([PATIENTS] * 500, ignore_index=True)
    predictor.max_payload_bytes = 5000
    np.testing.assert_array_equal(predictor.predict(frame), model.predict(frame))


def test_the_bodies_that_the_readme_shows_are_predicted_alike(service, model):
    expected = model.predict(PATIENTS)
    records = PATIENTS.astype(object).where(PATIENTS.notna(), None).to_dict("records")
    for body, content_type in ((CSV, "text/csv"), (json.dumps(records).encode(), "application/json")):
        response = service.invoke(body, content_type, "application/json")
        assert json.loads(response.body) == expected.tolist()


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (PATIENTS.rename(columns={"sex": "gender"}), "it lacks 'sex'; the model does not know 'gender'"),
        (PATIENTS.replace("obese", "heavy"), "row 0, column 2 ('weight') is 'heavy', which the model does not know"),
        (PATIENTS.assign(sex=[2, 1]), "row 0, column 0: 2.0 is not text"),
        (PATIENTS.assign(bp=["high", "low"]), "row 0, column 3: 'high' is not a number"),
    ],
)
def test_what_the_model_cannot_take_is_told_to_the_caller(predictor: Predictor, frame, message):
    with pytest.raises(InputRejected) as caught:
        predictor.predict(frame)
    assert message in str(caught.value)
