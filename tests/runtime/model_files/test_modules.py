"""What a model's file names of scikit-learn is imported, and nothing else of it happens."""

from __future__ import annotations

import pickle
import subprocess
import sys

import joblib
import pytest
from sklearn.linear_model import LogisticRegression

from sklearn_runtime.model_files.modules import import_modules_of

PROGRAM = """
import sys
from sklearn_runtime.model_files.modules import import_modules_of
import_modules_of(sys.argv[1])
print([name in sys.modules for name in (sys.argv[2], "sklearn.mixture")])
"""


@pytest.mark.parametrize("name", ["model.joblib", "model.pkl", "Model.PICKLE"])
def test_the_modules_that_a_model_names_are_imported(name, tmp_path):
    joblib.dump(LogisticRegression().fit([[0.0], [1.0]], [0, 1]), tmp_path / name)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path), LogisticRegression.__module__],
        stdout=subprocess.PIPE,
        check=True,
    )
    assert done.stdout.split(b"\n")[0] == b"[True, False]"


class Bomb:
    """Fails the test when it is unpickled."""

    def __reduce__(self):
        return (pytest.fail, ("the model was unpickled",))


def test_nothing_is_unpickled_and_a_name_that_means_nothing_is_left_out(tmp_path):
    (tmp_path / "model.pkl").write_bytes(pickle.dumps([Bomb(), "sklearn.no_such_module", "sklearn.os.system"]))
    (tmp_path / "notes.txt").write_text("sklearn.also_none")
    (tmp_path / "code").mkdir()
    import_modules_of(str(tmp_path))
    assert "sklearn.no_such_module" not in sys.modules
