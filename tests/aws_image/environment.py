"""The Python environment of an AWS scikit-learn image, as far as PyPI has it: AWS's start-up code and its gunicorns.

Made once, from hashed locks, by ``python -m tests.aws_image.environment``. A container is then a small virtual
environment of its own on top (:func:`container`), since the image's code installs the user's code with pip.
"""

import venv
from pathlib import Path

from tools.locked_environment import LockedEnvironment, make_or_exit, require_compiler

ROOT = Path(__file__).resolve().parent.parent.parent
REQUIREMENTS = ROOT / "requirements"
HOME = ROOT / ".venvs" / "aws-serving"

#: gunicorn in the images 0.23-1 to 1.9-0; the newest stands in the main lock.
GUNICORNS = ("20.0.4", "23.0.0", "26.0.0")
_OLDER_GUNICORNS = {version: f"aws-serving-gunicorn-{version}.txt" for version in GUNICORNS[:-1]}
_LOCKS = ("aws-serving-build.txt", "aws-serving.txt", *_OLDER_GUNICORNS.values())

#: The image's code has gunicorn listen on every interface; on a developer's machine, loopback is enough.
_GUNICORN = """#!{python}
import sys
from gunicorn.app.wsgiapp import run
sys.argv = [word.replace("0.0.0.0:", "127.0.0.1:") for word in sys.argv]
sys.exit(run())
"""


ENVIRONMENT = LockedEnvironment(HOME, [REQUIREMENTS / name for name in _LOCKS])


def make() -> None:
    """Make the environment, unless it stands as the locks want it.

    Raises
    ------
    EnvironmentMissingError
        A compiler is missing, or pip failed; the message has pip's last lines.
    """
    if ENVIRONMENT.stands():
        return
    require_compiler("sagemaker-containers")
    hashed = ("--require-hashes", "--requirement")
    ENVIRONMENT.make(
        # Source distributions are built with the locked setuptools, not with whatever is newest.
        *(
            ("--no-build-isolation", *hashed, str(REQUIREMENTS / lock))
            for lock in ("aws-serving-build.txt", "aws-serving.txt")
        ),
        *(
            ("--no-deps", *hashed, str(REQUIREMENTS / lock), "--target", str(HOME / "gunicorn" / version))
            for version, lock in _OLDER_GUNICORNS.items()
        ),
    )


def container(directory: Path, gunicorn: str) -> Path:
    """Make the ``bin`` directory of one container's interpreter.

    Parameters
    ----------
    directory
        Where it may live and be written to.
    gunicorn
        One of :data:`GUNICORNS`.
    """
    ENVIRONMENT.interpreter("AWS's serving code", "tests.aws_image.environment")
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
    make_or_exit(make)
