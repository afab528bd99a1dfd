import subprocess
from pathlib import Path

from constructs_lib.archive import list_files
from constructs_lib.digest import model_digest
from sklearn_runtime.model_files.loading import digest_files


def write_model(root: Path) -> Path:
    for name in ("model.joblib", "Z.txt", "vocabulary/words.txt", "vocabulary/code/kept.txt", "code/hooks.py", "ü"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"content of {name}", encoding="utf-8")
    return root


def test_it_is_what_sha256sum_gives(tmp_path):
    root = write_model(tmp_path)
    script = "find . -type f ! -path './code/*' | sed 's|^./||' | LC_ALL=C sort | xargs sha256sum | sha256sum"
    run = subprocess.run(script, shell=True, cwd=root, capture_output=True, text=True, check=True)
    assert model_digest(list_files(root)) == run.stdout.split()[0]


def test_the_runtime_computes_the_same(tmp_path):
    root = write_model(tmp_path)
    assert model_digest(list_files(root)) == digest_files(str(root))


def test_serving_code_does_not_count(tmp_path):
    before = model_digest(list_files(write_model(tmp_path)))
    (tmp_path / "code" / "hooks.py").write_text("other", encoding="utf-8")
    assert model_digest(list_files(tmp_path)) == before


def test_a_renamed_file_counts(tmp_path):
    before = model_digest(list_files(write_model(tmp_path)))
    (tmp_path / "Z.txt").rename(tmp_path / "Y.txt")
    assert model_digest(list_files(tmp_path)) != before


def test_a_file_larger_than_one_block_is_read_to_its_end(tmp_path):
    large = tmp_path / "model.joblib"
    large.write_bytes(bytes(3 << 20) + b"1")
    before = model_digest(list_files(tmp_path))
    large.write_bytes(bytes(3 << 20) + b"2")
    assert model_digest(list_files(tmp_path)) != before
