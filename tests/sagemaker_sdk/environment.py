"""The SageMaker Python SDK 2.x in a virtual environment of its own, from a hashed lock.

Made once by ``python -m tests.sagemaker_sdk.environment``.
"""

import sys
from pathlib import Path

from tools.locked_environment import EnvironmentMissingError, LockedEnvironment

ROOT = Path(__file__).resolve().parent.parent.parent
LOCK = ROOT / "requirements" / "sagemaker-sdk.txt"
ENVIRONMENT = LockedEnvironment(ROOT / ".venvs" / "sagemaker-sdk", [LOCK])


def make() -> None:
    """Make the environment, unless it stands as the lock wants it.

    Raises
    ------
    EnvironmentMissingError
        pip failed; the message has its last lines.
    """
    ENVIRONMENT.make(("--require-hashes", "--requirement", str(LOCK)))


def python() -> Path:
    """Give its interpreter.

    Raises
    ------
    EnvironmentMissingError
        It was not made.
    """
    if not ENVIRONMENT.stands():
        raise EnvironmentMissingError(
            "the SageMaker Python SDK is not installed: run python -m tests.sagemaker_sdk.environment"
        )
    return ENVIRONMENT.python


if __name__ == "__main__":
    try:
        make()
    except EnvironmentMissingError as error:
        sys.exit(str(error))
