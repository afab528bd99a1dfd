"""Facts about the scikit-learn images that AWS publishes: versions, regions, accounts, architectures."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, kw_only=True)
class ImageVersion:
    """One published version: its tags by architecture, and what is in the image.

    Attributes
    ----------
    training_architectures
        Those of `tags` that the image also trains on.
    is_recent
        Whether it is from AWS's Deep Learning Containers, whose documentation lists the regions that have it.
    glibc
        Minor number of its GNU C library, e.g. 34 for 2.34.
    packages
        Versions of Python packages, as far as AWS's build files pin them; ``0.25.*`` where only that much is known.
    """

    framework_version: str
    sklearn_version: str
    python_version: str
    tags: dict[str, str]
    training_architectures: frozenset[str]
    is_recent: bool
    glibc: int
    packages: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class ImageRegion:
    """The registry of one region: the account that owns it and the partition's DNS suffix.

    Attributes
    ----------
    has_recent
        Whether AWS's documentation lists the region for recent versions; else they may be there or not.
    """

    account: str
    dns_suffix: str
    has_recent: bool


@cache
def image_versions() -> dict[str, ImageVersion]:
    """Return every published version by its framework version, oldest first."""
    return {name: _version(name, facts) for name, facts in _facts()["versions"].items()}


@cache
def image_regions() -> dict[str, ImageRegion]:
    """Return every region that has a registry, by its name."""
    return {
        name: ImageRegion(
            account=facts["account"],
            dns_suffix=facts["dns_suffix"],
            has_recent=facts["listed_in_dlc_docs_2026_08"],
        )
        for name, facts in sorted(_facts()["regions"].items())
    }


def repository_name() -> str:
    """Return the name of the repository, the same in every registry."""
    return str(_facts()["repository"])


def _version(name: str, facts: dict[str, Any]) -> ImageVersion:
    tags = {X86_64: facts["tag"]}
    if "arm64_tag" in facts:
        tags[ARM64] = facts["arm64_tag"]
    return ImageVersion(
        framework_version=name,
        sklearn_version=facts["scikit_learn"],
        python_version=facts["python"],
        tags=tags,
        # Of the build for arm64, AWS says that it serves only.
        training_architectures=frozenset({X86_64}),
        is_recent="ga" in facts,
        glibc=_GLIBC[facts["os"]],
        packages=facts["packages"],
    )


@cache
def _facts() -> dict[str, Any]:
    text = resources.files("constructs_lib").joinpath("data", "sklearn_images.json").read_text(encoding="utf-8")
    facts: dict[str, Any] = json.loads(text)
    return facts


X86_64 = "x86_64"
ARM64 = "arm64"
DEFAULT_FRAMEWORK_VERSION = "1.9-0"
# As the package libc6, or glibc, of each of these releases has it.
_GLIBC = {"ubuntu18.04": 27, "ubuntu20.04": 31, "ubuntu24.04": 39, "amazonlinux2023": 34}
