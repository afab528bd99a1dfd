"""Training script: how a disease progresses in a year, and how far a prediction may be off."""

import argparse
import json
import os
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.metrics import mean_absolute_error, r2_score
from tabulate import tabulate  # requirements.txt asks for it: AWS's image does not have it

TARGET = "target"


def load(channel: Path) -> tuple[pd.DataFrame, pd.Series]:
    """Read the CSV files of a channel: features and target."""
    data = pd.concat([pd.read_csv(path) for path in sorted(channel.glob("*.csv"))], ignore_index=True)
    return data.drop(columns=TARGET), data[TARGET]


def main() -> None:
    """Train, measure, and leave the model where SageMaker fetches it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--max-iter", type=int, default=20)
    parser.add_argument("--learning-rate", type=float, default=0.05)
    parser.add_argument("--train", type=Path, default=os.environ["SM_CHANNEL_TRAIN"])
    parser.add_argument("--test", type=Path, default=os.environ["SM_CHANNEL_TEST"])
    parser.add_argument("--model-dir", type=Path, default=os.environ["SM_MODEL_DIR"])
    parser.add_argument("--output-data-dir", type=Path, default=os.environ["SM_OUTPUT_DATA_DIR"])
    args, _ = parser.parse_known_args()

    features, target = load(args.train)
    test_features, test_target = load(args.test)
    model = HistGradientBoostingRegressor(learning_rate=args.learning_rate, warm_start=True, random_state=0)
    curve = []
    for iterations in range(1, args.max_iter + 1):
        predicted = model.set_params(max_iter=iterations).fit(features, target).predict(test_features)
        curve.append((iterations, r2_score(test_target, predicted), mean_absolute_error(test_target, predicted)))
        # The metric definitions of the training find the values in these lines.
        print("iteration {}: test r2={:.4f} test mae={:.3f}".format(*curve[-1]))
    print(tabulate(curve[-3:], headers=("iteration", "r2", "mae"), floatfmt=".3f"))

    # Nine of ten predictions of the test are off by less.
    margin = float(np.quantile(np.abs(test_target - predicted), 0.9))
    joblib.dump({"model": model, "margin": margin}, args.model_dir / "model.joblib")
    (args.output_data_dir / "curve.json").write_text(json.dumps(curve))


if __name__ == "__main__":
    main()
