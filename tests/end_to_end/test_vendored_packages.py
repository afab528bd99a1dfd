"""Packages that travel with a model: pinned by the command, packed at synthesis, imported in the container."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from constructs_lib.image_table import X86_64
from constructs_lib.vendoring.cache import CACHE_VARIABLE
from constructs_lib.vendoring.target import target_for
from constructs_lib.vendoring.vendored_packages import orjson_pin
from tests.constructs_lib.vendoring.wheelhouse import Wheelhouse
from tests.end_to_end.conftest import LocalCloud

APP = """
import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from constructs_lib import ModelData, SklearnEndpoint, SklearnImage, SklearnModel

app = cdk.App()
stack = cdk.Stack(app, "Vendored")
# The local cloud's own Python, for which the wheels are to be.
image = SklearnImage.from_ecr(ecr.Repository(stack, "Images"), "v1", python_version="PYTHON", sklearn_version="1.9.0")
model = SklearnModel(
    stack,
    "Model",
    model_data=ModelData.from_directory("model"),
    image=image,
    entry_point="hooks.py",
    source_dir="src",
    requirements="vendored",
    orjson=True,
    network_isolation=True,
)
SklearnEndpoint(stack, "Endpoint", model=model, endpoint_name="vendored")
app.synth()
"""
HOOKS = """
import greeting
import orjson


def predict_fn(rows, model):
    return [f"{greeting.VERSION} {orjson.__version__}" for _ in rows]
"""


@pytest.fixture
def folder(project: Path, tmp_path: Path) -> Path:
    (tmp_path / "model").symlink_to(project / "model")
    (tmp_path / "cdk.json").write_text(json.dumps({"app": "python app.py"}), encoding="utf-8")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "hooks.py").write_text(HOOKS, encoding="utf-8")
    (tmp_path / "src" / "requirements.txt").write_text("greeting\n", encoding="utf-8")
    (tmp_path / "wheels").mkdir()
    return tmp_path


def test_a_hook_imports_what_travels_with_the_model(local_cloud: LocalCloud, folder: Path):
    Wheelhouse(folder / "wheels").add("greeting", "3.1", requires=["threadpoolctl"])
    variables = {"PIP_FIND_LINKS": str(folder / "wheels"), CACHE_VARIABLE: str(folder / "cache")}
    cloud = replace(local_cloud, environment={**local_cloud.environment, **variables})
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    (folder / "app.py").write_text(APP.replace("PYTHON", python), encoding="utf-8")
    cloud.run("python", "-m", "constructs_lib", "pin", "src/requirements.txt", "--python-version", python, cwd=folder)
    pinned = (folder / "src" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in pinned if "==" in line] == ["greeting==3.1 \\"]
    assert any(line.startswith("# The image brings ") and "threadpoolctl" in line for line in pinned)
    cloud.cdk("deploy", "--require-approval", "never", cwd=folder)
    answer = cloud.client("sagemaker-runtime").invoke_endpoint(
        EndpointName="vendored", ContentType="application/json", Body=json.dumps([[0.0] * 30])
    )
    expected = orjson_pin(target_for(None, python, X86_64)[0]).version
    assert json.loads(answer["Body"].read()) == [f"3.1 {expected}"]
    cloud.cdk("destroy", "--force", cwd=folder)
