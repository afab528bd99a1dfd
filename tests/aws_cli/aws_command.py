"""The AWS command line as a user of the local cloud runs it: its own process, a clean home, no files of the user's."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local_sagemaker.environment import client_environment
from tests.local_sagemaker.cloud import ACCOUNT, REGION

AWS = str(Path(sys.executable).parent / "aws")


class AwsCommand:
    """The ``aws`` of this environment, pointed at a local cloud.

    Parameters
    ----------
    url
        The local cloud.
    folder
        Working folder and home of each command.
    """

    def __init__(self, url: str, folder: Path) -> None:
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "COVERAGE_"))}
        given = client_environment(url, account_id=ACCOUNT, region=REGION)
        self._environment = {
            **kept,
            **{name: value for name, value in given.items() if value is not None},
            "HOME": str(folder),
        }

    def __call__(self, command: str, *more: str, **parameters: Any) -> Any:
        """Run a command that succeeds; give its answer, from JSON where there is any.

        Parameters
        ----------
        command, more
            Words of the command line; `command` is split at spaces.
        parameters
            The request's parameters, as ``--cli-input-json`` takes them.
        """
        done = self._run(command, more, parameters)
        assert done.returncode == 0, f"aws {command}: {done.stderr}"
        try:
            return json.loads(done.stdout or "null")
        except json.JSONDecodeError:
            return done.stdout

    def refused(self, command: str, *more: str, **parameters: Any) -> str:
        """Run a command that fails; give what it says."""
        done = self._run(command, more, parameters)
        assert done.returncode > 1, f"aws {command} succeeded: {done.stdout}"
        return done.stderr.strip().removeprefix("aws: [ERROR]: ")

    def _run(
        self, command: str, more: tuple[str, ...], parameters: Mapping[str, Any]
    ) -> subprocess.CompletedProcess[str]:
        words = [AWS, *command.split(), *more]
        if parameters:
            words += ["--cli-input-json", json.dumps(parameters)]
        return subprocess.run(
            words, cwd=self.folder, env=self._environment, capture_output=True, text=True, timeout=120, check=False
        )
