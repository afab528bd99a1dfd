"""A Python environment with the SageMaker Python SDK v3, as far as training and hosting need it.

Made once, from a hashed lock, by ``python -m tests.sagemaker_sdk_v3.environment``.
"""

from pathlib import Path

from tools.locked_environment import LockedEnvironment, make_or_exit

ROOT = Path(__file__).resolve().parent.parent.parent
LOCK = ROOT / "requirements" / "sagemaker-sdk-v3.txt"
ENVIRONMENT = LockedEnvironment(ROOT / ".venvs" / "sagemaker-sdk-v3", [LOCK])


def make() -> None:
    """Make the environment, unless it stands as the lock wants it.

    Raises
    ------
    EnvironmentMissingError
        pip failed; the message has its last lines.
    """
    # The lock leaves out what it says, so pip must not look for it; most of what is installed is never imported.
    ENVIRONMENT.make(("--no-deps", "--no-compile", "--require-hashes", "--requirement", str(LOCK)))


if __name__ == "__main__":
    make_or_exit(make)
