"""What builds and runs an image without Docker: debootstrap, buildah and podman with runc, as root.

All that they keep lies below `.venvs/own-image`.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / ".venvs" / "own-image"
TOOLS = ("buildah", "debootstrap", "podman", "runc")
DEBIAN = "trixie"
# Debian's own.
PYTHON = "3.13"
# podman wants a short path for its sockets, and the same each time.
_RUN_ROOT = Path("/tmp") / f"own-image-{hashlib.sha256(str(FOLDER).encode()).hexdigest()[:8]}"
INSTALL = f"apt-get install --yes {' '.join(TOOLS)}"


def obstacles() -> list[str]:
    """Say what keeps an image from being built here."""
    missing = [tool for tool in TOOLS if shutil.which(tool, path=f"{os.environ['PATH']}:/usr/sbin") is None]
    found = [f"{', '.join(missing)} not found: as root, {INSTALL}"] if missing else []
    return found if os.geteuid() == 0 else [*found, "only root may make the root file system of an image"]


def run(tool: str, *arguments: str | Path, check: bool = True, both: bool = False, timeout: float = 600) -> str:
    """Run buildah or podman on the storage of these tests; give what it printed, on `both` streams or on the first.

    Raises
    ------
    AssertionError
        It failed, and `check` is set.
    """
    storage: list[str | Path] = ["--root", FOLDER / "storage", "--runroot", _RUN_ROOT, "--storage-driver", "overlay"]
    runtime = ["--runtime", "runc"] if tool == "podman" else []
    return _run([tool, *storage, *runtime, *arguments], check=check, both=both, timeout=timeout)


def make_base(name: str) -> None:
    """Make a base image of Debian's Python in place of the registry's, unless it is there.

    It finds wheels in /wheels alone, where `build` mounts them, and pip may install beside Debian's own packages.
    """
    if run("buildah", "images", "--quiet", "--filter", f"reference={name}"):
        return
    files = FOLDER / "base"
    shutil.rmtree(files, ignore_errors=True)
    packages = "--include=ca-certificates,python3,python3-pip"
    _run(["debootstrap", "--variant=minbase", packages, DEBIAN, files, "http://deb.debian.org/debian"])
    for cached in ("var/cache/apt/archives", "var/lib/apt/lists"):
        shutil.rmtree(files / cached)
    (files / "usr/bin/python").symlink_to("python3")
    container = run("buildah", "from", "scratch").strip()
    run("buildah", "add", "--quiet", container, files, "/")
    variables = ("PIP_BREAK_SYSTEM_PACKAGES=1", "PIP_FIND_LINKS=/wheels", "PIP_NO_INDEX=1")
    run("buildah", "config", *(f"--env={variable}" for variable in variables), container)
    run("buildah", "commit", "--quiet", "--rm", container, name)
    shutil.rmtree(files)


def download_wheels(requirements: Path, machine: str, python_version: str = PYTHON) -> Path:
    """Download the wheels of pinned packages for a processor, unless they are there; give their folder.

    Raises
    ------
    AssertionError
        There is none of one of them.
    """
    folder = FOLDER / f"wheels-{machine}-{python_version}"
    options = ["--no-deps", "--only-binary=:all:", "--require-hashes", f"--python-version={python_version}"]
    options += ["--implementation=cp", f"--abi=cp{python_version.replace('.', '')}"]
    options += [f"--platform=manylinux_2_{minor}_{machine}" for minor in range(28, 16, -1)]
    pip: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--find-links",
        folder,
        "--dest",
        folder,
    ]
    folder.mkdir(parents=True, exist_ok=True)
    _run([*pip, *options, f"--platform=manylinux2014_{machine}", "--requirement", requirements])
    return folder


def build(context: Path, name: str, base: str, wheels: Path) -> None:
    """Build an image from the folder that its Dockerfile lies in."""
    mount = f"{wheels}:/wheels:ro"
    options = ["--isolation", "chroot", "--volume", mount, "--build-arg", f"BASE={base}", "--tag", name]
    run("buildah", "bud", "--quiet", *options, context)


def _run(command: list[str | Path], *, check: bool = True, both: bool = False, timeout: float = 600) -> str:
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    done = subprocess.run(
        [*map(str, command)],
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PATH": path},
    )
    assert done.returncode == 0 or not check, f"{command[0]} failed: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr if both else done.stdout
