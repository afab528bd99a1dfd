"""Checkpoints: a folder filled from S3 when a job starts, and kept in S3 while it runs.

Rule: https://docs.aws.amazon.com/sagemaker/latest/dg/model-checkpoints.html. Files that the script removes stay in S3.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from local_sagemaker.access.artifacts import ArtifactStore, Location
from local_sagemaker.data_plane_errors import AccessDeniedError, DataPlaneError, MissingModelDataError
from local_sagemaker.repeating import Repeating
from local_sagemaker.training.channels import file_name
from local_sagemaker.training.job_failures import ClientFailure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local_sagemaker.access.output_storage import OutputStorage

OPT_ML = PurePosixPath("/opt/ml")
DEFAULT_PATH = "/opt/ml/checkpoints"
# Seconds between two looks at the folder.
SYNC_INTERVAL = 0.5

logger = logging.getLogger(__name__)


def refusals(config: Mapping[str, Any]) -> Iterator[str]:
    """Say why a CheckpointConfig is refused, or not emulated.

    Example
    -------
    >>> next(refusals({"S3Uri": "s3://models/checkpoints", "LocalPath": "/tmp/checkpoints"}))
    "CheckpointConfig.LocalPath '/tmp/checkpoints' is not emulated by the local cloud: give a folder below /opt/ml."
    """
    path = PurePosixPath(config.get("LocalPath") or DEFAULT_PATH)
    if OPT_ML not in path.parents or ".." in path.parts:
        yield (
            f"CheckpointConfig.LocalPath {config.get('LocalPath')!r} is not emulated by the local cloud: "
            "give a folder below /opt/ml."
        )
    try:
        Location.parse(config["S3Uri"])
    except DataPlaneError as error:
        yield f"CheckpointConfig.S3Uri: {error}."


class Checkpoints:
    """The checkpoints of a job.

    Parameters
    ----------
    config
        CheckpointConfig.
    base_dir
        Stands for ``/opt/ml``.
    store, storage
        Where they are read from and written to, as the execution role may.
    """

    def __init__(self, config: Mapping[str, Any], base_dir: Path, store: ArtifactStore, storage: OutputStorage) -> None:
        self._prefix = Location.parse(config["S3Uri"])
        path = PurePosixPath(config.get("LocalPath") or DEFAULT_PATH)
        self.folder = base_dir / path.relative_to(OPT_ML)
        self._store = store
        self._storage = storage
        self._lock = threading.Lock()
        self._saved: dict[Path, tuple[int, int]] = {}
        self._repeating: Repeating | None = None

    def fetch(self) -> None:
        """Fill the folder with the checkpoints of an earlier job, where there are some.

        Raises
        ------
        ClientFailure
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        prefix = self._prefix._replace(key=self._prefix.key.rstrip("/") + "/" if self._prefix.key else "")
        try:
            for key in self._store.keys(prefix):
                target = self.folder / file_name(prefix.key, key)
                if not target.resolve().is_relative_to(self.folder.resolve()):
                    raise ClientFailure(f"the key {key!r} leads outside the folder of checkpoints: rename the object")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(self._store.read(Location(prefix.bucket, key)))
                self._saved[target] = _state(target)
        except MissingModelDataError as error:
            # A first job finds none; a bucket that is not there will take none.
            if "bucket does not exist" in str(error):
                raise ClientFailure(str(error)) from None
        except AccessDeniedError as error:
            raise ClientFailure(str(error)) from None

    def start(self) -> None:
        """Begin to save what is new, over and over."""
        self._repeating = Repeating("checkpoints", SYNC_INTERVAL, self._save_quietly)

    def finish(self) -> None:
        """Save what is new once more, and no more after that.

        Raises
        ------
        ClientFailure
        """
        self.close()
        self._save()

    def close(self) -> None:
        """Save no more."""
        if self._repeating is not None:
            self._repeating.close()
            self._repeating = None

    def _save_quietly(self) -> None:
        try:
            self._save()
        except ClientFailure as failure:
            # The end of the job tries again, and fails the job.
            logger.debug("%s", failure)

    def _save(self) -> None:
        with self._lock:
            for path, state, content in self._changed():
                name = path.relative_to(self.folder).as_posix()
                key = "/".join(part for part in (self._prefix.key.rstrip("/"), name) if part)
                try:
                    self._storage.write(Location(self._prefix.bucket, key), content)
                except DataPlaneError as error:
                    raise ClientFailure(f"Checkpoint upload failed: {error}") from None
                self._saved[path] = state

    def _changed(self) -> Iterator[tuple[Path, tuple[int, int], bytes]]:
        # The script replaces its checkpoints while they are looked at: what is gone is passed over.
        with contextlib.suppress(FileNotFoundError):
            for path in sorted(self.folder.rglob("*")):
                with contextlib.suppress(FileNotFoundError):
                    state = _state(path)
                    if path.is_file() and self._saved.get(path) != state:
                        yield path, state, path.read_bytes()


def _state(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_size
