"""Trains a classifier of iris flowers: `python train.py` writes model/model.joblib."""

import os
from pathlib import Path

import joblib
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression


def main() -> None:
    features, species = load_iris(return_X_y=True)
    model_dir = Path(os.environ.get("SM_MODEL_DIR", "model"))
    model_dir.mkdir(parents=True, exist_ok=True)
    joblib.dump(LogisticRegression(max_iter=1000).fit(features, species), model_dir / "model.joblib")


if __name__ == "__main__":
    main()
