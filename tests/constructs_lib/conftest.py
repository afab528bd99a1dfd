"""One fitted model and one jsii kernel for all tests of the constructs, and a folder that pip finds its wheels in."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import joblib
import pytest
from sklearn.linear_model import LogisticRegression

from constructs_lib.vendoring.cache import CACHE_VARIABLE
from tests.constructs_lib.vendoring.wheelhouse import Wheelhouse

# jsii starts the first `node` that it finds; the virtual environment has one that is still maintained.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

ROOT = Path(__file__).resolve().parent.parent.parent
RECOMMENDED_FLAGS: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]

MakeStack = Callable[..., cdk.Stack]


@pytest.fixture(scope="session")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one fitted classifier, as the training script leaves it."""
    folder = tmp_path_factory.mktemp("model")
    joblib.dump(LogisticRegression().fit([[0.0], [1.0]], [0, 1]), folder / "model.joblib")
    return folder


@pytest.fixture
def make_stack(tmp_path: Path) -> MakeStack:
    """Makes a stack in an app of its own: without account and region, unless `region` is given."""

    def make(name: str = "Churn", *, region: str | None = None, flags: bool = True) -> cdk.Stack:
        app = cdk.App(outdir=str(tmp_path / "cdk.out"), context=RECOMMENDED_FLAGS if flags else {})
        env = None if region is None else cdk.Environment(account="123456789012", region=region)
        return cdk.Stack(app, name, env=env)

    return make


@pytest.fixture
def stack(make_stack: MakeStack) -> cdk.Stack:
    return make_stack()


@pytest.fixture
def wheelhouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wheelhouse:
    """The only place that pip finds wheels in; what it got is kept in another folder of the test's."""
    folder = tmp_path / "wheelhouse"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    return Wheelhouse(folder)
