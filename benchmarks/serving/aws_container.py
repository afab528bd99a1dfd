"""The AWS image as a folder: /opt/ml, a Python with the image's libraries, and the image's start-up code."""

import shutil
import venv
from pathlib import Path

from benchmarks.serving import environments
from benchmarks.serving.server_process import Launch
from constructs_lib.environment import ContainerSettings, Server, render_environment
from constructs_lib.runtime_files import HOOKS_FILE, runtime_files

__all__ = [
    "APPS",
    "HOOKS_FILE",
    "copy_runtime",
    "launch_ours",
    "launch_stock",
    "launch_stock_with_hooks",
    "nginx_is_installed",
]

APPS = Path(__file__).resolve().parent / "apps"
WORKERS = 2
_SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"

#: The image's code has gunicorn listen on every interface; here, loopback is enough.
_GUNICORN = """#!{python}
import sys
from gunicorn.app.wsgiapp import run
sys.argv = [word.replace("0.0.0.0:", "127.0.0.1:") for word in sys.argv]
sys.exit(run())
"""


def nginx_is_installed() -> bool:
    """Whether the stock server can be measured as the image has it."""
    return shutil.which("nginx", path=_SYSTEM_PATH) is not None


def launch_stock(folder: Path, model: Path, port: int) -> Launch:
    """The image's own server and default hooks; the user's module only loads the model."""
    code = _lay_out(folder, model)
    shutil.copy(APPS / "model_only.py", code / HOOKS_FILE)
    return _launch(folder, port, _stock_variables(folder))


def launch_stock_with_hooks(folder: Path, model: Path, port: int) -> Launch:
    """The image's own server with our hooks: what ``server="stock"`` deploys, fast paths included."""
    copy_runtime(_lay_out(folder, model))
    return _launch(folder, port, _stock_variables(folder))


def launch_ours(folder: Path, model: Path, port: int, *more_libraries: str, fast: bool = False) -> Launch:
    """Our server in gunicorn's place: what the constructs deploy by default.

    Parameters
    ----------
    more_libraries
        Names of environments whose libraries are there beside the image's own.
    fast
        Whether few rows take the fast paths, as they do by default; else scikit-learn predicts, as it does in the other
        servers.
    """
    copy_runtime(_lay_out(folder, model))
    variables = {**_variables("runtime"), "SKLEARN_RUNTIME_FAST": str(fast).lower()}
    return _launch(folder, port, variables, *more_libraries)


def _variables(server: Server) -> dict[str, str]:
    return render_environment(ContainerSettings(server=server, region="us-east-1", hooks_file=HOOKS_FILE), {})


def _stock_variables(folder: Path) -> dict[str, str]:
    (folder / "image").mkdir()
    shutil.copy(APPS / "stock_app.py", folder / "image" / "stock_app.py")
    return {
        **_variables("stock"),
        # What the image itself sets, and where its own module lies.
        "SAGEMAKER_SERVING_MODULE": "stock_app:main",
        "SAGEMAKER_USE_NGINX": "true" if nginx_is_installed() else "false",
        "PYTHONPATH": str(folder / "image"),
    }


def _lay_out(folder: Path, model: Path) -> Path:
    code = folder / "ml" / "model" / "code"
    code.mkdir(parents=True)
    (code.parent / "model.joblib").hardlink_to(model)
    return code


def copy_runtime(code: Path) -> None:
    """Lay our hooks and our runtime into a code directory."""
    for file in runtime_files():
        target = code / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file.source, target)


def _launch(folder: Path, port: int, variables: dict[str, str], *more_libraries: str) -> Launch:
    bin_directory = _python_of_its_own(folder / "python", more_libraries)
    # nginx's workers are another user where root starts it, and must come through to the socket.
    folder.chmod(0o755)
    environment = {
        **{name: value.replace("/opt/ml", str(folder / "ml")) for name, value in variables.items()},
        "SAGEMAKER_BASE_DIR": str(folder / "ml"),
        "SAGEMAKER_BIND_TO_PORT": str(port),
        "SAGEMAKER_MODEL_SERVER_WORKERS": str(WORKERS),
        "PATH": f"{bin_directory}:{_SYSTEM_PATH}",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
    }
    return Launch([str(bin_directory / "python"), "-W", "ignore", str(APPS / "aws_start.py")], environment, folder)


def _python_of_its_own(directory: Path, more_libraries: tuple[str, ...]) -> Path:
    """A small environment on top of the shared one: the image's code installs the user's module with pip."""
    venv.create(directory, with_pip=False, symlinks=True)
    [own] = (directory / "lib").glob("python*/site-packages")
    lines = [str(environments.site_packages(name)) for name in ("aws", *more_libraries)]
    # As in the images: the code is older than Python 3.10.
    lines.append("import collections, collections.abc; collections.Mapping = collections.abc.Mapping")
    (own / "image.pth").write_text("\n".join(lines) + "\n", encoding="utf-8")
    script = directory / "bin" / "gunicorn"
    script.write_text(_GUNICORN.format(python=directory / "bin" / "python"), encoding="utf-8")
    script.chmod(0o755)
    return directory / "bin"
