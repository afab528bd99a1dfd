"""The model as a BentoML service."""

import os

import bentoml  # type: ignore[import-not-found]
import joblib
import numpy as np


@bentoml.service(workers=2)  # type: ignore[misc, unused-ignore]
class Bench:
    def __init__(self) -> None:
        self.model = joblib.load(os.environ["BENCH_MODEL"])

    @bentoml.api  # type: ignore[untyped-decorator, unused-ignore]
    def predict(self, rows: np.ndarray) -> np.ndarray:
        return np.asarray(self.model.predict(rows))
