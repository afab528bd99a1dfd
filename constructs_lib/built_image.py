"""Images that the deployment builds: from a folder of the user's, or from this library's runtime."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, cast

from aws_cdk import Stage
from aws_cdk import aws_ecr_assets as ecr_assets

from constructs_lib.archive import ArchiveFile, archive_digest
from constructs_lib.exceptions import ImageError
from constructs_lib.image import BoundImage, SklearnImage
from constructs_lib.image_table import ARM64
from constructs_lib.runtime_files import REQUIREMENTS_OF_IMAGE, image_files

if TYPE_CHECKING:
    from constructs import Construct


class AssetImage(SklearnImage):
    """An image built from a folder of the user's; `SklearnImage.from_asset` makes it."""

    def __init__(
        self,
        directory: Path,
        architecture: str,
        sklearn_version: str | None,
        python_version: str | None,
        build_args: dict[str, str],
    ) -> None:
        self._directory = directory
        self._build_args = build_args
        super().__init__(
            description=f"the image built from {str(directory)!r}",
            sklearn_version=sklearn_version,
            python_version=python_version,
            architectures=frozenset({architecture}),
        )

    def bind(self, scope: Construct, architecture: str) -> BoundImage:
        """Resolve the image in the stack of `scope`."""
        return _build(scope, self._directory, architecture, self._build_args)


class RuntimeImage(SklearnImage):
    """This library's own image; `SklearnImage.from_runtime` makes it."""

    def __init__(self, architecture: str, requirements: Path | None, base: str | None, python_version: str) -> None:
        files = {file.name: file for file in image_files()}
        if requirements is not None:
            files[REQUIREMENTS_OF_IMAGE] = ArchiveFile(name=REQUIREMENTS_OF_IMAGE, source=requirements)
        self._files = tuple(files.values())
        if base is None and python_version != _PYTHON_OF_BASE:
            base = f"python:{python_version}-slim"
        self._build_args = {} if base is None else {"BASE": base}
        super().__init__(
            description="the image built from this library's runtime",
            sklearn_version=_pinned_sklearn(files[REQUIREMENTS_OF_IMAGE].source),
            python_version=python_version,
            architectures=frozenset({architecture}),
        )

    def bind(self, scope: Construct, architecture: str) -> BoundImage:
        """Resolve the image in the stack of `scope`."""
        # A folder of these files alone: a cache beside them would make another image of the same code.
        folder = Path(cast("Stage", Stage.of(scope)).asset_outdir) / "sklearn-image" / archive_digest(self._files)
        for file in self._files:
            (folder / file.name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file.source, folder / file.name)
        return _build(scope, folder, architecture, self._build_args)


def _build(scope: Construct, folder: Path, architecture: str, build_args: dict[str, str]) -> BoundImage:
    """Have the deployment build an image and publish it to the bootstrap repository."""
    platform = ecr_assets.Platform.LINUX_ARM64 if architecture == ARM64 else ecr_assets.Platform.LINUX_AMD64
    asset = ecr_assets.DockerImageAsset(
        scope,
        "Image",
        directory=str(folder),
        platform=platform,
        build_args=build_args,
        # Where the folder is the app's own, its output would be copied into itself; caches would change the hash.
        exclude=["cdk.out", "**/__pycache__"],
    )
    return BoundImage(uri=asset.image_uri, repository_arn=asset.repository.repository_arn, policy_id="AssetImage")


def _pinned_sklearn(requirements: Path) -> str:
    if not requirements.is_file():
        raise ImageError(f"requirements {str(requirements)!r} does not exist; give a file with pinned packages")
    text = requirements.read_text(encoding="utf-8")
    found = re.search(r"^scikit-learn==([^\s\\;]+)", text, re.MULTILINE)
    if found is None:
        raise ImageError(
            f"requirements {str(requirements)!r} pins no scikit-learn; add it, and pin the packages with hashes: "
            "uv pip compile --generate-hashes requirements.in --output-file requirements.txt"
        )
    return found[1]


# Of runtime/Dockerfile.
_PYTHON_OF_BASE = "3.13"
