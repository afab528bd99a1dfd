"""What an image brings: packages of which a second copy must not travel with a model."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from constructs_lib.exceptions import RequirementsError
from constructs_lib.image_table import image_versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from constructs_lib.image import SklearnImage
    from constructs_lib.vendoring.requirements_file import Pin


def packages_of(image: SklearnImage) -> Mapping[str, str]:
    """Return the versions that are known, by name; empty for an image that AWS does not publish."""
    return {} if image.framework_version is None else image_versions()[image.framework_version].packages


def pins_beside(image: SklearnImage, pins: Iterable[Pin]) -> tuple[Pin, ...]:
    """Return the pins that the image does not bring in that very version.

    Raises
    ------
    RequirementsError
        With every one that it brings in another version, or in one that is not known.
    """
    own = packages_of(image)
    problems, beside = [], []
    for pin in pins:
        version = own.get(pin.name)
        if version is None and pin.name not in ALWAYS_THE_IMAGES:
            beside.append(pin)
        elif version is None or not fnmatchcase(pin.version, version):
            what = "its own version" if version is None else version
            problems.append(
                f"requirements.txt pins {pin.name} {pin.version}, but {image.description} brings {what}, which its "
                "other packages are built for; remove the line, and have the pins made for the image: python -m "
                f"constructs_lib pin requirements.txt{_for(image)}"
            )
    if problems:
        raise RequirementsError(*problems)
    return tuple(beside)


def _for(image: SklearnImage) -> str:
    if image.framework_version is None:
        return ""
    return f" --framework-version {image.framework_version}"


# Models are pickles of these, and the image has them whoever made it.
ALWAYS_THE_IMAGES = frozenset({"joblib", "numpy", "scikit-learn", "scipy", "threadpoolctl"})
