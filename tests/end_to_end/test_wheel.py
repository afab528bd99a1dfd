"""The wheel in an empty virtual environment in an empty folder: synth, local cloud, deploy, predict."""

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.end_to_end.conftest import ROOT, user_environment

APP = """
import aws_cdk as cdk
from constructs_lib import ModelData, SklearnEndpoint, SklearnModel

app = cdk.App()
stack = cdk.Stack(app, "FromTheWheel")
model = SklearnModel(stack, "Model", model_data=ModelData.from_directory("model"))
SklearnEndpoint(stack, "Endpoint", model=model, endpoint_name="from-the-wheel")
app.synth()
"""

TRAIN = """
from pathlib import Path
import joblib
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

Path("model").mkdir()
iris = load_iris()
joblib.dump(LogisticRegression(max_iter=1000).fit(iris.data, iris.target), "model/model.joblib")
"""

PREDICT = """
import joblib
from endpoint_client import Predictor
from sklearn.datasets import load_iris

rows = load_iris().data
labels = Predictor("from-the-wheel").predict(rows)
assert (labels == joblib.load("model/model.joblib").predict(rows)).all()
print(len(labels), "rows agree")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_the_four_packages_and_no_module_named_inference_or_runtime(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    top = {name.partition("/")[0] for name in names if ".dist-info/" not in name}
    assert top == {"constructs_lib", "endpoint_client", "local_sagemaker", "sklearn_runtime"}
    bundled = ("Dockerfile", "inference.py", "requirements.txt")
    assert {f"constructs_lib/_runtime_files/{name}" for name in bundled} <= set(names)
    assert {f"{package}/py.typed" for package in top} <= set(names)


def test_the_wheel_alone_synthesizes_deploys_and_predicts(wheel, tmp_path):
    home, folder = tmp_path / "home", tmp_path / "project"
    home.mkdir()
    folder.mkdir()
    python = folder / ".venv" / "bin" / "python"
    constraints = tmp_path / "constraints.txt"
    pins = re.findall(r"^\S+==[^\\\n]+", (ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8"), re.MULTILINE)
    constraints.write_text("\n".join(pins), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / ".venv")], check=True)
    install = [
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--quiet",
        "--no-compile",
        "-c",
        str(constraints),
        f"{wheel}[cdk,client,local]",
    ]
    subprocess.run([sys.executable, *install], check=True)
    environment = user_environment(home)
    environment["PATH"] = f"{python.parent}:{environment['PATH']}"
    for name, text in {
        "app.py": APP,
        "train.py": TRAIN,
        "predict.py": PREDICT,
        "cdk.json": json.dumps({"app": "python app.py"}),
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    script = """
    set -euo pipefail
    python train.py
    local-sagemaker up --port 0 > up.log & cloud=$!
    trap 'kill $cloud; wait $cloud' EXIT
    until grep -q '^ready ' up.log; do kill -0 $cloud; sleep 0.1; done
    eval "$(local-sagemaker env --port "$(sed -n 's/^ready .*://p' up.log)")"
    cdk bootstrap
    cdk deploy --require-approval never
    python predict.py
    test "$(echo 5.1,3.5,1.4,0.2 | sklearn-endpoint predict from-the-wheel - --no-header)" = 0
    sklearn-endpoint status from-the-wheel
    """
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "150 rows agree" in done.stdout
    assert re.search(r"^status +InService, since", done.stdout, re.MULTILINE)
    where = "import constructs_lib, sklearn_runtime as r; print(constructs_lib.__file__, r.__file__)"
    assert str(ROOT) not in subprocess.check_output([str(python), "-c", where], cwd=folder, env=environment, text=True)
