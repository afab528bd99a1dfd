"""Trains a classifier of wines: `python train.py` writes model/model.joblib, and the wines that front.py looks up."""

import json
from pathlib import Path

import joblib
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def main() -> None:
    rows, cultivars = load_wine(return_X_y=True)
    Path("model").mkdir(exist_ok=True)
    joblib.dump(make_pipeline(StandardScaler(), LogisticRegression()).fit(rows, cultivars), "model/model.joblib")
    Path("front/wines.json").write_text(json.dumps(rows.tolist()), encoding="utf-8")


if __name__ == "__main__":
    main()
