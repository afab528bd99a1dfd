"""Serving hooks: a prediction, and the range that nine of ten true values lie in."""

from pathlib import Path
from typing import Any

import joblib
import numpy as np


def model_fn(model_dir: str) -> Any:
    """Load the regressor and its margin."""
    return joblib.load(Path(model_dir, "model.joblib"))


def predict_fn(input_object: Any, model: Any) -> np.ndarray[Any, Any]:
    """Answer three columns: lower end, prediction, upper end."""
    predicted = model["model"].predict(input_object)
    return np.column_stack([predicted - model["margin"], predicted, predicted + model["margin"]])
