"""pip asks a folder of the test's own, and keeps what it got in another."""

from pathlib import Path

import pytest

from constructs_lib.vendoring.cache import CACHE_VARIABLE
from tests.constructs_lib.vendoring.wheelhouse import Wheelhouse


@pytest.fixture
def wheelhouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wheelhouse:
    folder = tmp_path / "wheelhouse"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    return Wheelhouse(folder)
