"""The version of the fit is found in the file, and nothing is unpickled to find it."""

from __future__ import annotations

import pickle

import joblib
import numpy as np
import pytest
import sklearn
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_runtime.model_files import version as model_version
from sklearn_runtime.model_files.version import read_sklearn_version

MODEL = make_pipeline(StandardScaler(), LogisticRegression()).fit([[0.0], [1.0]], [0, 1])


@pytest.mark.parametrize("compress", [0, 1, ("zlib", 9), ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3)])
def test_the_version_is_found_whatever_the_compression(compress, tmp_path):
    joblib.dump(MODEL, tmp_path / "model.joblib", compress=compress)
    assert read_sklearn_version(str(tmp_path / "model.joblib")) == sklearn.__version__


@pytest.mark.parametrize("protocol", range(1, pickle.HIGHEST_PROTOCOL + 1))
def test_the_version_is_found_whatever_the_pickle_protocol(protocol, tmp_path):
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(MODEL, protocol=protocol))
    assert read_sklearn_version(str(tmp_path / "model.pkl")) == sklearn.__version__


def test_the_version_is_found_across_the_edges_of_chunks(tmp_path, monkeypatch):
    path = tmp_path / "model.joblib"
    joblib.dump(MODEL, path)
    for size in (65, 97, 128):
        monkeypatch.setattr(model_version, "CHUNK_BYTES", size)
        assert read_sklearn_version(str(path)) == sklearn.__version__


@pytest.mark.parametrize("version", ["0.20.0", "1.4.2", "1.9.0", "1.10.dev0", "1.5rc1", "1.5.0rc1"])
def test_every_form_of_a_version_is_read(version, tmp_path):
    (tmp_path / "model.pkl").write_bytes(pickle.dumps({"_sklearn_version": version}))
    assert read_sklearn_version(str(tmp_path / "model.pkl")) == version


def test_a_large_model_names_its_version_early(tmp_path):
    features = np.random.default_rng(0).random((200, 5))
    joblib.dump(RandomForestClassifier(20).fit(features, features[:, 0] > 0.5), tmp_path / "model.joblib")
    assert read_sklearn_version(str(tmp_path / "model.joblib")) == sklearn.__version__


def test_a_key_without_a_version_is_passed_over(tmp_path):
    content = pickle.dumps({"_sklearn_version": "1.4.2"})
    (tmp_path / "model.pkl").write_bytes(b"_sklearn_version of the fit: see _sklearn_version below" + content)
    assert read_sklearn_version(str(tmp_path / "model.pkl")) == "1.4.2"


@pytest.mark.parametrize(
    "content",
    [b"", b"\x78\x9cnot zlib", b"\x1f\x8bnot gzip", b"BZhnot bz2", b"\xfd7zXZ\x00not xz", pickle.dumps({"a": 1})],
)
def test_a_file_that_names_none_has_none(content, tmp_path):
    (tmp_path / "model.pkl").write_bytes(content)
    assert read_sklearn_version(str(tmp_path / "model.pkl")) is None
