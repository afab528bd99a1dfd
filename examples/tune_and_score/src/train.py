"""Training script: how a disease progresses in a year; what it prints is what the tuner looks at."""

import argparse
import os
from pathlib import Path

import joblib
import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.model_selection import train_test_split


def main() -> None:
    """Train, measure on a quarter of the rows, and leave the model where SageMaker fetches it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--max-iter", type=int, default=30)
    parser.add_argument("--learning-rate", type=float, default=0.1)
    parser.add_argument("--max-depth", type=int, default=3)
    parser.add_argument("--train", type=Path, default=os.environ["SM_CHANNEL_TRAIN"])
    parser.add_argument("--model-dir", type=Path, default=os.environ["SM_MODEL_DIR"])
    args, _ = parser.parse_known_args()

    rows = np.concatenate([np.loadtxt(path, delimiter=",") for path in sorted(args.train.glob("*.csv"))])
    fitted, held_out = train_test_split(rows, random_state=0)
    model = HistGradientBoostingRegressor(
        max_iter=args.max_iter, learning_rate=args.learning_rate, max_depth=args.max_depth, random_state=0
    ).fit(fitted[:, :-1], fitted[:, -1])
    print(f"validation r2={model.score(held_out[:, :-1], held_out[:, -1]):.6f}")
    joblib.dump(model, args.model_dir / "model.joblib")


if __name__ == "__main__":
    main()
