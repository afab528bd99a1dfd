"""A local cloud as a user starts it, and scripts of the SageMaker Python SDK v3 that run against it, unmodified."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from tests.sagemaker_sdk_v3.environment import ENVIRONMENT, ROOT
from tools.locked_environment import EnvironmentMissingError

SCRIPTS = Path(__file__).with_name("scripts")
TRUST = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
# Where scripts write what they found: the SDK's own output does not end its lines.
RESULT = "result.json"


class SdkCloud:
    """The local cloud, and the environment of its clients.

    Parameters
    ----------
    url
        Its address.
    environment
        Variables of a script: what `local-sagemaker env --sagemaker-sdk` prints, and nothing of this process.
    folder
        Where scripts work.
    """

    def __init__(self, url: str, environment: Mapping[str, str], folder: Path) -> None:
        self.url = url
        self._environment = environment
        self._folder = folder
        self.iam = self.client("iam")
        self.s3 = self.client("s3")

    def client(self, service: str) -> Any:
        """Make a client of ours."""
        return boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="local",
            aws_secret_access_key="local",
        )

    def make_role(self, name: str, policy: Mapping[str, Any] = EVERYTHING, *, trust: Any = (TRUST,)) -> str:
        """Make an execution role; give its ARN."""
        document = {"Version": "2012-10-17", "Statement": trust}
        made = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))
        self.iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=json.dumps(policy))
        arn: str = made["Role"]["Arn"]
        return arn

    def run(self, script: str, **settings: Any) -> tuple[dict[str, Any], str]:
        """Run a script with the SDK's Python; give its result and everything that it wrote.

        Parameters
        ----------
        script
            Name of a file in ``scripts``.
        settings
            Its argument, as JSON.
        """
        if not ENVIRONMENT.stands():
            raise EnvironmentMissingError(
                "the SageMaker SDK v3 is not installed: run python -m tests.sagemaker_sdk_v3.environment"
            )
        done = subprocess.run(
            [str(ENVIRONMENT.python), str(SCRIPTS / script), json.dumps(settings)],
            env=dict(self._environment),
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )
        written = done.stdout + done.stderr
        assert done.returncode == 0, written
        return json.loads((self._folder / RESULT).read_text(encoding="utf-8")), written

    def close(self) -> None:
        """Close the clients."""
        self.iam.close()
        self.s3.close()


@contextmanager
def running_sdk_cloud(folder: Path) -> Iterator[SdkCloud]:
    """Start `local-sagemaker up`, and stop it in the end.

    Parameters
    ----------
    folder
        Home of the scripts, and of what the SDK reads and leaves.
    """
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder)}
    ours = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "local_sagemaker"]
    with subprocess.Popen(
        [*command, "up", "--port", "0"], stdout=subprocess.PIPE, text=True, cwd=ROOT, env=ours
    ) as server:
        assert server.stdout is not None
        url = server.stdout.readline().split()[1]
        try:
            port = url.rsplit(":", 1)[1]
            printed = subprocess.run(
                [*command, "env", "--sagemaker-sdk", "--port", port],
                capture_output=True,
                text=True,
                check=True,
                cwd=ROOT,
                env=ours,
            ).stdout
            cloud = SdkCloud(url, environment | exported(printed), folder)
            try:
                yield cloud
            finally:
                cloud.close()
        finally:
            server.terminate()


def exported(lines: str) -> dict[str, str]:
    """Read lines of ``export NAME=VALUE``."""
    words = [shlex.split(line) for line in lines.splitlines()]
    return dict(assignment.split("=", 1) for verb, assignment in words if verb == "export")
