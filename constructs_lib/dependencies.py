"""How the packages of a requirements.txt come into a model's container."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from constructs_lib.entry_point import REQUIREMENTS_FILE, VENDORED_PACKAGES
from constructs_lib.vendoring.vendored_packages import vendored_packages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from constructs_lib.entry_point import ServingCode
    from constructs_lib.environment import Server
    from constructs_lib.image import SklearnImage

Requirements: TypeAlias = Literal["vendored", "installed"]


def way_of_requirements(
    given: Requirements | None, *, image: SklearnImage, server: Server, code_in_archive: bool
) -> Requirements | None:
    """Return how the packages come into the container; None where the image has them.

    Parameters
    ----------
    given
        What the user chose, None for the default.
    image, server
        Of the model.
    code_in_archive
        Whether the code travels with the model, and not as an object of its own.
    """
    if given is not None:
        return given
    if server == "stock" or not code_in_archive:
        return "installed"
    return "vendored" if image.published_by_aws else None


def requirements_problems(given: str | None, code: ServingCode) -> Iterator[str]:
    """Say what is wrong with the user's choice."""
    if given is not None and given not in get_args(Requirements):
        yield f"requirements {given!r} is unknown; choose 'vendored' or 'installed'"
    elif given is not None and code.requirements is None:
        yield (
            f"requirements is {given!r}, but there is no {REQUIREMENTS_FILE} in source_dir; put it there, or leave "
            "requirements out"
        )


def with_packages(code: ServingCode, image: SklearnImage, way: Requirements | None, *, orjson: bool) -> ServingCode:
    """Return the code with the packages that travel with it.

    Raises
    ------
    RequirementsError
        With what keeps them from it.
    """
    lines: tuple[str, ...] = ()
    files = code.files
    if way == "vendored" and code.requirements is not None:
        # The image's start-up code would install what it finds.
        lines, files = code.requirements, tuple(file for file in files if file.name != REQUIREMENTS_FILE)
    packages = vendored_packages(image, lines, orjson=orjson)
    return replace(
        code,
        files=(*files, *(file.below(VENDORED_PACKAGES) for file in packages.files)),
        vendored=bool(packages.files),
        vendored_architecture=packages.architecture,
    )
