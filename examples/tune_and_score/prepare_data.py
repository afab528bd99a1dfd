"""Write scikit-learn's diabetes data as CSV, and a file of 100,000 patients to predict, and upload both."""

from pathlib import Path
from urllib.parse import urlsplit

import boto3
import numpy as np
from sklearn.datasets import load_diabetes

PATIENTS = 100_000


def main() -> None:
    """Upload the rows to train on, and those to predict, each of which begins with an id."""
    (stack,) = boto3.client("cloudformation").describe_stacks(StackName="Progress")["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    place = urlsplit(outputs["DataPath"])
    features, target = load_diabetes(return_X_y=True)
    ids = np.arange(PATIENTS)
    files = {
        "train/diabetes.csv": np.column_stack([features, target]),
        "patients/all.csv": np.column_stack([ids, features[ids % len(features)]]),
    }
    for name, rows in files.items():
        file = Path("data", name)
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savetxt(file, rows, delimiter=",", fmt="%.17g")
        boto3.client("s3").upload_file(str(file), place.netloc, f"{place.path.lstrip('/')}/{name}")
        print(f"{len(rows)} rows: {outputs['DataPath']}/{name}")


if __name__ == "__main__":
    main()
