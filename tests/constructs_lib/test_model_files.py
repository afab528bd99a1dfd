import io
import tarfile
import tempfile
from pathlib import Path

import pytest

from constructs_lib import ModelDataError
from constructs_lib.archive import ArchiveFile
from constructs_lib.model_files import MODEL_SUFFIXES, content_problems, model_files, unpack
from sklearn_runtime.model_files.loading import SUFFIXES


def files(*names: str) -> list[ArchiveFile]:
    return [ArchiveFile(name=name, source=Path(name)) for name in names]


def test_the_suffixes_are_those_of_the_runtime():
    assert MODEL_SUFFIXES == SUFFIXES


@pytest.mark.parametrize("name", ["model.joblib", "churn.PKL", "m.pickle", "m.skops"])
def test_one_model_file_with_company_is_fine(name):
    assert content_problems("'model'", files(name, "vocabulary.txt", "backup/model.joblib")) == []


def test_the_model_lies_at_the_top():
    assert [file.name for file in model_files(files("a/b.joblib", "c.joblib"))] == ["c.joblib"]


def test_no_model_file_names_what_is_there_and_what_should_be():
    assert content_problems("'model'", files(*"abcdef")) == [
        (
            "no model file in 'model', only a, b, c, d, e, ...; keep exactly one of *.joblib, *.pkl, *.pickle, *.skops "
            "at its top, or give an entry_point that defines model_fn"
        )
    ]


def test_two_model_files_name_both():
    (problem,) = content_problems("'model'", files("a.joblib", "b.pkl"))
    assert problem.startswith("2 model files in 'model': a.joblib, b.pkl; keep exactly one of")


def make_archive(path: Path, *names: str) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name in names:
            tar.addfile(tarfile.TarInfo(name), io.BytesIO())
    return path


def test_an_archive_is_unpacked(tmp_path):
    folder = unpack(make_archive(tmp_path / "model.tar.gz", "model.joblib", "sub/words.txt"))
    assert {path.name for path in folder.rglob("*")} == {"model.joblib", "sub", "words.txt"}


@pytest.mark.parametrize("name", ["/etc/passwd.txt", "../outside.txt"])
def test_a_name_that_leads_out_of_the_archive_stays_inside_or_is_refused(tmp_path, monkeypatch, name):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "unpacked" / "deeper"))
    (tmp_path / "unpacked" / "deeper").mkdir(parents=True)
    archive = make_archive(tmp_path / "model.tar.gz", name)
    if name.startswith("/"):
        assert [path.name for path in unpack(archive).rglob("*.txt")] == ["passwd.txt"]
    else:
        with pytest.raises(ModelDataError, match=r"model.tar.gz' cannot be unpacked: .*outside"):
            unpack(archive)
    assert not list((tmp_path / "unpacked").glob("*.txt"))


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b\x08damaged"])
def test_a_damaged_archive_is_refused_and_leaves_nothing_behind(tmp_path, monkeypatch, content):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "model.tar.gz").write_bytes(content)
    with pytest.raises(ModelDataError, match=r"model.tar.gz' cannot be unpacked: .*; make it anew"):
        unpack(tmp_path / "model.tar.gz")
    assert [path.name for path in tmp_path.iterdir()] == ["model.tar.gz"]


def test_a_truncated_archive_is_refused(tmp_path):
    archive = make_archive(tmp_path / "model.tar.gz", *(f"file-{n}" for n in range(100)))
    archive.write_bytes(archive.read_bytes()[:-100])
    with pytest.raises(ModelDataError, match="cannot be unpacked"):
        unpack(archive)
