"""Where a model's code comes from: ``SAGEMAKER_SUBMIT_DIRECTORY``, which the image copies to ``/opt/ml/code``.

After ``download_and_extract`` of `sagemaker_containers` 2.8.6.post2, the image's start-up code; of what it takes, a
file and an archive that lie in the container are not emulated.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from local_sagemaker.data_plane_errors import ContainerError

if TYPE_CHECKING:
    from collections.abc import Mapping

_VARIABLE = "SAGEMAKER_SUBMIT_DIRECTORY"
_OPT_ML = "/opt/ml"


def code_location(given: Mapping[str, str]) -> str | None:
    """Give the S3 URI that the image would download the code from, or None.

    Parameters
    ----------
    given
        The model's environment.
    """
    source = given.get(_VARIABLE, "")
    return source if source.startswith("s3://") else None


def place_code(given: Mapping[str, str], base_dir: Path) -> None:
    """Have the code in ``/opt/ml/code``, where it is in a directory of the container; a link does here.

    Parameters
    ----------
    given
        The model's environment. The image brings the code only where it has a ``SAGEMAKER_PROGRAM``.
    base_dir
        Stands for ``/opt/ml``, and has a folder ``code``; what that holds already stays.

    Raises
    ------
    ContainerError
        There is no such directory.
    """
    source, code = given.get(_VARIABLE, ""), base_dir / "code"
    if "SAGEMAKER_PROGRAM" not in given or not source or code_location(given) or any(code.iterdir()):
        return
    directory = Path(source)
    if directory.is_relative_to(_OPT_ML):
        directory = base_dir / directory.relative_to(_OPT_ML)
    if directory == code:
        return
    if not directory.is_absolute() or not directory.is_dir():
        raise ContainerError(
            f"{_VARIABLE} is {source!r}, and the model's archive has no such directory: pack the code into the archive "
            f"as code/ and give {_OPT_ML}/model/code, or give the s3:// address of a tar.gz of the code"
        )
    code.rmdir()
    code.symlink_to(directory, target_is_directory=True)
