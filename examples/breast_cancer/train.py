"""Trains a classifier on the CSV files of the "train" channel; runs on SageMaker, on a laptop, or alone."""

import argparse
import os
from pathlib import Path

import joblib
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

TARGET = "target"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    # Hyperparameters of the job arrive as arguments; one of a single letter has a single hyphen.
    parser.add_argument("-C", type=float, default=1.0, help="inverse strength of the regularization")
    parser.add_argument("--max-iter", type=int, default=1000)
    # The container says in its environment where data and model lie.
    parser.add_argument("--train", type=Path, default=os.environ.get("SM_CHANNEL_TRAIN", "data/train"))
    parser.add_argument("--model-dir", type=Path, default=os.environ.get("SM_MODEL_DIR", "model"))
    # SageMaker may pass arguments of its own.
    args, _ = parser.parse_known_args()

    data = pd.concat([pd.read_csv(path) for path in sorted(args.train.glob("*.csv"))], ignore_index=True)
    features, labels = data.drop(columns=TARGET), data[TARGET]
    model = make_pipeline(StandardScaler(), LogisticRegression(C=args.C, max_iter=args.max_iter))
    model.fit(features, labels)

    args.model_dir.mkdir(parents=True, exist_ok=True)
    joblib.dump(model, args.model_dir / "model.joblib")
    print(f"trained on {len(data)} rows: accuracy {model.score(features, labels):.3f} on the rows it was trained on")


if __name__ == "__main__":
    main()
