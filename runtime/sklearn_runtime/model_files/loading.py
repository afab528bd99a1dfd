"""The model's files: one of them is the model, and nothing is unpickled before digest and version are checked."""

from __future__ import annotations

import concurrent.futures
import hashlib
import importlib
import logging
import os
import warnings
from typing import Any, Dict, Iterator, List, Optional

from sklearn_runtime.errors import ModelLoadError
from sklearn_runtime.model_files.mapping import can_be_mapped
from sklearn_runtime.model_files.modules import import_modules_of
from sklearn_runtime.model_files.version import read_sklearn_version

__all__ = ["check_model", "digest_files", "find_model_file", "model_fn"]

logger = logging.getLogger("sklearn_runtime")

SUFFIXES = (".joblib", ".pkl", ".pickle", ".skops")
CODE_DIR = "code"
CHUNK_BYTES = 1 << 20
FILES_LISTED = 10

_checked: Dict[str, Optional[str]] = {}
"""By model directory whose digest is the recorded one: the version of the fit that was recorded with it."""


def check_model(model_dir: str, sha256: Optional[str] = None, sklearn_version: Optional[str] = None) -> None:
    """Check the model's files against what was recorded when they were packaged.

    Parameters
    ----------
    model_dir : str
    sha256 : str, optional
        What `digest_files` must give, in hexadecimal. None: anything.
    sklearn_version : str, optional
        The scikit-learn that the model was fitted with; the installed one must have the same major and minor number.

    Raises
    ------
    ModelLoadError
        The files or the version are others; the message has both values.
    """
    if not os.path.isdir(model_dir):
        raise ModelLoadError(f"the model directory {model_dir} does not exist")
    if sha256:
        found = _digest_meanwhile(model_dir)
        if found != sha256.lower():
            raise ModelLoadError(
                f"the files in {model_dir} have digest {found}, but {sha256} was deployed: the artifact changed since; "
                "deploy again to use it"
            )
    if sklearn_version:
        _check_version(sklearn_version)
    if sha256:
        _checked[os.path.realpath(model_dir)] = sklearn_version


def _digest_meanwhile(model_dir: str) -> str:
    """The digest, computed while the model's modules are imported: each takes a second, for a gigabyte."""
    with concurrent.futures.ThreadPoolExecutor(1) as thread:
        digest = thread.submit(digest_files, model_dir)
        import_modules_of(model_dir)
        return digest.result()


def _check_version(fitted: str) -> None:
    installed = importlib.import_module("sklearn").__version__
    if fitted.split(".")[:2] != installed.split(".")[:2]:
        minor = ".".join(fitted.split(".")[:2])
        raise ModelLoadError(
            f"the model was fitted with scikit-learn {fitted}, this container has {installed}: use an image with "
            f"scikit-learn {minor}, or fit the model again with {installed}"
        )


def digest_files(model_dir: str) -> str:
    """One SHA-256 for all files of a model, but for the top-level ``code`` directory.

    Returns
    -------
    str
        Hexadecimal: the digest of one line ``<sha256>  <path>`` a file, in the order of the paths' bytes, as sha256sum
        prints them.
    """
    lines = []
    for path in sorted(_files(model_dir), key=os.fsencode):
        digest = hashlib.sha256()
        with open(os.path.join(model_dir, path), "rb") as stream:
            for chunk in iter(lambda: stream.read(CHUNK_BYTES), b""):
                digest.update(chunk)
        lines.append(digest.hexdigest().encode("ascii") + b"  " + os.fsencode(path) + b"\n")
    return hashlib.sha256(b"".join(lines)).hexdigest()


def _files(model_dir: str) -> Iterator[str]:
    for folder, folders, names in os.walk(model_dir):
        if os.path.samefile(folder, model_dir):
            folders[:] = [name for name in folders if name != CODE_DIR]
        for name in names:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                yield os.path.relpath(path, model_dir).replace(os.sep, "/")


def find_model_file(model_dir: str) -> str:
    """The path of the one model file at the top of the model directory.

    Raises
    ------
    ModelLoadError
        There is none, or more than one; the message lists what was found.
    """
    names = sorted(name for name in os.listdir(model_dir) if os.path.isfile(os.path.join(model_dir, name)))
    models = [name for name in names if name.lower().endswith(SUFFIXES)]
    if len(models) == 1:
        return os.path.join(model_dir, models[0])
    wanted = f"one file that ends in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"
    if models:
        raise ModelLoadError(
            f"{model_dir} holds {len(models)} model files ({_listed(models)}): leave {wanted}, or write a model_fn"
        )
    found = _listed(sorted(_files(model_dir)))
    raise ModelLoadError(f"{model_dir} holds no model file ({found}): put {wanted} there, or write a model_fn")


def _listed(names: List[str]) -> str:
    if not names:
        return "it is empty"
    more = f" and {len(names) - FILES_LISTED} more" if len(names) > FILES_LISTED else ""
    return ", ".join(names[:FILES_LISTED]) + more


def model_fn(model_dir: str) -> Any:
    """The default hook ``model_fn``: load the one model file of a directory.

    Raises
    ------
    ModelLoadError
        None or several model files, a model of another scikit-learn version, a file that cannot be loaded.
    """
    path = find_model_file(model_dir)
    directory = os.path.realpath(model_dir)
    # With the digest, the version was recorded from these very bytes, and is checked.
    if not _checked.get(directory) and not path.lower().endswith(".skops"):
        fitted = read_sklearn_version(path)
        if fitted:
            _check_version(fitted)
    name = os.path.basename(path)
    try:
        with warnings.catch_warnings():
            # The minor version is the same: scikit-learn's warning about another patch release says nothing new.
            warnings.filterwarnings("ignore", message="Trying to unpickle estimator")
            return _load(path, never_changes=directory in _checked)
    except ModelLoadError:
        raise
    except Exception as error:
        logger.exception("%s cannot be loaded", name)
        raise ModelLoadError(f"{name} cannot be loaded: {type(error).__name__}: {error}{_remedy(error)}") from error


def _load(path: str, never_changes: bool) -> Any:
    if path.lower().endswith(".skops"):
        return _load_skops(path)
    joblib = _joblib()
    if never_changes and can_be_mapped(path, joblib):
        try:
            # Writable, as some compiled code wants its arrays; what is written stays in this process.
            return joblib.load(path, mmap_mode="c")
        except OSError:
            logger.warning("%s cannot be mapped into memory and is read instead", os.path.basename(path))
    return joblib.load(path)


def _joblib() -> Any:
    try:
        return importlib.import_module("joblib")
    except ModuleNotFoundError:
        # The image 0.20.0: scikit-learn before 0.21 brings its own copy.
        return importlib.import_module("sklearn.externals.joblib")


def _load_skops(path: str) -> Any:
    try:
        skops_io = importlib.import_module("skops.io")
    except ModuleNotFoundError:
        raise ModelLoadError(
            f"{os.path.basename(path)} needs the package skops: add it to requirements.txt, or save with joblib"
        ) from None
    return skops_io.load(path)


def _remedy(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError):
        return "; the model needs that module: put it into source_dir or requirements.txt"
    if isinstance(error, AttributeError) and "__main__" in str(error):
        return "; classes of the training script cannot be found here: define them in a module in source_dir"
    return ""
