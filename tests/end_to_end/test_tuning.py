"""The example that tunes: tuned, its best model deployed, and 100,000 rows predicted with it, as its README says."""

import csv
import io
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.end_to_end.conftest import ROOT, LocalCloud

EXAMPLE = ROOT / "examples" / "tune_and_score"
ROWS = 100_000


@pytest.fixture
def project(tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("data", "cdk.*.json", "cdk.out")
    return Path(shutil.copytree(EXAMPLE, tmp_path / "tune_and_score", ignore=ignored))


def test_the_best_of_some_trainings_predicts_a_hundred_thousand_rows(local_cloud: LocalCloud, project: Path):
    cloud = local_cloud

    def python(name: str) -> list[str]:
        return cloud.run("python", name, cwd=project).stdout.splitlines()

    def deploy(*options: str) -> str:
        return cloud.cdk("deploy", "--require-approval", "never", *options, cwd=project).stdout

    assert "is not emulated" not in deploy()
    assert python("prepare_data.py")[1].startswith("100000 rows: s3://")

    *told, model_data = python("tune.py")
    assert any("6 completed, 0 running, 0 failed; best validation:r2 0." in line for line in told)
    (head,) = (number for number, line in enumerate(told) if line.startswith("validation:r2 "))
    assert told[head].split() == ["validation:r2", "learning-rate", "max-depth", "status", "training", "job"]
    objectives = [float(line.split()[0]) for line in told[head + 1 :] if " Completed " in line]
    assert objectives == sorted(objectives, reverse=True)
    assert len(objectives) == 6
    best = told[head + 1].split()[-1]
    assert f"/{best}/output/model.tar.gz" in model_data
    published = cloud.client("ssm").get_parameter(Name="/progress/model-data")["Parameter"]["Value"]
    assert published == model_data

    parent = best.rsplit("-", 2)[0]
    # Another, which begins with what the first has found.
    again = f"from endpoint_client import TuningClient as C; C.from_stack('Progress').tune(parents=['{parent}'])"
    assert "6 completed, 0 running, 0 failed" in cloud.run("python", "-c", again, cwd=project).stdout

    assert "is not emulated" not in deploy("-c", "tuned=true")
    bucket, _, key = python("score.py")[-1].removeprefix("s3://").partition("/")
    assert key.endswith("/all.csv.out")
    written = cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    scores = np.array([[float(text) for text in row] for row in csv.reader(io.StringIO(written))])
    assert scores[:, 0].tolist() == list(range(ROWS))

    # The same as the endpoint says, to who asks it in a shell.
    command = re.search(r"^sklearn-endpoint (.*)$", (project / "README.md").read_text(), re.MULTILINE)
    assert command is not None
    asked = cloud.run("python", "-m", "endpoint_client", *command[1].split(), cwd=project)
    assert f"{ROWS:,} rows" in asked.stdout
    np.testing.assert_array_equal(np.loadtxt(project / "all.csv", delimiter=","), scores)
    cloud.cdk("destroy", "--force", cwd=project)
