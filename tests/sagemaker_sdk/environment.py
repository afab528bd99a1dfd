"""The SageMaker Python SDK 2.x in a virtual environment of its own, from a hashed lock.

Made once by ``python -m tests.sagemaker_sdk.environment``.
"""

from pathlib import Path

from tools.locked_environment import LockedEnvironment, make_or_exit

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
    return ENVIRONMENT.interpreter("the SageMaker Python SDK", "tests.sagemaker_sdk.environment")


if __name__ == "__main__":
    make_or_exit(make)
