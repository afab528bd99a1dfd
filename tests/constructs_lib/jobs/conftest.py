"""A script to train with: what has jobs is tested through a training."""

from pathlib import Path

import pytest


@pytest.fixture
def script(tmp_path: Path) -> Path:
    file = tmp_path / "train.py"
    file.write_text("print('f1=0.5')")
    return file
