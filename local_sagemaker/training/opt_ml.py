"""Has a command see a folder as ``/opt/ml``, without a container: in a mount namespace of its own.

What is mounted there is seen by the command and its children only, and is gone when the last of them ends: see
mount_namespaces(7) and user_namespaces(7). Where there is no ``/opt/ml`` to mount on, a copy of ``/opt`` that has one
is mounted in its place: a folder of mount points, on each of which lies what ``/opt`` really holds.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OPT = Path("/opt")
OPT_ML = OPT / "ml"
# Seconds, and how often: a killed process is soon gone, but for one that waits for a device.
_PAUSE = 0.01
_ROUNDS = 500
# Private: what is mounted in the namespace must not be mounted for the machine as well.
_PRIVATE = ("--mount", "--propagation", "private")
# The first is for root; the second for everybody, where the kernel lets everybody make user namespaces.
_NAMESPACES = (("unshare", *_PRIVATE), ("unshare", "--user", "--map-root-user", *_PRIVATE))
# Arguments: pairs of what is mounted and where, `--`, the working directory, the command.
_MOUNT_THEN_EXEC = """
set -e
while [ "$1" != -- ]; do
    mount -n -o rbind "$1" "$2"
    shift 2
done
cd "$2"
shift 2
exec "$@"
"""


class NoNamespaceError(RuntimeError):
    """This machine does not let the local cloud mount a folder at ``/opt/ml``; the message says why, and the remedy."""


def seen_as_opt_ml(folder: Path, stage: Path, command: Sequence[str]) -> list[str]:
    """Give the command that runs a command for which a folder is ``/opt/ml``, and its working directory.

    Parameters
    ----------
    folder
        Absolute.
    stage
        An empty folder, which serves this one command.
    command
        Program and arguments.

    Raises
    ------
    NoNamespaceError
    """
    return [*_namespace(), *_mounted(folder, stage, command)]


def require_namespaces() -> None:
    """See that a folder can be seen as ``/opt/ml`` on this machine.

    Raises
    ------
    NoNamespaceError
    """
    _namespace()


def end_all(folder: Path) -> None:
    """Send SIGKILL to every process for which a folder is ``/opt/ml``, until there is none.

    Those that left the process group of their command are reached by nothing else, and keep its mounts.

    Parameters
    ----------
    folder
        As it was given to `seen_as_opt_ml`.
    """
    for _ in range(_ROUNDS):
        if not sum(_killed(process, folder) for process in Path("/proc").glob("[0-9]*")):
            return
        time.sleep(_PAUSE)


def mounts(folder: Path, stage: Path, opt: Path = OPT) -> Iterator[tuple[Path, Path]]:
    """Make mount points where they are needed, and yield what is to be mounted on which, in order.

    Parameters
    ----------
    folder
        What is to be seen as `opt` / ``ml``.
    stage
        An empty folder.
    opt
        ``/opt``.
    """
    if (opt / "ml").is_dir():
        yield folder, opt / "ml"
        return
    for entry in sorted(opt.iterdir()):
        place = stage / entry.name
        if entry.is_symlink():
            place.symlink_to(entry.readlink())
            continue
        if entry.is_dir():
            place.mkdir()
        else:
            place.touch()
        yield entry, place
    (stage / "ml").mkdir()
    yield folder, stage / "ml"
    yield stage, opt


def _killed(process: Path, folder: Path) -> bool:
    # Another user's, or one that has ended.
    with contextlib.suppress(OSError), _handle(int(process.name)) as handle:
        if (process / "root" / "opt" / "ml").samefile(folder):
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            return True
    return False


@contextlib.contextmanager
def _handle(pid: int) -> Iterator[int]:
    """Hold a process by a handle: should its number go to another one meanwhile, that is not what is killed."""
    handle = os.pidfd_open(pid)
    try:
        yield handle
    finally:
        os.close(handle)


def _mounted(folder: Path, stage: Path, command: Sequence[str]) -> list[str]:
    pairs = [str(path) for pair in mounts(folder, stage) for path in pair]
    return ["/bin/sh", "-c", _MOUNT_THEN_EXEC, "sh", *pairs, "--", str(OPT_ML), *command]


def _namespace() -> tuple[str, ...]:
    """Find the way to a namespace that works here, by trying."""
    reasons = []
    for namespace in _NAMESPACES:
        try:
            with tempfile.TemporaryDirectory(prefix="local-sagemaker-opt-") as place:
                folder, stage = Path(place) / "ml", Path(place) / "opt"
                folder.mkdir()
                stage.mkdir()
                command = [*namespace, *_mounted(folder, stage, ["true"])]
                done = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError as error:
            reasons.append(str(error))
            continue
        if done.returncode == 0:
            return namespace
        reasons.append((done.stderr.splitlines() or [f"status {done.returncode}"])[-1])
    raise NoNamespaceError(
        "the container's command names /opt/ml, which takes a mount namespace, and this machine allows none "
        f"({'; '.join(dict.fromkeys(reasons))}): run the local cloud on Linux as a user who may make user namespaces "
        "(sysctl user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns), or as root"
    )
