"""The README's tour, run from top to bottom in an empty folder as a newcomer would paste it; its tables."""

import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.conftest import ROOT, user_environment
from tools.document_tables import TABLES, render

README = (ROOT / "README.md").read_text(encoding="utf-8")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def tour(folder: Path) -> str:
    """The tour as one shell script: files are written, Python and console blocks are run where they stand."""
    blocks = re.findall(r"<!-- (run|file: (\S+)) -->\n```(\w+)\n(.*?)```", README, re.DOTALL)
    steps = ["set -euo pipefail", "trap 'kill %1 && wait' EXIT"]
    for number, (marker, name, language, text) in enumerate(blocks):
        if marker == "run" and language == "console":
            steps.append(text)
            continue
        source = folder / f"step{number}"
        source.write_text(text, encoding="utf-8")
        steps.append(f"cp {source} {name}" if name else f"python {source}")
    return "\n".join([*steps, "wait", "trap - EXIT"])


def test_the_tour_runs_from_top_to_bottom(tmp_path):
    home, folder, steps = (tmp_path / name for name in ("home", "project", "steps"))
    for path in (home, folder, steps):
        path.mkdir()
    script = tour(steps).replace("4566", str(free_port()))
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=user_environment(home),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=540,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "row 0, column 29: 'high' is not a number" in done.stdout
    assert "\n0\n" in done.stdout, shlex.quote(done.stdout)
    assert "{0, 1, 2}" in done.stdout


def test_the_user_code_of_a_model_and_an_endpoint_is_at_most_fifteen_lines():
    (app,) = re.findall(r"<!-- file: app.py -->\n```python\n(.*?)```", README, re.DOTALL)
    assert len([line for line in app.splitlines() if line.strip()]) <= 15


@pytest.mark.parametrize("document", TABLES, ids=lambda path: path.name)
def test_the_tables_are_as_generated(document):
    assert render(document) == document.read_text(encoding="utf-8"), f"run {sys.executable} tools/document_tables.py"
