"""Pins packages for an image: versions that fit beside what it brings, each with the hash of its wheel."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from constructs_lib.exceptions import RequirementsError
from constructs_lib.vendoring.image_packages import ALWAYS_THE_IMAGES
from constructs_lib.vendoring.pip_run import PipFailed, run_pip
from constructs_lib.vendoring.requirements_file import normalized, requirement_lines, without_hashes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs_lib.vendoring.target import Target


@dataclass(frozen=True, kw_only=True)
class ResolvedPackage:
    """A package as pip would install it: its normalized name, its version, and the hash of the wheel."""

    name: str
    version: str
    sha256: str


def pinned_requirements(lines: Sequence[str], target: Target, own: Mapping[str, str]) -> str:
    """Return a requirements file that pins what `lines` ask for and what that needs.

    Parameters
    ----------
    lines
        Of a requirements file; its hashes are made anew.
    target
        What the wheels must run on.
    own
        Versions of packages that the image brings: the others must fit to them, and they are left out.

    Raises
    ------
    RequirementsError
        Nothing fits, or has wheels.
    """
    found = resolve([without_hashes(line) for line in lines], target, own)
    left_out = sorted(item.name for item in found if item.name in {*own, *ALWAYS_THE_IMAGES})
    text = [f"# For {target}, by: python -m constructs_lib pin"]
    if left_out:
        text.append(f"# The image brings {', '.join(left_out)}.")
    for item in found:
        if item.name not in left_out:
            text += [f"{item.name}=={item.version} \\", f"    --hash=sha256:{item.sha256}"]
    return "\n".join([*text, ""])


def resolve(lines: Sequence[str], target: Target, constraints: Mapping[str, str]) -> list[ResolvedPackage]:
    """Ask pip what it would install, sorted by name.

    Raises
    ------
    RequirementsError
        Nothing fits, or has wheels.
    """
    with tempfile.TemporaryDirectory(prefix="sagemaker-sklearn-cdk-") as name:
        folder = Path(name)
        pinned = [f"{package}=={version}" for package, version in constraints.items()]
        (folder / "image.txt").write_text("\n".join(pinned), encoding="utf-8")
        (folder / "requirements.txt").write_text("\n".join(lines), encoding="utf-8")
        options = ["--dry-run", "--ignore-installed", "--target", str(folder / "none")]
        files = ["-c", str(folder / "image.txt"), "-r", str(folder / "requirements.txt")]
        try:
            run_pip("install", target, *options, "--report", str(folder / "report.json"), *files)
        except PipFailed as error:
            beside = f" beside {', '.join(pinned)}, which the image brings" if pinned else ""
            raise RequirementsError(f"pip finds no wheels for {target}{beside}: {error}") from error
        report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    found = (
        ResolvedPackage(
            name=normalized(item["metadata"]["name"]),
            version=item["metadata"]["version"],
            sha256=item["download_info"]["archive_info"]["hashes"]["sha256"],
        )
        for item in report["install"]
    )
    return sorted(found, key=lambda item: item.name)


def pin_file(source: Path, output: Path, target: Target, own: Mapping[str, str]) -> None:
    """Write the pins of a requirements file into another, or into itself.

    Raises
    ------
    RequirementsError
        It cannot be read, nothing fits, or nothing has wheels.
    """
    try:
        lines = requirement_lines(source.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RequirementsError(f"{str(source)!r} cannot be read: {error}") from error
    output.write_text(pinned_requirements(lines, target, own), encoding="utf-8")
