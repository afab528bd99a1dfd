"""Facts about the scikit-learn images that AWS publishes: versions, regions, accounts, architectures."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, kw_only=True)
class ImageVersion:
    """One published version: its tags by architecture, and what is in the image."""

    framework_version: str
    sklearn_version: str
    python_version: str
    tags: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class ImageRegion:
    """The registry of one region: the account that owns it and the partition's DNS suffix."""

    account: str
    dns_suffix: str


@cache
def image_versions() -> dict[str, ImageVersion]:
    """Return every published version by its framework version, oldest first."""
    return {name: _version(name, facts) for name, facts in _facts()["versions"].items()}


@cache
def image_regions() -> dict[str, ImageRegion]:
    """Return every region that has a registry, by its name."""
    return {
        name: ImageRegion(account=facts["account"], dns_suffix=facts["dns_suffix"])
        for name, facts in sorted(_facts()["regions"].items())
    }


def repository_name() -> str:
    """Return the name of the repository, the same in every registry."""
    return str(_facts()["repository"])


def _version(name: str, facts: dict[str, str]) -> ImageVersion:
    tags = {X86_64: facts["tag"]}
    if "arm64_tag" in facts:
        tags[ARM64] = facts["arm64_tag"]
    return ImageVersion(
        framework_version=name, sklearn_version=facts["scikit_learn"], python_version=facts["python"], tags=tags
    )


@cache
def _facts() -> dict[str, dict[str, dict[str, str]]]:
    text = resources.files("constructs_lib").joinpath("data", "sklearn_images.json").read_text(encoding="utf-8")
    facts: dict[str, dict[str, dict[str, str]]] = json.loads(text)
    return facts


X86_64 = "x86_64"
ARM64 = "arm64"
DEFAULT_FRAMEWORK_VERSION = "1.9-0"
