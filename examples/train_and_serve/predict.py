"""Ask the endpoint about the patients of the test: how far it is off, and how many true values its range holds."""

import pandas as pd

from endpoint_client import Predictor


def main() -> None:
    """Print mean absolute error and coverage."""
    data = pd.read_csv("data/test/diabetes.csv")
    target = data.pop("target").to_numpy()
    with Predictor("diabetes") as predictor:
        low, predicted, high = predictor.predict(data.to_numpy()).T
    inside = ((low <= target) & (target <= high)).mean()
    print(f"mean absolute error {abs(predicted - target).mean():.3f}, {inside:.0%} of the true values in the range")


if __name__ == "__main__":
    main()
