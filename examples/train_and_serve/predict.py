"""Ask the endpoint about the patients of the test: how far it is off, and how many true values its range holds."""

import pandas as pd

from endpoint_client import Predictor


def main() -> None:
    """Print mean absolute error and coverage."""
    data = pd.read_csv("data/test/diabetes.csv")
    target = data.pop("target")
    with Predictor("diabetes") as predictor:
        given = predictor.predict(data.to_numpy(), as_frame=True).set_axis(["low", "predicted", "high"], axis=1)
    inside = target.between(given["low"], given["high"]).mean()
    error = (given["predicted"] - target).abs().mean()
    print(f"mean absolute error {error:.3f}, {inside:.0%} of the true values in the range")


if __name__ == "__main__":
    main()
