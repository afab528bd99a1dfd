"""Lists the files of the runtime that travel into a container, in a checkout and in an installed wheel alike."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from constructs_lib.archive import ArchiveFile, list_files

PACKAGE = "sklearn_runtime"
HOOKS_FILE = "inference.py"
# Where the user's own files hold an inference.py, ours steps aside under this name.
RENAMED_HOOKS_FILE = "sklearn_runtime_inference.py"
REQUIREMENTS_OF_IMAGE = "requirements.txt"
_BUILD_FILES = ("Dockerfile", REQUIREMENTS_OF_IMAGE)


def runtime_files(hooks_file: str = HOOKS_FILE) -> tuple[ArchiveFile, ...]:
    """List the hooks script, under the name `hooks_file`, and the modules and data of the package beside it.

    The package is located, never imported: what deploys the runtime must not depend on it.

    Raises
    ------
    FileNotFoundError
        When the distribution is incomplete.
    """
    hooks, package = _locations()
    modules = (file for file in list_files(package) if Path(file.name).suffix in {".py", ".json"})
    return (ArchiveFile(name=hooks_file, source=hooks), *(file.below(PACKAGE) for file in modules))


def image_files() -> tuple[ArchiveFile, ...]:
    """List what our own image is built from: Dockerfile, requirements.txt and the package.

    Raises
    ------
    FileNotFoundError
        When the distribution is incomplete.
    """
    hooks, _ = _locations()
    package = (file for file in runtime_files() if file.name.startswith(f"{PACKAGE}/"))
    return (*(ArchiveFile(name=name, source=hooks.with_name(name)) for name in _BUILD_FILES), *package)


def _locations() -> tuple[Path, Path]:
    here = Path(__file__).resolve().parent
    bundled = here / "_runtime_files" / HOOKS_FILE
    if not bundled.is_file():
        checkout = here.parent / "runtime"
        if not (checkout / HOOKS_FILE).is_file():
            raise FileNotFoundError(f"neither {bundled} nor {checkout / HOOKS_FILE} exists; install the package again")
        return checkout / HOOKS_FILE, checkout / PACKAGE
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"the package {PACKAGE} is not installed beside {here.name}; install the package again")
    return bundled, Path(spec.origin).parent
