import bz2
import io
import json
import pickle
import sys
import tracemalloc
import types
import zipfile
import zlib
from pathlib import Path

import joblib
import pytest
import sklearn
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from constructs_lib.sklearn_version import find_sklearn_version, is_version, minor

INSTALLED = sklearn.__version__
PICKLED = b"\x80\x04\x8c\x10_sklearn_version\x94\x8c\x061.10.2\x94u."


@pytest.fixture(scope="module")
def pipeline():
    return make_pipeline(StandardScaler(), RandomForestClassifier(3)).fit([[0.0], [1.0]], [0, 1])


@pytest.mark.parametrize("compress", [0, 3, *((name, 3) for name in ("zlib", "gzip", "bz2", "lzma", "xz"))])
def test_it_is_found_in_a_joblib_file_however_that_is_compressed(tmp_path, pipeline, compress):
    joblib.dump(pipeline, tmp_path / "model.joblib", compress=compress)
    assert find_sklearn_version(tmp_path / "model.joblib") == INSTALLED


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_is_found_in_a_pickle_of_any_protocol(tmp_path, pipeline, protocol):
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(pipeline, protocol=protocol))
    assert find_sklearn_version(tmp_path / "model.pkl") == INSTALLED


@pytest.mark.parametrize("indent", [None, 2])
def test_it_is_found_in_a_skops_file(tmp_path, indent):
    node = {"__class__": "str", "__module__": "builtins", "__loader__": "JsonNode", "__id__": 5, "content": '"1.2.2"'}
    schema = {"content": {"content": {"_sklearn_version": {**node, "is_json": True}}}, "protocol": 2}
    with zipfile.ZipFile(tmp_path / "model.skops", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("array.npy", bytes(1000))
        archive.writestr("schema.json", json.dumps(schema, indent=indent))
    assert find_sklearn_version(tmp_path / "model.skops") == "1.2.2"


def test_it_is_unknown_in_a_zip_file_without_an_estimator(tmp_path):
    with zipfile.ZipFile(tmp_path / "model.skops", "w") as archive:
        archive.writestr("schema.json", "{}")
    assert find_sklearn_version(tmp_path / "model.skops") is None


def test_it_is_found_in_an_lz4_file_where_that_package_is_installed(tmp_path, monkeypatch):
    frame = types.ModuleType("lz4.frame")
    frame.LZ4FrameFile = lambda path: io.BytesIO(Path(path).read_bytes()[4:])  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "lz4", types.ModuleType("lz4"))
    monkeypatch.setitem(sys.modules, "lz4.frame", frame)
    (tmp_path / "model.joblib").write_bytes(b"\x04\x22\x4d\x18" + PICKLED)
    assert find_sklearn_version(tmp_path / "model.joblib") == "1.10.2"


def test_it_is_unknown_in_an_lz4_file_where_that_package_is_missing(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "lz4.frame", None)
    (tmp_path / "model.joblib").write_bytes(b"\x04\x22\x4d\x18" + PICKLED)
    assert find_sklearn_version(tmp_path / "model.joblib") is None


@pytest.mark.parametrize(
    "content",
    [b"", b"x", b"no estimator", pickle.dumps({"a": 1}), b"PK\x03\x04 damaged", b"\x1f\x8bdamaged", b"\x78\x9cdamaged"],
)
def test_it_is_unknown_where_no_estimator_can_be_read(tmp_path, content):
    (tmp_path / "model.pkl").write_bytes(content)
    assert find_sklearn_version(tmp_path / "model.pkl") is None


def test_a_truncated_file_is_searched_as_far_as_it_goes(tmp_path):
    (tmp_path / "model.pkl").write_bytes(bz2.compress(b"no estimator" * 1000)[:-20])
    assert find_sklearn_version(tmp_path / "model.pkl") is None


@pytest.mark.parametrize("split", range(1, len(PICKLED)))
def test_it_is_found_across_the_border_of_two_blocks(tmp_path, monkeypatch, split):
    monkeypatch.setattr("constructs_lib.sklearn_version._BLOCK_BYTES", split)
    (tmp_path / "model.pkl").write_bytes(PICKLED)
    assert find_sklearn_version(tmp_path / "model.pkl") == "1.10.2"


def test_a_version_that_stands_by_itself_is_not_taken(tmp_path):
    (tmp_path / "model.pkl").write_bytes(b"_sklearn_version\x94h\x05u.\x8c\x052.3.4")
    assert find_sklearn_version(tmp_path / "model.pkl") is None


class Bomb:
    def __reduce__(self):
        return (exec, ("raise AssertionError('unpickled')",))


def test_nothing_is_unpickled(tmp_path):
    (tmp_path / "model.pkl").write_bytes(pickle.dumps([Bomb(), "_sklearn_version", "1.9.0"]))
    assert find_sklearn_version(tmp_path / "model.pkl") == "1.9.0"


@pytest.mark.parametrize("pack", [bytes, zlib.compress])
def test_memory_does_not_grow_with_the_model(tmp_path, pack):
    (tmp_path / "model.pkl").write_bytes(pack(bytes(64 << 20)))
    tracemalloc.start()
    try:
        assert find_sklearn_version(tmp_path / "model.pkl") is None
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 << 20


def test_minor_versions_are_compared_not_patches():
    assert minor("1.4.2") == minor("1.4.2.post1") == "1.4"


@pytest.mark.parametrize(
    ("text", "expected"), [("1.9.0", True), ("0.24", True), ("1.9.dev0", True), ("1", False), ("latest", False)]
)
def test_a_version_has_at_least_two_numbers(text, expected):
    assert is_version(text) is expected
