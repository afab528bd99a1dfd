"""Trains a classifier of wines: `python train.py` writes model/model.joblib."""

from pathlib import Path

import joblib
import numpy as np
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier

COLOR, HUE = 9, 10


def main() -> None:
    rows, cultivars = load_wine(return_X_y=True)
    features = np.column_stack([rows, rows[:, COLOR] / rows[:, HUE]])
    Path("model").mkdir(exist_ok=True)
    joblib.dump(RandomForestClassifier(20, random_state=0).fit(features, cultivars), "model/model.joblib")


if __name__ == "__main__":
    main()
