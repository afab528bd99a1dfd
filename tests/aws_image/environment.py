"""The Python environment of an AWS scikit-learn image, as far as PyPI has it: AWS's start-up code and its gunicorns.

Made once, from hashed locks, by ``python -m tests.aws_image.environment``. A container is then a small virtual
environment of its own on top (:func:`container`), since the image's code installs the user's code with pip.
"""

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
REQUIREMENTS = ROOT / "requirements"
HOME = ROOT / ".venvs" / "aws-serving"
PYTHON = HOME / "bin" / "python"
STAMP = HOME / "lock.sha256"

#: gunicorn in the images 0.23-1 to 1.9-0; the newest stands in the main lock.
GUNICORNS = ("20.0.4", "23.0.0", "26.0.0")
_OLDER_GUNICORNS = GUNICORNS[:-1]
_LOCKS = (
    "aws-serving-build.txt",
    "aws-serving.txt",
    *(f"aws-serving-gunicorn-{version}.txt" for version in _OLDER_GUNICORNS),
)


#: The image's code has gunicorn listen on every interface; on a developer's machine, loopback is enough.
_GUNICORN = """#!{python}
import sys
from gunicorn.app.wsgiapp import run
sys.argv = [word.replace("0.0.0.0:", "127.0.0.1:") for word in sys.argv]
sys.exit(run())
"""


class EnvironmentMissingError(RuntimeError):
    """The environment cannot be made, or was not made."""


def digest() -> str:
    """Changes with any lock and with the interpreter."""
    locks = b"".join((REQUIREMENTS / name).read_bytes() for name in _LOCKS)
    return hashlib.sha256(locks + sys.version.encode()).hexdigest()


def make() -> None:
    """Make the environment, unless it stands as the locks want it.

    Raises
    ------
    EnvironmentMissingError
        A compiler is missing, or pip failed; the message has pip's last lines.
    """
    if STAMP.exists() and STAMP.read_text(encoding="ascii") == digest():
        return
    if shutil.which("cc") is None and shutil.which("gcc") is None:
        raise EnvironmentMissingError(
            "no C compiler: sagemaker-containers is compiled from source: install gcc (Debian: apt-get install gcc)"
        )
    venv.create(HOME, clear=True, with_pip=True)
    # Source distributions are built with the locked setuptools, not with whatever is newest.
    for lock in ("aws-serving-build.txt", "aws-serving.txt"):
        _pip("install", "--no-build-isolation", "--require-hashes", "--requirement", str(REQUIREMENTS / lock))
    for version in _OLDER_GUNICORNS:
        lock = str(REQUIREMENTS / f"aws-serving-gunicorn-{version}.txt")
        _pip(
            "install",
            "--no-deps",
            "--require-hashes",
            "--target",
            str(HOME / "gunicorn" / version),
            "--requirement",
            lock,
        )
    STAMP.write_text(digest(), encoding="ascii")


def _pip(*arguments: str) -> None:
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
        raise EnvironmentMissingError(f"{' '.join(command)} failed; its last lines:\n{last}")


def container(directory: Path, gunicorn: str) -> Path:
    """Make the ``bin`` directory of one container's interpreter.

    Parameters
    ----------
    directory
        Where it may live and be written to.
    gunicorn
        One of :data:`GUNICORNS`.
    """
    if not STAMP.exists() or STAMP.read_text(encoding="ascii") != digest():
        raise EnvironmentMissingError("AWS's serving code is not installed: run python -m tests.aws_image.environment")
    venv.create(directory, with_pip=False, symlinks=True)
    [site_packages] = (directory / "lib").glob("python*/site-packages")
    [shared] = (HOME / "lib").glob("python*/site-packages")
    lines = [
        *([str(HOME / "gunicorn" / gunicorn)] if gunicorn in _OLDER_GUNICORNS else []),
        str(shared),
        # As in the images: the code is older than Python 3.10.
        "import collections, collections.abc; collections.Mapping = collections.abc.Mapping",
    ]
    (site_packages / "image.pth").write_text("\n".join(lines) + "\n", encoding="utf-8")
    script = directory / "bin" / "gunicorn"
    script.write_text(_GUNICORN.format(python=directory / "bin" / "python"), encoding="utf-8")
    script.chmod(0o755)
    return directory / "bin"


if __name__ == "__main__":
    try:
        make()
    except EnvironmentMissingError as error:
        sys.exit(str(error))
