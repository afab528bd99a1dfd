import zipfile
from pathlib import Path

import pytest

from constructs_lib.exceptions import RequirementsError
from constructs_lib.vendoring import unpacking
from constructs_lib.vendoring.unpacking import unpack


def wheel(folder: Path, *names: str) -> Path:
    path = folder / "a-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, name)
    return path


def unpacked(folder: Path, *names: str) -> set[str]:
    target = folder / "target"
    target.mkdir()
    unpack(wheel(folder, *names), target)
    return {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}


def test_modules_and_data_of_both_libraries_come_along_and_nothing_else(tmp_path):
    names = ["a/b.py", "a-1.data/purelib/c.py", "a-1.data/platlib/a/d.so", "a-1.data/scripts/run", "a/b.pyc"]
    assert unpacked(tmp_path, *names) == {"a/b.py", "c.py", "a/d.so"}


@pytest.mark.parametrize("name", ["../evil.py", "/etc/evil.py", "a/../../evil.py", "a-1.data/purelib/../../../evil.py"])
def test_a_file_outside_is_refused(tmp_path, name):
    with pytest.raises(RequirementsError, match="lies outside of it; use another version"):
        unpacked(tmp_path, name)
    assert not list(tmp_path.parent.rglob("evil.py"))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "_MAX_BYTES", 3)
    with pytest.raises(RequirementsError, match="has 4 bytes unpacked; a package may have 3"):
        unpacked(tmp_path, "a.py")
    assert not list((tmp_path / "target").iterdir())


def test_what_is_no_wheel(tmp_path):
    (tmp_path / "a.whl").write_bytes(b"no zip")
    with pytest.raises(RequirementsError, match=r"a\.whl cannot be unpacked"):
        unpack(tmp_path / "a.whl", tmp_path)
