"""Which pyarrow may read a request, without importing it."""

from __future__ import annotations

import importlib
import importlib.util
import subprocess
import sys

import pytest

from sklearn_runtime.pyarrow_version import OLDEST_FOR_ARROW, OLDEST_FOR_PARQUET, pyarrow_fault

metadata = pytest.importorskip("importlib.metadata", reason="Python 3.7 has none")


@pytest.fixture(autouse=True)
def _decided_anew():
    pyarrow_fault.cache_clear()
    yield
    pyarrow_fault.cache_clear()


@pytest.fixture
def installed(monkeypatch):
    def install(version):
        monkeypatch.setattr(importlib.util, "find_spec", lambda _: object())
        monkeypatch.setattr(metadata, "version", lambda _: version)

    return install


def test_it_is_not_imported_to_be_asked():
    program = (
        "import sys; from sklearn_runtime.pyarrow_version import pyarrow_fault; "
        "pyarrow_fault((14, 0, 1)); assert 'pyarrow' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_none_may_where_none_is(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert pyarrow_fault(OLDEST_FOR_ARROW) == "where pyarrow 14.0.1 or later is needed and none is installed"


@pytest.mark.parametrize("version", ["14.0.0", "9.0.0", "0.17.1"])
def test_one_that_runs_code_from_a_file_may_not(installed, version):
    installed(version)
    assert f"pyarrow 14.0.1 or later is needed and {version} is installed" in str(pyarrow_fault(OLDEST_FOR_ARROW))


@pytest.mark.parametrize("version", ["14.0.1", "14.0.1+cu", "16.1.0"])
def test_one_that_crashes_on_parquet_may_read_arrow_only(installed, version):
    installed(version)
    assert pyarrow_fault(OLDEST_FOR_ARROW) is None
    assert "pyarrow 17.0.0 or later is needed" in str(pyarrow_fault(OLDEST_FOR_PARQUET))


@pytest.mark.parametrize("version", ["17.0.0", "26.0.1", "30.0.0.dev5"])
def test_later_ones_may_read_both(installed, version):
    installed(version)
    assert pyarrow_fault(OLDEST_FOR_ARROW) is pyarrow_fault(OLDEST_FOR_PARQUET) is None


def test_one_of_unknown_version_may_not(installed, monkeypatch):
    def missing(name):
        raise metadata.PackageNotFoundError(name)

    installed("26.0.1")
    monkeypatch.setattr(metadata, "version", missing)
    assert str(pyarrow_fault(OLDEST_FOR_ARROW)).endswith("the version of the installed one is not known")
    monkeypatch.setitem(sys.modules, "importlib.metadata", None)
    pyarrow_fault.cache_clear()
    assert str(pyarrow_fault(OLDEST_FOR_ARROW)).endswith("the version of the installed one is not known")
