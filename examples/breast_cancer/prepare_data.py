"""Writes scikit-learn's breast-cancer data as CSV: ``train/train.csv`` to learn from, ``test/test.csv`` held out."""

import sys
from pathlib import Path

from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split


def prepare_data(directory: Path) -> tuple[Path, Path]:
    """Write both files below `directory` and give the directories ``train`` and ``test``.

    Each file has a header: 30 features by name, then ``target`` (0: malignant, 1: benign). A quarter of the 569 rows is
    held out, the same rows each time, with the classes in proportion.
    """
    frame = load_breast_cancer(as_frame=True).frame
    train, test = train_test_split(frame, test_size=0.25, random_state=0, stratify=frame["target"])
    for name, rows in (("train", train), ("test", test)):
        (directory / name).mkdir(parents=True, exist_ok=True)
        rows.to_csv(directory / name / f"{name}.csv", index=False)
    return directory / "train", directory / "test"


if __name__ == "__main__":
    prepare_data(Path(sys.argv[1] if len(sys.argv) > 1 else "data"))
