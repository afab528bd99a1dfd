"""Whether the pyarrow that is installed may read what a request carries; pyarrow itself is not imported for that."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import re
from typing import Optional

__all__ = ["OLDEST", "pyarrow_fault"]

OLDEST = (14, 0, 1)
"""Earlier ones run code that an Arrow or parquet file carries in an extension type (CVE-2023-47248)."""


@functools.lru_cache(maxsize=None)
def pyarrow_fault() -> Optional[str]:
    """Why parquet and Arrow cannot be read in this process; None where they can.

    Decided once: the import of pyarrow takes a third of a second, so that only the first such request pays it.
    """
    wanted = "where pyarrow {}.{}.{} or later is needed".format(*OLDEST)
    if importlib.util.find_spec("pyarrow") is None:
        return f"{wanted} and none is installed"
    version = _installed_version()
    if version is None:
        return f"{wanted} and the version of the installed one is not known"
    if _numbers(version) < OLDEST:
        return f"{wanted} and {version} is installed, which would run code from a request (CVE-2023-47248)"
    return None


def _installed_version() -> Optional[str]:
    try:
        metadata = importlib.import_module("importlib.metadata")
    except ModuleNotFoundError:
        return None  # Python 3.7, for which the last pyarrow is 12.0.1
    try:
        return str(metadata.version("pyarrow"))
    except metadata.PackageNotFoundError:
        return None


def _numbers(version: str) -> "tuple[int, ...]":
    return tuple(map(int, re.findall(r"\d+", version)[:3]))
