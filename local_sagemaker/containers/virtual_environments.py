"""A virtual environment on top of an interpreter, for the libraries that a script brings along."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Asks an interpreter for its places. The first entry of sys.path is the current directory, of `-c`.
_PLACES = """
import importlib.util, json, site, sys
sites = site.getsitepackages() + ([site.getusersitepackages()] if site.ENABLE_USER_SITE else [])
there = [name for name in ("pip", "setuptools", "wheel") if importlib.util.find_spec(name)]
print("\\n" + json.dumps({"search_path": sys.path[1:], "site_packages": sites, "installers": there}))
"""


@dataclass(frozen=True, kw_only=True)
class Interpreter:
    """A Python and where it looks for modules.

    Attributes
    ----------
    python : str
        Its path, as given: the link in a virtual environment says which environment it is.
    search_path : tuple of str
        Its ``sys.path``.
    site_packages : tuple of str
        The directories in it that hold installed libraries.
    installers : tuple of str
        Which of pip, setuptools and wheel it has.
    """

    python: str
    search_path: tuple[str, ...]
    site_packages: tuple[str, ...]
    installers: tuple[str, ...]

    @classmethod
    def ask(cls, python: str, environment: Mapping[str, str]) -> Interpreter:
        """Ask an interpreter.

        Parameters
        ----------
        python : str
            Its path.
        environment : dict
            Of the container; a ``PYTHONPATH`` in it counts.

        Raises
        ------
        OSError
            There is no such program.
        ValueError
            It does not answer as a Python does.
        """
        done = subprocess.run(
            [python, "-c", _PLACES], env=dict(environment), capture_output=True, text=True, check=False
        )
        if done.returncode:
            last = (done.stderr.splitlines() or [""])[-1]
            raise ValueError(f"{python} ended with status {done.returncode} when asked for sys.path: {last}")
        answer = json.loads(done.stdout.splitlines()[-1])
        return cls(python=python, **{name: tuple(value) for name, value in answer.items()})

    def python_path(self, code_dir: str) -> str:
        """Give the ``PYTHONPATH`` that the toolkit sets for a script: its own ``sys.path`` after the code directory.

        Parameters
        ----------
        code_dir : str
            Stands for ``/opt/ml/code``.
        """
        # The toolkit is a script, `train`, beside the interpreter: so the directory of both is in its sys.path.
        places = [str(Path(self.python).parent), *self.search_path]
        return ":".join(places if code_dir in places else [code_dir, *places])


def make_environment(parent: Interpreter, folder: Path, environment: Mapping[str, str]) -> Path:
    """Make a virtual environment in which everything that another interpreter has is there as well.

    Its own libraries win over those of the parent. A parent that is itself a virtual environment is why
    ``--system-site-packages`` is not enough: that names the Python below both.

    Parameters
    ----------
    parent : Interpreter
    folder : Path
        Where to make it.
    environment : dict
        Of the container.

    Returns
    -------
    Path
        Its interpreter.

    Raises
    ------
    OSError
        The parent cannot make one; the message has its last line.
    """
    without = ["--without-pip"] if "pip" in parent.installers else []
    command = [parent.python, "-m", "venv", *without, str(folder)]
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    if done.returncode:
        last = ((done.stdout + done.stderr).splitlines() or [""])[-1]
        raise OSError(f"{' '.join(command)} ended with status {done.returncode}: {last}")
    [own] = (folder / "lib").glob("python*/site-packages")
    # addsitedir reads the .pth files there, too: they hold what is installed as editable.
    lines = [f"import site; site.addsitedir({place!r})" for place in parent.site_packages]
    (own / "parent.pth").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "bin" / "python"
