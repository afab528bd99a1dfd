"""What a user of the stock server writes at least: the image has no default for model_fn."""

from pathlib import Path
from typing import Any

import joblib


def model_fn(model_dir: str) -> Any:
    return joblib.load(Path(model_dir) / "model.joblib")
