"""A script as the SageMaker Python SDK's guide writes it: run, it trains; imported, it loads the model."""

import argparse
import os
from pathlib import Path

import joblib
import numpy as np
from sklearn.linear_model import LogisticRegression


def model_fn(model_dir):
    return joblib.load(Path(model_dir) / "model.joblib")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--strength", type=float, default=1.0)
    parser.add_argument("--model-dir", default=os.environ.get("SM_MODEL_DIR"))
    parser.add_argument("--train", default=os.environ.get("SM_CHANNEL_TRAIN"))
    arguments = parser.parse_args()
    rows = np.loadtxt(Path(arguments.train) / "rows.csv", delimiter=",")
    fitted = LogisticRegression(C=arguments.strength).fit(rows[:, 1:], rows[:, 0])
    print(f"score={fitted.score(rows[:, 1:], rows[:, 0])};")
    joblib.dump(fitted, Path(arguments.model_dir) / "model.joblib")
