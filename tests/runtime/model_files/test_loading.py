"""The model's files: exactly one model, the digest and the version that were deployed, and only then a load."""

from __future__ import annotations

import hashlib
import pickle
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import joblib
import pytest
import sklearn
from sklearn.linear_model import LogisticRegression

from sklearn_runtime.errors import ModelLoadError
from sklearn_runtime.model_files import loading as model
from sklearn_runtime.model_files.loading import check_model, digest_files, find_model_file, model_fn
from tests.runtime.estimators import OTHER_SKLEARN

FITTED = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
MINOR = ".".join(sklearn.__version__.split(".")[:2])


@pytest.fixture
def directory(tmp_path):
    joblib.dump(FITTED, tmp_path / "model.joblib")
    return tmp_path


class Bomb:
    """Fails the test when it is unpickled."""

    def __reduce__(self):
        return (pytest.fail, ("the model was unpickled",))


@pytest.mark.parametrize("name", ["model.joblib", "model.pkl", "churn.pickle", "Model.PKL"])
def test_one_model_file_of_any_name_is_loaded(name, tmp_path):
    with (tmp_path / name).open("wb") as stream:
        pickle.dump(FITTED, stream)
    (tmp_path / "notes.txt").write_text("not a model")
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "other.pkl").write_bytes(b"")
    assert model_fn(str(tmp_path)).predict([[5.0]]).tolist() == [1]


@pytest.mark.parametrize("compress", [0, 3])
def test_a_compressed_model_is_loaded(compress, tmp_path):
    joblib.dump(FITTED, tmp_path / "model.joblib", compress=compress)
    assert model_fn(str(tmp_path)).coef_.tolist() == FITTED.coef_.tolist()


def test_no_model_file_is_told_with_what_is_there(tmp_path):
    with pytest.raises(ModelLoadError, match=r"holds no model file \(it is empty\): put one file that ends in .joblib"):
        find_model_file(str(tmp_path))
    (tmp_path / "nested").mkdir()
    (tmp_path / "nested" / "model.joblib").write_bytes(b"")
    with pytest.raises(ModelLoadError, match=r"\(nested/model.joblib\).*or write a model_fn"):
        find_model_file(str(tmp_path))


def test_a_long_list_of_files_is_cut(tmp_path):
    for index in range(15):
        (tmp_path / f"{index:02}.txt").write_text("")
    with pytest.raises(ModelLoadError, match=r"09\.txt and 5 more"):
        find_model_file(str(tmp_path))


def test_two_model_files_are_told_by_name(directory):
    (directory / "old.pkl").write_bytes(b"")
    with pytest.raises(ModelLoadError, match=r"holds 2 model files \(model.joblib, old.pkl\): leave one file"):
        find_model_file(str(directory))


def test_the_digest_is_what_sha256sum_gives(directory):
    (directory / "b").mkdir()
    (directory / "b" / "caf\u00e9.txt").write_text("x")
    (directory / "b" / "code").mkdir()
    (directory / "b" / "code" / "kept.txt").write_text("y")
    (directory / "b-c.txt").write_text("z")
    (directory / "code").mkdir()
    (directory / "code" / "left_out.py").write_text("")
    command = "find . -type f ! -path './code/*' -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum"
    shell = subprocess.run(["bash", "-c", command], cwd=directory, stdout=subprocess.PIPE, check=True)
    assert digest_files(str(directory)) == shell.stdout.decode().split()[0]


def test_the_digest_of_one_file_is_as_documented(tmp_path):
    (tmp_path / "model.pkl").write_bytes(b"abc")
    line = hashlib.sha256(b"abc").hexdigest() + "  model.pkl\n"
    assert digest_files(str(tmp_path)) == hashlib.sha256(line.encode()).hexdigest()


def test_files_that_are_those_deployed_pass(directory):
    check_model(str(directory))
    check_model(str(directory), digest_files(str(directory)).upper(), sklearn.__version__)


def test_a_changed_artifact_is_refused_with_both_digests(directory):
    deployed = digest_files(str(directory))
    joblib.dump(Bomb(), directory / "model.joblib")
    with pytest.raises(ModelLoadError, match=f"but {deployed} was deployed: the artifact changed since") as caught:
        check_model(str(directory), deployed)
    assert digest_files(str(directory)) in str(caught.value)


def test_an_absent_directory_is_named(tmp_path):
    with pytest.raises(ModelLoadError, match=r"model directory .*/absent does not exist"):
        check_model(str(tmp_path / "absent"))


@pytest.mark.parametrize("patch", ["0", "99"])
def test_another_patch_release_of_scikit_learn_passes(patch, directory):
    check_model(str(directory), None, f"{MINOR}.{patch}")


def test_another_scikit_learn_is_refused_with_both_numbers(directory):
    with pytest.raises(ModelLoadError) as caught:
        check_model(str(directory), None, OTHER_SKLEARN)
    assert f"fitted with scikit-learn {OTHER_SKLEARN}, this container has {sklearn.__version__}" in str(caught.value)
    assert f"use an image with scikit-learn {OTHER_SKLEARN[:4]}" in str(caught.value)


def test_the_version_in_the_file_is_checked_before_anything_is_unpickled(tmp_path):
    with (tmp_path / "model.pkl").open("wb") as stream:
        pickle.dump({"_sklearn_version": OTHER_SKLEARN, "bomb": Bomb()}, stream)
    with pytest.raises(ModelLoadError, match=f"fitted with scikit-learn {OTHER_SKLEARN}"):
        model_fn(str(tmp_path))


def test_a_version_recorded_with_the_digest_is_not_searched_for(directory, monkeypatch):
    digest = digest_files(str(directory))
    monkeypatch.setattr(model, "read_sklearn_version", lambda _: pytest.fail("the file was searched"))
    check_model(str(directory), digest, sklearn.__version__)
    assert model_fn(str(directory)).predict([[5.0]]).tolist() == [1]


def test_without_a_recorded_version_the_file_is_searched(directory, monkeypatch):
    monkeypatch.setattr(model, "read_sklearn_version", lambda _: OTHER_SKLEARN)
    check_model(str(directory), digest_files(str(directory)))
    with pytest.raises(ModelLoadError, match=f"fitted with scikit-learn {OTHER_SKLEARN}"):
        model_fn(str(directory))


def test_a_warning_about_another_patch_release_is_not_repeated(tmp_path):
    state = pickle.dumps(FITTED)
    patched = f"{MINOR}.{'7' * (len(sklearn.__version__) - len(MINOR) - 1)}"
    assert patched != sklearn.__version__
    (tmp_path / "model.pkl").write_bytes(state.replace(sklearn.__version__.encode(), patched.encode()))
    assert model_fn(str(tmp_path)).predict([[5.0]]).tolist() == [1]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"cno_such_module\nModel\n.", "ModuleNotFoundError: No module named 'no_such_module'; the model needs that"),
        (
            b"c__main__\nNoSuchClass\n.",
            "; classes of the training script cannot be found here: define them in a module",
        ),
        (b"garbage", "model.pkl cannot be loaded: "),
    ],
)
def test_a_file_that_cannot_be_loaded_is_told_in_one_line_with_a_remedy(content, reason, tmp_path):
    (tmp_path / "model.pkl").write_bytes(content)
    with pytest.raises(ModelLoadError) as caught:
        model_fn(str(tmp_path))
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_skops_without_its_package_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "skops.io", None)
    (tmp_path / "model.skops").write_bytes(b"")
    with pytest.raises(ModelLoadError, match=r"model.skops needs the package skops: add it to requirements.txt"):
        model_fn(str(tmp_path))


def test_skops_is_loaded_by_its_own_reader(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "skops", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "skops.io", SimpleNamespace(load=lambda path: ("loaded", Path(path).name)))
    (tmp_path / "model.skops").write_bytes(b"")
    assert model_fn(str(tmp_path)) == ("loaded", "model.skops")


def test_the_oldest_image_has_joblib_inside_scikit_learn(monkeypatch):
    bundled = SimpleNamespace()
    monkeypatch.setitem(sys.modules, "joblib", None)
    monkeypatch.setitem(sys.modules, "sklearn.externals.joblib", bundled)
    assert model._joblib() is bundled
