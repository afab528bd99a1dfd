"""The files that the SageMaker Python SDK reads: whom to trust, and its defaults."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import NamedTuple

# They lie below the defaults of the user's own. Without them the SDK tells AWS of each call, at an address of its own.
_DEFAULTS = """\
SchemaVersion: '1.0'
SageMaker:
  PythonSDK:
    Modules:
      TelemetryOptOut: true
"""


class CacheFolderError(Exception):
    """The files have no place; the text says which and what to do."""

    def __init__(self, folder: Path, error: OSError) -> None:
        super().__init__(
            f"the folder {folder} cannot be written to ({error.strerror}): it is for what the SageMaker Python SDK "
            "reads; set XDG_CACHE_HOME to a folder of yours, the same for `up` and for `env`"
        )


class ClientFiles(NamedTuple):
    """Where they are.

    Attributes
    ----------
    ca_bundle
        Certificates to trust, in PEM.
    defaults
        Administrator's defaults of the SDK
        (https://sagemaker.readthedocs.io/en/v2/overview.html#configuring-and-using-defaults-with-the-sagemaker-python-sdk).
    """

    ca_bundle: Path
    defaults: Path


def cache_folder() -> Path:
    """Give the folder of this user for what can be made again, and make it.

    Raises
    ------
    CacheFolderError
        It cannot be made or written to.
    """
    folder = Path(os.environ.get("XDG_CACHE_HOME", ""))
    # One that is empty or relative counts as none (https://specifications.freedesktop.org/basedir-spec/latest/).
    folder = (folder if folder.is_absolute() else Path.home() / ".cache") / "local-sagemaker"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise CacheFolderError(folder, error) from error
    return folder


def write_client_files() -> ClientFiles:
    """Write the files, unless they are there; give their places.

    Raises
    ------
    CacheFolderError
        They have no place.
    """
    from local_sagemaker.sagemaker_sdk.certificate import certificate

    folder = cache_folder()
    files = ClientFiles(ca_bundle=folder / "ca-bundle.pem", defaults=folder / "sagemaker-sdk.yaml")
    _write(files.ca_bundle, certificate())
    _write(files.defaults, _DEFAULTS.encode())
    return files


def _write(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, for a client may read it at any time."""
    if path.exists() and path.read_bytes() == content:
        return
    handle, made = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(made).replace(path)
