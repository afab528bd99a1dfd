"""Calls every endpoint of the stack: `python call.py INPUT_PATH`, with the stack's output AsyncInputPath."""

import sys
from pathlib import Path

from sklearn.datasets import load_wine

from endpoint_client import Endpoint, ModelStore, Predictor

bottles, cultivars = load_wine(return_X_y=True)


def accuracy(name: str, *, variant: str | None = None, model: str | None = None) -> None:
    """Predict every bottle, and print how many cultivars are right."""
    with Predictor(name, target_variant=variant, target_model=model) as predictor:
        right = (predictor.predict(bottles) == cultivars).mean()
    print(f"{variant or model or 'all'} of {name}: {right:.0%} right")


def main() -> None:
    for variant in ("Champion", "Challenger"):
        accuracy("wine-two-variants", variant=variant)
    # At once, until the next deployment of a changed configuration.
    Endpoint("wine-two-variants").set_weights({"Champion": 1, "Challenger": 1})
    accuracy("wine-two-variants")
    accuracy("wine-shadow")
    accuracy("wine-serverless")

    with Predictor("wine-async") as predictor:
        answer = predictor.predict_async(bottles, input_path=sys.argv[1]).result()
    print(f"all of wine-async: {(answer == cultivars).mean():.0%} right")

    cellars = ModelStore("wine-cellars")
    for folder in sorted(Path("model/cellars").iterdir()):
        name = f"{folder.name}.tar.gz"
        if name not in cellars.names():
            cellars.add(name, folder)
        accuracy("wine-cellars", model=name)


if __name__ == "__main__":
    main()
