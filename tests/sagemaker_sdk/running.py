"""Runs what the page says, as a user who pastes it: each chapter and side in a folder of its own."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.sagemaker_sdk import environment
from tests.sagemaker_sdk.page import Chapter, Step

COUNTING = Path(__file__).with_name("counting")
TIMEOUT = 400


class StepFailedError(AssertionError):
    """A step of the page failed; the text is all that was printed."""


class User:
    """Somebody with the page in front of them.

    Parameters
    ----------
    home
        Where the folders are made.
    variables
        The environment: that of `local-sagemaker env --sagemaker-sdk`.
    """

    def __init__(self, home: Path, variables: Mapping[str, str]) -> None:
        self._home = home
        self._variables = variables
        self.calls = home / "calls.txt"
        self._first = home / "once"
        self._first.mkdir()

    def run_once(self, chapters: Sequence[Chapter]) -> None:
        """Run what comes before all else; its files are there in every chapter."""
        for chapter in chapters:
            self._run(chapter.once, self._first, {})

    def run_chapter(self, chapter: Chapter, side: str) -> str:
        """Run one side of a chapter; give what it printed.

        Raises
        ------
        StepFailedError
        """
        folder = self._home / side / chapter.title.replace(" ", "-")
        shutil.copytree(self._first, folder)
        for name, text in {"cdk.json": '{"app": "python app.py"}', **chapter.sides[side].files}.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        own = {}
        if side == "sdk":
            own = {
                "PATH": f"{environment.python().parent}{os.pathsep}{self._variables['PATH']}",
                "PYTHONPATH": str(COUNTING),
                "COUNTED_CALLS": str(self.calls),
            }
        return self._run(chapter.sides[side].merged(), folder, own)

    def _run(self, steps: Sequence[Step], folder: Path, own: Mapping[str, str]) -> str:
        printed = ""
        for number, step in enumerate(steps):
            if step.language == "python":
                script = self._home / f"{folder.parent.name}-{folder.name}-{number}.py"
                script.write_text(step.text, encoding="utf-8")
                command = ["python", str(script)]
            else:
                command = ["bash", "-euo", "pipefail", "-c", step.text]
            done = subprocess.run(
                command,
                cwd=folder,
                env={**self._variables, **own},
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=TIMEOUT,
                check=False,
            )
            printed += done.stdout
            if done.returncode:
                raise StepFailedError(f"exit status {done.returncode} of\n{step.text}\n{printed}")
        return printed
