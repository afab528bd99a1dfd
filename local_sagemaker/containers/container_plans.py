"""How a model's container is started here: which program, in which environment, on the files of /opt/ml.

No image is run. A model that carries `sklearn_runtime` (``SAGEMAKER_SERVING_MODULE=sklearn_runtime...``) runs that
very package, as the AWS image would. A script for the own server of AWS's image (``SAGEMAKER_PROGRAM``) is served by
`stock_image`, which does as that server. Many models behind one endpoint, and a model for an image of yours, are
emulated with the `sklearn_runtime` that is installed beside the local cloud, which then has the script's hooks.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import sklearn_runtime
from local_sagemaker.containers import interpreters, stock_image
from local_sagemaker.containers.aws_access import aws_access
from local_sagemaker.containers.installation import Installation
from local_sagemaker.containers.network_isolation import NO_NETWORK
from local_sagemaker.containers.processes import inherited_environment
from local_sagemaker.data_plane_errors import ContainerError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from local_sagemaker.access.rights import Credentials

_RUNTIME = "sklearn_runtime"
_STOCK_IMAGE = "stock_image"
_WORKERS = "SAGEMAKER_MODEL_SERVER_WORKERS"
_OPT_ML = re.compile(r"(?<![^:=\s])/opt/ml(?=[/:\s]|$)")


class Site(NamedTuple):
    """Where a container runs.

    Attributes
    ----------
    base_dir
        Folder that stands for ``/opt/ml``.
    region
        Region of the endpoint.
    base_url
        Address of the local cloud.
    credentials
        Of the execution role.
    network_isolation
        Whether the model has it: its containers find no credentials then, and no network.
    """

    base_dir: Path
    region: str
    base_url: str
    credentials: Credentials
    network_isolation: bool = False


class ContainerPlan(NamedTuple):
    """Program and environment of a container.

    Attributes
    ----------
    arguments
        All but the address: ``--bind`` follows for each instance.
    environment
        The whole environment.
    installation
        What is installed before the program starts, None for nothing.
    """

    arguments: list[str]
    environment: dict[str, str]
    installation: Installation | None = None


def plan_container(
    given: Mapping[str, str],
    site: Site,
    python: str = sys.executable,
    *,
    image: str = "",
    installation: Installation | None = None,
) -> ContainerPlan:
    """Choose program and environment.

    Parameters
    ----------
    given
        The model's environment, as the template gives it.
    site
        Where the container runs; model and code are there already, see `place_code`.
    python
        Interpreter; default: the local cloud's own.
    image
        URI; empty for one model of many, which has no server of AWS's to be emulated.
    installation
        What is installed for the container before it starts; see `plan_installation`.

    Raises
    ------
    ContainerError
        The model says that it carries `sklearn_runtime`, and does not; or it has no script for AWS's image to serve;
        or a number is none.
    """
    environment = _environment(given, site)
    folders = [folder for folder in environment.get("PYTHONPATH", "").split(os.pathsep) if folder]
    server = f"{_RUNTIME}.server"
    if given.get("SAGEMAKER_SERVING_MODULE", "").startswith(f"{_RUNTIME}."):
        if not any(_carries_runtime(folder) for folder in folders):
            raise ContainerError(
                f"No module named '{_RUNTIME}' on PYTHONPATH={given.get('PYTHONPATH', '')}: the model's environment "
                f"names it as SAGEMAKER_SERVING_MODULE; put the package into the archive's code/ folder"
            )
    elif "SAGEMAKER_PROGRAM" in given:
        code = str(site.base_dir / "code")
        folders.insert(0, code)
        if not _carries_runtime(code) and interpreters.is_awss(image):
            server = _STOCK_IMAGE
            folders.append(_linked(site, stock_image, _STOCK_IMAGE))
        elif not _carries_runtime(code):
            environment.setdefault("SKLEARN_RUNTIME_PROGRAM", given["SAGEMAKER_PROGRAM"])
    elif interpreters.is_awss(image) and not any(_carries_runtime(folder) for folder in folders):
        raise ContainerError(
            "the model's environment names no SAGEMAKER_PROGRAM, so AWS's image has nothing to serve and answers every "
            "/ping with 500: name a script that defines model_fn there, and the place of its code in "
            "SAGEMAKER_SUBMIT_DIRECTORY"
        )
    if installation is not None:
        python, environment = installation.python, installation.with_python(environment)
    if python != sys.executable and not any(_carries_runtime(folder) for folder in folders):
        folders.append(_linked(site, sklearn_runtime, _RUNTIME))
    if folders:
        environment["PYTHONPATH"] = os.pathsep.join(folders)
    return ContainerPlan([python, "-m", server, "--workers", str(_workers(given))], environment, installation)


def plan_installation(given: Mapping[str, str], site: Site, python: str = sys.executable) -> Installation | None:
    """Say what is installed before the server of a container starts, None for nothing.

    Parameters
    ----------
    given, site, python
        As for `plan_container`.
    """
    code = site.base_dir / "code"
    if "SAGEMAKER_PROGRAM" not in given or not Installation.is_needed(code):
        return None
    return Installation(
        python,
        code=code,
        folder=site.base_dir / "python",
        environment=_environment(given, site),
        network_isolation=site.network_isolation,
    )


def _environment(given: Mapping[str, str], site: Site) -> dict[str, str]:
    moved = {name: _OPT_ML.sub(lambda _: str(site.base_dir), value) for name, value in given.items()}
    # gunicorn, which reads these, is not run.
    moved.pop("GUNICORN_CMD_ARGS", None)
    isolated = site.network_isolation
    return {
        **inherited_environment(),
        **aws_access(None if isolated else site.credentials, region=site.region, base_url=site.base_url),
        **_own(site),
        **moved,
        **(NO_NETWORK if isolated else {}),
    }


def _own(site: Site) -> dict[str, str]:
    return {
        "PYTHONUNBUFFERED": "1",
        "SAGEMAKER_BASE_DIR": str(site.base_dir),
        # Its last words reach the log through a pipe that is read to the end, so it need not wait before it exits.
        f"{_RUNTIME.upper()}_FAILURE_PAUSE": "0",
    }


def _workers(given: Mapping[str, str]) -> int:
    text = given.get(_WORKERS, "").strip() or "1"
    if not text.isdecimal() or int(text) < 1:
        raise ContainerError(f"{_WORKERS} is {text!r}: give a whole number of at least 1")
    return int(text)


def _carries_runtime(folder: str) -> bool:
    return Path(folder, _RUNTIME, "__init__.py").is_file()


def _linked(site: Site, package: ModuleType, name: str) -> str:
    """Another interpreter does not have our package; of what is installed beside it, it must see nothing else."""
    folder = site.base_dir / "packages" / name
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / name
    if not link.is_symlink():
        link.symlink_to(Path(str(package.__file__)).parent, target_is_directory=True)
    return str(folder)
