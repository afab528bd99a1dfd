"""A virtual environment that is made once from hashed locks, and anew when a lock or its interpreter changes."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

__all__ = ["EnvironmentMissingError", "LockedEnvironment", "make_or_exit", "require_compiler"]

_LAST_LINES = 15


class EnvironmentMissingError(RuntimeError):
    """The environment cannot be made, or was not made."""


class LockedEnvironment:
    """A virtual environment and what it was made of.

    Parameters
    ----------
    home
        Its folder.
    locks
        The files that say what is in it; `pip install` reads them, see `make`.
    interpreter
        The Python that it is made with, None: the running one.
    """

    def __init__(self, home: Path, locks: Sequence[Path], interpreter: Path | None = None) -> None:
        self.home = home
        self.python = home / "bin" / "python"
        self._locks = locks
        self._interpreter = Path(sys.executable) if interpreter is None else interpreter
        self._stamp = home / "lock.sha256"

    def stands(self) -> bool:
        """Whether it was made from these locks with this interpreter."""
        return (
            self.python.exists()  # a link to the interpreter, which may be gone
            and self._stamp.exists()
            and self._stamp.read_text(encoding="ascii") == self._digest()
        )

    def interpreter(self, contents: str, module: str) -> Path:
        """Give its Python.

        Parameters
        ----------
        contents
            What is in it, as a sentence begins with it.
        module
            What makes it.

        Raises
        ------
        EnvironmentMissingError
            It does not stand; the message names the module.
        """
        if not self.stands():
            raise EnvironmentMissingError(f"{contents} is not installed: run python -m {module}")
        return self.python

    def make(self, *installs: Sequence[str]) -> None:
        """Make it, unless it stands.

        Parameters
        ----------
        installs
            The arguments of each `pip install`, in their order.

        Raises
        ------
        EnvironmentMissingError
            A command failed; the message has its last lines.
        """
        if self.stands():
            return
        _run(str(self._interpreter), "-m", "venv", "--clear", str(self.home))
        for arguments in installs:
            _run(str(self.python), "-m", "pip", "--disable-pip-version-check", "--quiet", "install", *arguments)
        self._stamp.write_text(self._digest(), encoding="ascii")

    def _digest(self) -> str:
        version = sys.version
        if self._interpreter != Path(sys.executable):
            version = _run(str(self._interpreter), "-c", "import sys; print(sys.version)")
        locks = b"".join(lock.read_bytes() for lock in self._locks)
        return hashlib.sha256(locks + version.encode()).hexdigest()


def make_or_exit(make: Callable[[], None]) -> None:
    """Make an environment as a command does: where it fails, the reason is all that is shown."""
    try:
        make()
    except EnvironmentMissingError as error:
        sys.exit(str(error))


def require_compiler(package: str) -> None:
    """See that there is a C compiler.

    Parameters
    ----------
    package
        What is compiled from source.

    Raises
    ------
    EnvironmentMissingError
        There is none; the message says how to get one.
    """
    if shutil.which("cc") is None and shutil.which("gcc") is None:
        raise EnvironmentMissingError(
            f"no C compiler: {package} is compiled from source: install gcc (Debian: apt-get install gcc)"
        )


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).splitlines()[-_LAST_LINES:])
        raise EnvironmentMissingError(f"{' '.join(command)} failed; its last lines:\n{last}")
    return done.stdout
