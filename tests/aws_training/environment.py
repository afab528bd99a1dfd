"""The Python environment of an AWS scikit-learn image, as far as PyPI has it: AWS's training toolkit.

Made once, from hashed locks, by ``python -m tests.aws_training.environment``. A container is then a small virtual
environment of its own on top (:func:`container`), since the toolkit installs the user's requirements with pip.
"""

import shutil
import venv
from pathlib import Path

from tools.locked_environment import LockedEnvironment, make_or_exit, require_compiler

ROOT = Path(__file__).resolve().parent.parent.parent
REQUIREMENTS = ROOT / "requirements"
HOME = ROOT / ".venvs" / "aws-training"

_LOCKS = ("aws-serving-build.txt", "aws-training.txt")

#: As pip writes it for the toolkit's entry point; SageMaker starts a training container with this word.
_TRAIN = """#!{python}
import sys
from sagemaker_training.cli.train import main
sys.exit(main())
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
    require_compiler("sagemaker-training")
    # Source distributions are built with the locked setuptools, not with whatever is newest.
    ENVIRONMENT.make(
        *(("--no-build-isolation", "--require-hashes", "--requirement", str(REQUIREMENTS / lock)) for lock in _LOCKS)
    )


def container(directory: Path) -> Path:
    """Make the ``bin`` directory of one container's interpreter, with the command ``train``.

    Parameters
    ----------
    directory
        Where it may live and be written to.
    """
    ENVIRONMENT.interpreter("AWS's training toolkit", "tests.aws_training.environment")
    venv.create(directory, with_pip=False, symlinks=True)
    [site_packages] = (directory / "lib").glob("python*/site-packages")
    [shared] = (HOME / "lib").glob("python*/site-packages")
    (site_packages / "image.pth").write_text(f"{shared}\n", encoding="utf-8")
    module = site_packages / "sagemaker_sklearn_container" / "training.py"
    module.parent.mkdir()
    shutil.copy(Path(__file__).with_name("image_module.py"), module)
    script = directory / "bin" / "train"
    script.write_text(_TRAIN.format(python=directory / "bin" / "python"), encoding="utf-8")
    script.chmod(0o755)
    return directory / "bin"


if __name__ == "__main__":
    make_or_exit(make)
