"""Which pyarrow may read a request, without importing it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import subprocess
import sys

import pytest

from sklearn_runtime.pyarrow_version import pyarrow_fault


@pytest.fixture(autouse=True)
def _decided_anew():
    pyarrow_fault.cache_clear()
    yield
    pyarrow_fault.cache_clear()


def test_the_installed_one_may_and_is_not_imported():
    program = (
        "import sys; from sklearn_runtime.pyarrow_version import pyarrow_fault; "
        "assert pyarrow_fault() is None; assert 'pyarrow' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_none_may_where_none_is(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert pyarrow_fault() == "where pyarrow 14.0.1 or later is needed and none is installed"


@pytest.mark.parametrize("version", ["14.0.0", "9.0.0", "0.17.1"])
def test_one_that_runs_code_from_a_file_may_not(monkeypatch, version):
    monkeypatch.setattr(importlib.metadata, "version", lambda _: version)
    assert f"and {version} is installed, which would run code" in pyarrow_fault()


@pytest.mark.parametrize("version", ["14.0.1", "14.0.1+cu", "26.0.1", "30.0.0.dev5"])
def test_later_ones_may(monkeypatch, version):
    monkeypatch.setattr(importlib.metadata, "version", lambda _: version)
    assert pyarrow_fault() is None


def test_one_of_unknown_version_may_not(monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    assert pyarrow_fault().endswith("the version of the installed one is not known")
    monkeypatch.setitem(sys.modules, "importlib.metadata", None)
    pyarrow_fault.cache_clear()
    assert pyarrow_fault().endswith("the version of the installed one is not known")
