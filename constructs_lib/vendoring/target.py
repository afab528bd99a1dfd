"""What a wheel must run on: the Python, the processor and the C library of an image."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from constructs_lib.exceptions import RequirementsError
from constructs_lib.image_table import ARM64, DEFAULT_FRAMEWORK_VERSION, image_versions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs_lib.image import SklearnImage


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a wheel must run on.

    Attributes
    ----------
    python_version
        Major and minor number, e.g. ``3.12``.
    architecture
        ``x86_64`` or ``arm64``.
    glibc
        Minor number of the newest GNU C library that a wheel may want, e.g. 34 for 2.34.

    Example
    -------
    >>> str(Target(python_version="3.12", architecture="x86_64", glibc=34))
    'Python 3.12 on x86_64 with glibc 2.34'
    """

    python_version: str
    architecture: str
    glibc: int

    def __str__(self) -> str:
        """Return how messages call it."""
        return f"Python {self.python_version} on {self.architecture} with glibc 2.{self.glibc}"

    @property
    def machine(self) -> str:
        """The processor as Linux and wheels call it."""
        return "aarch64" if self.architecture == ARM64 else self.architecture

    def pip_arguments(self) -> list[str]:
        """Return the options by which pip chooses wheels for it, and nothing that has to be built."""
        chosen = ["--only-binary=:all:", "--implementation=cp", f"--python-version={self._full_version}"]
        # pip would take the flags of the ABI from the Python that runs it.
        abi = f"cp{self.python_version.replace('.', '')}{'m' if self.python_version == '3.7' else ''}"
        return [*chosen, f"--abi={abi}", *(f"--platform={platform}" for platform in self._platforms())]

    def markers(self) -> dict[str, str]:
        """Return the values of the environment markers, such as ``python_version < "3.8"``, there."""
        return {
            "implementation_name": "cpython",
            "implementation_version": self._full_version,
            "os_name": "posix",
            "platform_machine": self.machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": "Linux",
            "platform_version": "",
            "python_full_version": self._full_version,
            "python_version": self.python_version,
            "sys_platform": "linux",
        }

    @property
    def _full_version(self) -> str:
        # An image has some late patch release: a package that wants at least 3.9.2 runs there.
        return f"{self.python_version}.99"

    def _platforms(self) -> list[str]:
        names = []
        for minor in range(self.glibc, 4, -1):
            names += [f"manylinux_2_{minor}", *_OLDER_NAMES.get(minor, ())]
        return [f"{name}_{self.machine}" for name in [*names, "linux"]]


def target_of(image: SklearnImage) -> Target:
    """Return what wheels for an image must run on.

    Raises
    ------
    RequirementsError
        The image's Python is not known.
    """
    if image.python_version is None:
        raise RequirementsError(
            f"which Python {image.description} has is not known, so no wheels can be chosen for it; give "
            "python_version to SklearnImage, e.g. '3.12', or install the packages in the image"
        )
    version = None if image.framework_version is None else image_versions()[image.framework_version]
    return Target(
        python_version=image.python_version,
        architecture=image.default_architecture,
        glibc=_GLIBC_OF_YOURS if version is None else version.glibc,
    )


def target_for(
    framework_version: str | None, python_version: str | None, architecture: str
) -> tuple[Target, Mapping[str, str]]:
    """Return what wheels must run on, and what the image brings, where no image is at hand.

    Parameters
    ----------
    framework_version
        Of an image by AWS; None for the newest, or where `python_version` is given.
    python_version
        Of an image of yours; None for one by AWS.
    architecture
        ``x86_64`` or ``arm64``.

    Raises
    ------
    RequirementsError
        There is no such Python.
    """
    if python_version is None:
        version = image_versions()[framework_version or DEFAULT_FRAMEWORK_VERSION]
        target = Target(python_version=version.python_version, architecture=architecture, glibc=version.glibc)
        return target, version.packages
    if not re.fullmatch(r"3\.\d+", python_version):
        raise RequirementsError(f"python_version {python_version!r} is not one; give major and minor, such as '3.13'")
    return Target(python_version=python_version, architecture=architecture, glibc=_GLIBC_OF_YOURS), {}


# PEP 600: what wheels were called before.
_OLDER_NAMES = {17: ("manylinux2014",), 12: ("manylinux2010",), 5: ("manylinux1",)}
# Of Debian 10 and RHEL 8: what most wheels want at most today, and less than any image that is still maintained has.
_GLIBC_OF_YOURS = 28
