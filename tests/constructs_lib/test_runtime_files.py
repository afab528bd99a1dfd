import shutil
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

import constructs_lib
from constructs_lib.runtime_files import runtime_files

RUNTIME = Path(__file__).resolve().parent.parent.parent / "runtime"
PROGRAM = "from constructs_lib.runtime_files import runtime_files; print(*(file.name for file in runtime_files()))"


def names(**options: str) -> list[str]:
    return [file.name for file in runtime_files(**options)]


def test_the_hooks_script_lies_beside_the_package():
    assert {"inference.py", "sklearn_runtime/__init__.py", "sklearn_runtime/settings.py"} <= set(names())


def test_every_module_of_the_runtime_travels_and_nothing_else():
    modules = {path.relative_to(RUNTIME).as_posix() for path in RUNTIME.glob("sklearn_runtime/**/*.py")}
    data = {path.relative_to(RUNTIME).as_posix() for path in RUNTIME.glob("sklearn_runtime/**/*.json")}
    assert set(names()) == {"inference.py"} | modules | data


def test_the_hooks_script_steps_aside_for_the_users():
    assert "inference.py" not in names(hooks_file="sklearn_runtime_inference.py")
    assert "sklearn_runtime_inference.py" in names(hooks_file="sklearn_runtime_inference.py")


@pytest.fixture
def site_packages(tmp_path: Path) -> Path:
    """The distribution as a wheel installs it, with a runtime that cannot be imported."""
    shutil.copytree(
        Path(constructs_lib.__file__).parent, tmp_path / "constructs_lib", ignore=shutil.ignore_patterns("__pycache__")
    )
    (tmp_path / "constructs_lib" / "_runtime_files").mkdir()
    (tmp_path / "constructs_lib" / "_runtime_files" / "inference.py").touch()
    (tmp_path / "sklearn_runtime").mkdir()
    (tmp_path / "sklearn_runtime" / "__init__.py").write_text("raise AssertionError('imported')", encoding="utf-8")
    (tmp_path / "sklearn_runtime" / "codecs.py").touch()
    return tmp_path


def run(site: Path) -> subprocess.CompletedProcess[str]:
    program = f"import sys; sys.path[:0] = [{str(site)!r}]; sys.path_importer_cache.clear(); {PROGRAM}"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=site)


def test_a_wheel_has_the_same_files_and_does_not_import_them(site_packages):
    done = run(site_packages)
    assert done.stdout.split() == ["inference.py", "sklearn_runtime/__init__.py", "sklearn_runtime/codecs.py"]


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, site_packages: Path) -> Path:
    """The same layout, seen by this process."""
    monkeypatch.setattr("constructs_lib.runtime_files.__file__", str(site_packages / "constructs_lib" / "x.py"))
    return site_packages


def test_the_package_is_found_where_it_is_installed(monkeypatch, installed):
    spec = ModuleSpec("sklearn_runtime", None, origin=str(installed / "sklearn_runtime" / "__init__.py"))
    monkeypatch.setattr("importlib.util.find_spec", lambda _: spec)
    assert [file.source.relative_to(installed).as_posix() for file in runtime_files()] == [
        "constructs_lib/_runtime_files/inference.py",
        "sklearn_runtime/__init__.py",
        "sklearn_runtime/codecs.py",
    ]


def test_a_distribution_without_the_package_says_so(monkeypatch, installed):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(FileNotFoundError, match="package sklearn_runtime is not installed"):
        runtime_files()


def test_a_distribution_without_any_hooks_script_says_so(installed):
    shutil.rmtree(installed / "constructs_lib" / "_runtime_files")
    with pytest.raises(FileNotFoundError, match=r"inference.py exists; install the package again"):
        runtime_files()
