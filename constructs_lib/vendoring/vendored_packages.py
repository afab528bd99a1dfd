"""The packages that travel with a model: those of its requirements.txt, and orjson on request."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from constructs_lib.exceptions import RequirementsError
from constructs_lib.vendoring.image_packages import pins_beside
from constructs_lib.vendoring.requirements_file import Pin, pins_and_options
from constructs_lib.vendoring.target import Target, target_of
from constructs_lib.vendoring.wheels import UnpackedWheels, unpacked_wheels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs_lib.image import SklearnImage


def vendored_packages(image: SklearnImage, requirements: Sequence[str], *, orjson: bool) -> UnpackedWheels:
    """Return the packages for an image.

    Parameters
    ----------
    image
        Whose Python they are for.
    requirements
        Lines of the requirements.txt; empty without one.
    orjson
        Whether orjson travels, too.

    Raises
    ------
    RequirementsError
        With what keeps them from it.
    """
    if not requirements and not orjson:
        return UnpackedWheels(files=(), architecture=None)
    target = target_of(image)
    pins, options = pins_and_options(requirements, _remedy(image, target))
    pins = pins_beside(image, pins)
    if orjson:
        if any(pin.name == "orjson" for pin in pins):
            raise RequirementsError(
                "requirements.txt pins orjson, and orjson=True brings it, too; leave one of them out"
            )
        pins = (*pins, orjson_pin(target))
    if not pins:
        return UnpackedWheels(files=(), architecture=None)
    return unpacked_wheels(pins, options, target)


def orjson_pin(target: Target) -> Pin:
    """Return the newest orjson that has wheels for a Python, as this library was tested with it.

    Raises
    ------
    RequirementsError
        There is none that is safe to use.
    """
    found = _orjson_versions().get(target.python_version)
    if found is None:
        raise RequirementsError(
            f"orjson=True brings orjson for Python {', '.join(_orjson_versions())}, and the image has "
            f"{target.python_version}; leave it out"
        )
    version = str(found["version"])
    line = f"orjson=={version} --hash=sha256:{found['sha256'][target.machine]}"
    return Pin(name="orjson", version=version, line=line)


@cache
def _orjson_versions() -> dict[str, dict[str, Any]]:
    text = resources.files("constructs_lib").joinpath("data", "orjson.json").read_text(encoding="utf-8")
    versions: dict[str, dict[str, Any]] = json.loads(text)["pythons"]
    return versions


def _remedy(image: SklearnImage, target: Target) -> str:
    if image.framework_version is not None:
        which = f"--framework-version {image.framework_version}"
    else:
        which = f"--python-version {target.python_version} --architecture {target.architecture}"
    return (
        f"write such lines with `python -m constructs_lib pin requirements.txt {which}`, or use "
        "requirements='installed'"
    )
