"""The example training script, under the SageMaker contract and as a plain script."""

import subprocess
import sys
from pathlib import Path

import joblib
import pandas as pd
import pytest

from local_sagemaker.training.scripts import run_training_script

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "breast_cancer"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("data")
    subprocess.run([sys.executable, EXAMPLE / "prepare_data.py", directory], check=True)
    return directory


def accuracy(model_file: Path, data: Path) -> float:
    rows = pd.read_csv(data / "test" / "test.csv")
    score: float = joblib.load(model_file).score(rows.drop(columns="target"), rows["target"])
    return score


def test_the_held_out_rows_are_a_quarter_and_not_among_those_to_train(data):
    train, test = (pd.read_csv(data / name / f"{name}.csv") for name in ("train", "test"))
    assert (len(train), len(test)) == (426, 143)
    assert list(train.columns) == list(test.columns)
    assert train.columns[-1] == "target"
    assert pd.concat([train, test]).duplicated().sum() == 0


def test_a_job_of_the_script_makes_a_model_that_is_right_on_held_out_rows(data, tmp_path):
    lines: list[str] = []
    result = run_training_script(
        "train.py",
        source_dir=EXAMPLE,
        hyperparameters={"C": 0.5, "max-iter": 500},
        channels={"train": data / "train"},
        base_dir=tmp_path / "ml",
        log=lines.append,
    )
    assert [path.name for path in result.model_dir.iterdir()] == ["model.joblib"]
    model = joblib.load(result.model_dir / "model.joblib")
    assert (model[-1].C, model[-1].max_iter) == (0.5, 500)
    assert accuracy(result.model_dir / "model.joblib", data) > 0.94
    assert lines[-1].startswith("trained on 426 rows: accuracy 0.9")


def test_the_script_alone_takes_its_directories_as_arguments(data, tmp_path):
    command = [sys.executable, EXAMPLE / "train.py", "--train", data / "train", "--model-dir", "new/model"]
    subprocess.run(command, cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    assert accuracy(tmp_path / "new" / "model" / "model.joblib", data) > 0.94
