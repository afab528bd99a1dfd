"""A model whose arrays are mapped predicts as one that was read; what would lose by it, or may change, is read."""

from __future__ import annotations

import logging
from pathlib import Path
from types import SimpleNamespace

import joblib
import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from sklearn_runtime.model_files import loading as model
from sklearn_runtime.model_files import mapping as model_mapping
from sklearn_runtime.model_files.loading import check_model, digest_files, model_fn
from sklearn_runtime.model_files.mapping import can_be_mapped
from tests.runtime.estimators import boosting

FEATURES, LABELS = make_classification(300, 8, random_state=0)

pytestmark = pytest.mark.skipif(
    not hasattr(joblib.numpy_pickle, "NUMPY_ARRAY_ALIGNMENT_BYTES"), reason="joblib before 1.2 does not align arrays"
)


@pytest.fixture
def small_counts(monkeypatch):
    monkeypatch.setattr(model_mapping, "LEAST_BYTES", 1)


def dump(estimator, directory, name="model.joblib", **options):
    joblib.dump(estimator, directory / name, **options)
    return str(directory / name)


KNN = KNeighborsClassifier(algorithm="brute").fit(FEATURES, LABELS)


@pytest.mark.parametrize(
    "estimator",
    [
        LogisticRegression(),
        KNeighborsClassifier(algorithm="brute"),
        KNeighborsClassifier(algorithm="kd_tree"),
        KNeighborsClassifier(algorithm="ball_tree"),
        SVC(),
        make_pipeline(StandardScaler(), PCA(4), KNeighborsClassifier()),
        # Read by the rule below, and right all the same where the rule does not see them.
        DecisionTreeClassifier(random_state=0),
        RandomForestClassifier(5, random_state=0),
        boosting(5),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_a_mapped_model_predicts_as_one_that_was_read(estimator, tmp_path, small_counts, monkeypatch):
    monkeypatch.setattr(model_mapping, "MANY_ARRAYS", ())
    path = dump(estimator.fit(FEATURES, LABELS), tmp_path)
    assert can_be_mapped(path, joblib)
    mapped = model._load(path, never_changes=True)
    np.testing.assert_array_equal(mapped.predict(FEATURES), joblib.load(path).predict(FEATURES))
    for method in ("predict_proba", "decision_function"):
        if hasattr(estimator, method):
            read = getattr(joblib.load(path), method)
            np.testing.assert_array_equal(getattr(mapped, method)(FEATURES[:7]), read(FEATURES[:7]))


def test_only_a_file_with_the_recorded_digest_is_mapped(tmp_path, small_counts):
    dump(KNN, tmp_path)
    assert not isinstance(model_fn(str(tmp_path))._fit_X, np.memmap)
    check_model(str(tmp_path), digest_files(str(tmp_path)))
    mapped = model_fn(str(tmp_path))._fit_X
    assert isinstance(mapped, np.memmap)
    assert (mapped.flags.writeable, mapped.flags.aligned) == (True, True)


def test_what_is_written_to_a_mapped_array_stays_in_this_process(tmp_path, small_counts):
    path = dump(KNN, tmp_path)
    before = digest_files(str(tmp_path))
    model._load(path, never_changes=True)._fit_X[:] = 0
    assert digest_files(str(tmp_path)) == before


@pytest.mark.parametrize(
    ("estimator", "name", "options"),
    [
        (KNN, "model.pkl", {}),
        (KNN, "model.joblib", {"compress": 3}),
        (DecisionTreeClassifier().fit(FEATURES, LABELS), "model.joblib", {}),
        (boosting(2).fit(FEATURES, LABELS), "model.joblib", {}),
    ],
)
def test_other_files_are_read(estimator, name, options, tmp_path, small_counts):
    assert not can_be_mapped(dump(estimator, tmp_path, name, **options), joblib)


def test_a_small_file_is_read(tmp_path):
    assert not can_be_mapped(dump(KNN, tmp_path), joblib)


def test_arrays_that_an_older_joblib_wrote_are_read(tmp_path, small_counts):
    path = Path(dump(KNN, tmp_path))
    path.write_bytes(path.read_bytes().replace(model_mapping.ALIGNED, b"x" * len(model_mapping.ALIGNED)))
    assert not can_be_mapped(str(path), joblib)


@pytest.mark.parametrize("older", [SimpleNamespace(), SimpleNamespace(numpy_pickle=SimpleNamespace())])
def test_an_older_joblib_reads(older, tmp_path, small_counts):
    assert not can_be_mapped(dump(KNN, tmp_path), older)


def test_a_file_that_the_system_cannot_map_is_read(tmp_path, small_counts, monkeypatch, caplog):
    path = dump(KNN, tmp_path)
    load = joblib.load

    def without_maps(name, mmap_mode=None):
        if mmap_mode:
            raise OSError("Cannot allocate memory")
        return load(name)

    monkeypatch.setattr(joblib, "load", without_maps)
    with caplog.at_level(logging.WARNING):
        assert model._load(path, never_changes=True).predict(FEATURES).tolist() == KNN.predict(FEATURES).tolist()
    assert caplog.messages == ["model.joblib cannot be mapped into memory and is read instead"]
