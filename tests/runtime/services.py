"""What the tests of the service share: rows, a pipeline on columns with names, and an error's reason."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from sklearn_runtime.content_types import SUPPORTED

IRIS, SPECIES = load_iris(return_X_y=True)
JSON, CSV, NPY = SUPPORTED


def error_of(response):
    assert response.content_type == JSON
    return json.loads(response.body)["error"]


def homes():
    """A pipeline that picks a column of text and one of numbers by name."""
    frame = pd.DataFrame({"city": ["007", "Rome"] * 4, "rooms": np.arange(8.0)}, columns=["city", "rooms"])
    selected = ColumnTransformer([("text", OneHotEncoder(), ["city"]), ("numbers", "passthrough", ["rooms"])])
    return make_pipeline(selected, LogisticRegression(solver="lbfgs")).fit(frame.astype({"city": object}), [0, 1] * 4)
