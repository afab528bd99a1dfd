"""What the tests need beside an AWS image's own packages, in each image's Python."""

import sys
import textwrap

import pytest
from hypothesis import settings
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

from sklearn_runtime.service import InferenceService
from sklearn_runtime.settings import Settings

try:
    import joblib
except ImportError:
    # scikit-learn 0.20 carries joblib inside itself, and its image has no other. Only the tests have it by this name:
    # the servers that they start find it as the runtime does.
    from sklearn.externals import joblib

    sys.modules["joblib"] = joblib

# How long an example takes says nothing of a property, on a machine that does other things too.
settings.register_profile("runtime", deadline=None)
settings.load_profile("runtime")


@pytest.fixture(scope="module")
def classifier():
    """A classifier of four columns."""
    return LogisticRegression(max_iter=1000).fit(*load_iris(return_X_y=True))


@pytest.fixture
def serve(tmp_path, request):
    """Start a service on a model and, if given, a program."""

    def start(model, program=None, **settings):
        (tmp_path / "model" / "code").mkdir(parents=True, exist_ok=True)
        if model is not None:
            joblib.dump(model, tmp_path / "model" / "model.joblib")
        if program is not None:
            (tmp_path / "model" / "code" / "my-hooks.py").write_text(textwrap.dedent(program), encoding="utf-8")
            settings["program"] = "my-hooks.py"
            request.addfinalizer(lambda: sys.modules.pop("sklearn_runtime_program", None))
        return InferenceService.load(
            Settings(model_dir=str(tmp_path / "model"), code_dirs=(str(tmp_path / "model" / "code"),), **settings)
        )

    return start
