import gzip
import hashlib
import os
import subprocess
import sys
import tarfile
import tracemalloc
from pathlib import Path

import pytest

from constructs_lib.archive import ArchiveFile, archive_digest, build_archive, list_files
from constructs_lib.exceptions import ConfigurationError

CONTENT = {"model.joblib": b"weights", "b/nested.txt": b"nested", "B.txt": b"capital", "ä.txt": b"umlaut"}
LONG_NAME = "/".join(["a-folder-with-a-long-name"] * 12) + "/file"


def write_tree(root: Path, content: dict[str, bytes]) -> Path:
    for name, data in content.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


def test_files_are_listed_by_the_bytes_of_their_names(tmp_path):
    files = list_files(write_tree(tmp_path, CONTENT))
    assert [file.name for file in files] == ["B.txt", "b/nested.txt", "model.joblib", "ä.txt"]


def test_caches_and_version_control_stay_behind(tmp_path):
    junk = {
        "__pycache__/hooks.cpython-312.pyc": b"",
        ".git/HEAD": b"",
        ".DS_Store": b"",
        "pkg/.ipynb_checkpoints/a": b"",
        "cdk.out/asset.zip": b"",
        "old.pyc": b"",
    }
    files = list_files(write_tree(tmp_path, {**junk, "pkg/keep.py": b""}))
    assert [file.name for file in files] == ["pkg/keep.py"]


def test_a_link_to_a_file_is_packaged_as_the_file(tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "weights").write_bytes(b"weights")
    (tmp_path / "model" / "model.joblib").symlink_to(tmp_path / "weights")
    path, _ = build_archive(list_files(tmp_path / "model"), tmp_path / "out")
    with tarfile.open(path) as tar:
        entry = tar.getmember("model.joblib")
        assert (entry.isreg(), entry.size) == (True, 7)


def test_a_link_to_a_folder_is_refused(tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "latest").symlink_to(tmp_path)
    with pytest.raises(ConfigurationError, match=r"latest' is neither a file nor a folder; replace the link"):
        list_files(tmp_path / "model")


def test_a_name_that_is_not_utf_8_is_refused(tmp_path):
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt")).write_bytes(b"")
    with pytest.raises(ConfigurationError, match="not UTF-8; rename it"):
        list_files(tmp_path)


def test_the_digest_is_that_of_the_uncompressed_tar(tmp_path):
    path, digest = build_archive(list_files(write_tree(tmp_path / "in", CONTENT)), tmp_path / "out")
    assert hashlib.sha256(gzip.decompress(path.read_bytes())).hexdigest() == digest
    assert path.name == f"{digest}.tar.gz"


def test_entries_are_sorted_and_carry_no_owner_time_or_mode(tmp_path):
    root = write_tree(tmp_path / "in", {**CONTENT, LONG_NAME: b"long"})
    (root / "B.txt").chmod(0o755)
    path, _ = build_archive(list_files(root), tmp_path / "out")
    with tarfile.open(path) as tar:
        entries = tar.getmembers()
    assert [entry.name for entry in entries] == ["B.txt", LONG_NAME, "b/nested.txt", "model.joblib", "ä.txt"]
    assert {(entry.uid, entry.gid, entry.uname, entry.gname, entry.mtime, entry.mode) for entry in entries} == {
        (0, 0, "", "", 0, 0o644)
    }


def test_the_digest_does_not_depend_on_the_machine(tmp_path):
    program = (
        "import sys, pathlib; from constructs_lib.archive import archive_digest, list_files;"
        "print(archive_digest(list_files(pathlib.Path(sys.argv[1]))))"
    )
    machines = [
        {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1", "umask": "022"},
        {"TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "2", "umask": "077"},
    ]
    digests = set()
    for number, machine in enumerate(machines):
        root = tmp_path / f"machine-{number}"
        old = os.umask(int(machine.pop("umask"), 8))
        try:
            write_tree(root, dict(reversed(CONTENT.items())) if number else CONTENT)
        finally:
            os.umask(old)
        for file in root.rglob("*"):
            os.utime(file, (number * 10**9, number * 10**9))
        run = subprocess.run(
            [sys.executable, "-c", program, str(root)],
            env={**os.environ, **machine},
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(run.stdout.strip())
    assert digests == {archive_digest(list_files(tmp_path / "machine-0"))}


def test_the_digest_is_the_same_for_ever(tmp_path):
    """Another value here means that every user's next deployment replaces every model."""
    root = write_tree(tmp_path, CONTENT)
    assert archive_digest(list_files(root)) == "31429e759b4429edd366b16ee85ca930980339d31d947d5c94b57d2e2b6c3d4b"


def test_a_changed_byte_changes_the_digest(tmp_path):
    before = archive_digest(list_files(write_tree(tmp_path, CONTENT)))
    assert archive_digest(list_files(write_tree(tmp_path, {"B.txt": b"Capital"}))) != before


def test_a_second_synthesis_finds_the_archive_of_the_first(tmp_path):
    files = list_files(write_tree(tmp_path / "in", CONTENT))
    first, _ = build_archive(files, tmp_path / "out")
    first.write_bytes(b"as the first synthesis left it")
    second, _ = build_archive(files, tmp_path / "out")
    assert second.read_bytes() == b"as the first synthesis left it"


def test_a_file_that_changes_while_it_is_packaged_is_an_error_and_leaves_nothing_behind(tmp_path):
    class GrowingFile(type(tmp_path)):  # type: ignore[misc]
        """Has one byte more each time that it is opened."""

        def open(self, *args, **kwargs):
            with Path(self).open("ab") as file:
                file.write(b"x")
            return Path(self).open(*args, **kwargs)

    growing = ArchiveFile(name="model.joblib", source=GrowingFile(tmp_path / "model.joblib"))
    with pytest.raises(ConfigurationError, match="changed while it was being packaged"):
        build_archive([growing], tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_memory_does_not_grow_with_the_model(tmp_path):
    large = tmp_path / "model.joblib"
    with large.open("wb") as file:
        file.truncate(128 << 20)
    tracemalloc.start()
    try:
        build_archive([ArchiveFile(name="model.joblib", source=large)], tmp_path / "out")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 24 << 20  # some blocks for each thread
