"""Runs pip for a target, with the user's own configuration: its index, proxy, certificates and folders of wheels."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from constructs_lib.exceptions import RequirementsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs_lib.vendoring.target import Target


class PipFailed(Exception):  # noqa: N818  named for what happened
    """Pip ended with an error.

    Attributes
    ----------
    log
        What it logged, one event a line.
    """

    def __init__(self, log: Sequence[str]) -> None:
        self.log = log
        errors = [line.removeprefix("ERROR: ") for line in log if line.startswith("ERROR: ")]
        super().__init__("; ".join(errors) or "see what it wrote")

    @property
    def missing(self) -> str | None:
        """The requirement that pip found nothing for; None where something else failed."""
        found = (re.match(r"ERROR: Could not find a version that satisfies the requirement (\S+)", a) for a in self.log)
        return next((match[1] for match in found if match), None)

    @property
    def unreachable(self) -> tuple[str, ...]:
        """The addresses that did not answer."""
        found = (re.match(r"Could not fetch URL (\S+): connection error", line) for line in self.log)
        return tuple(match[1] for match in found if match)

    def files_passed_over(self, name: str, version: str) -> tuple[str, ...]:
        """Return the files of one version that pip found and could not use."""
        names = (
            match[1]
            for line in self.log
            if (match := re.match(r"Skipping link: .*?([^/\s]+)(?:#\S*)?(?: \(from|$)", line))
        )
        stem = re.compile(rf"{re.sub('[-_.]+', '[-_.]+', name)}-{re.escape(version)}(?:-|\.(?:tar|zip))", re.IGNORECASE)
        return tuple(dict.fromkeys(file for file in names if stem.match(file)))


def run_pip(command: str, target: Target, *arguments: str) -> None:
    """Run a command of pip; its progress goes to the standard error stream.

    Raises
    ------
    PipFailed
        It ended with an error.
    RequirementsError
        There is no pip.
    """
    if find_spec("pip") is None:
        raise RequirementsError(
            f"there is no pip beside {sys.executable}, which chooses the wheels; install it: python -m ensurepip"
        )
    program = str(Path(__file__).with_name("target_pip.py"))
    with tempfile.TemporaryDirectory(prefix="sagemaker-sklearn-cdk-") as folder:
        log = Path(folder, "pip.log")
        done = subprocess.run(
            [
                sys.executable, program, json.dumps(target.markers()), command,
                *target.pip_arguments(), "--log", str(log), *arguments,
            ],
            env=os.environ | _QUIET,
            # An app's standard output is its own.
            stdout=sys.__stderr__,
            check=False,
        )  # fmt: skip
        if done.returncode:
            text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
            raise PipFailed([re.sub(r"^\S+T\S+ ", "", line).strip() for line in text.splitlines()])


# What would make pip refuse to work for another Python, or ask.
_QUIET = {
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_NO_INPUT": "1",
    "PIP_REQUIRE_VIRTUALENV": "0",
    "PIP_USER": "0",
}
