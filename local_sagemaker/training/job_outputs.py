"""What a training job leaves in S3: its model, and the data that the script wrote beside it.

``<S3OutputPath>/<job>/output/model.tar.gz`` holds what lies in /opt/ml/model, ``output.tar.gz`` beside it what lies in
/opt/ml/output/data. Of an empty folder AWS uploads nothing, though DescribeTrainingJob gives the model's address:
https://github.com/aws/sagemaker-python-sdk/issues/2762.
"""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING, Any

from local_sagemaker.access.artifacts import Location
from local_sagemaker.data_plane_errors import DataPlaneError
from local_sagemaker.training.job_failures import ClientFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from local_sagemaker.access.output_storage import OutputStorage


class JobOutputs:
    """The outputs of one job.

    Parameters
    ----------
    config
        OutputDataConfig.
    job_name
        Name of the job.
    base_dir
        Stands for ``/opt/ml``.
    storage
        Where they are written to, as the execution role may.
    warn
        Takes a line for the job's log.
    """

    def __init__(
        self,
        config: Mapping[str, Any],
        job_name: str,
        base_dir: Path,
        storage: OutputStorage,
        warn: Callable[[str], None],
    ) -> None:
        location = Location.parse(config["S3OutputPath"])
        root = location.key.rstrip("/")
        self._prefix = location._replace(key="/".join(filter(None, (root, job_name, "output"))))
        self._compressed = config.get("CompressionType", "GZIP") == "GZIP"
        self._base_dir = base_dir
        self._storage = storage
        self._warn = warn

    @property
    def model(self) -> str:
        """S3 URI of the model: an archive, or the prefix of its files where CompressionType is NONE."""
        return f"{self._prefix}/{'model.tar.gz' if self._compressed else 'model/'}"

    def upload_model(self) -> None:
        """Upload the model.

        Raises
        ------
        ClientFailure
        """
        folder = self._base_dir / "model"
        files = _files(folder)
        if not files:
            self._warn(
                f"no model was uploaded: the script wrote nothing to SM_MODEL_DIR ({folder}), and {self.model} "
                "is not there"
            )
        elif self._compressed:
            self._write("model.tar.gz", _packed(folder))
        else:
            for file in files:
                self._write(f"model/{file.relative_to(folder).as_posix()}", file.read_bytes())

    def upload_data(self) -> None:
        """Upload what the script wrote beside the model, which a failed job does as well.

        Raises
        ------
        ClientFailure
        """
        folder = self._base_dir / "output" / "data"
        if _files(folder):
            self._write("output.tar.gz", _packed(folder))

    def _write(self, name: str, content: bytes) -> None:
        try:
            self._storage.write(self._prefix._replace(key=f"{self._prefix.key}/{name}"), content)
        except DataPlaneError as error:
            raise ClientFailure(f"Artifact upload failed:Error 7: {error}") from None


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []


def _packed(folder: Path) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz", compresslevel=6) as archive:
        for path in sorted(folder.iterdir()):
            archive.add(path, path.name)
    return content.getvalue()
