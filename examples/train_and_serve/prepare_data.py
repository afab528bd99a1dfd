"""Write scikit-learn's diabetes data as CSV, and upload it to where the training reads it."""

from pathlib import Path
from urllib.parse import urlsplit

import boto3
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split


def main() -> None:
    """Upload three quarters of the rows for training, and one for the test."""
    (stack,) = boto3.client("cloudformation").describe_stacks(StackName="Diabetes")["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    place = urlsplit(outputs["DataPath"])
    parts = train_test_split(load_diabetes(as_frame=True).frame, random_state=0)
    for name, rows in zip(("train", "test"), parts, strict=True):
        file = Path("data", name, "diabetes.csv")
        file.parent.mkdir(parents=True, exist_ok=True)
        rows.to_csv(file, index=False)
        boto3.client("s3").upload_file(str(file), place.netloc, f"{place.path.lstrip('/')}/{name}/{file.name}")
        print(f"{len(rows)} rows: {outputs['DataPath']}/{name}/{file.name}")


if __name__ == "__main__":
    main()
