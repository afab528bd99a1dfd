"""Whether the pyarrow that is installed may read what a request carries; pyarrow itself is not imported for that."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import re
from typing import Optional, Tuple

__all__ = ["OLDEST_FOR_ARROW", "OLDEST_FOR_PARQUET", "Version", "pyarrow_fault"]

Version = Tuple[int, int, int]

OLDEST_FOR_ARROW: Version = (14, 0, 1)
"""Earlier ones run code that a file carries in an extension type (CVE-2023-47248)."""

OLDEST_FOR_PARQUET: Version = (17, 0, 0)
"""With 14.0.1, which the images 1.0-1 and 1.2-1 have, a parquet file of wrong page headers ends the process (seen)."""


@functools.lru_cache(maxsize=None)
def pyarrow_fault(oldest: Version) -> Optional[str]:
    """Why the installed pyarrow may not read a format; None where it may.

    Decided once a process, and without the import, which takes a third of a second.

    Parameters
    ----------
    oldest : tuple of int
        `OLDEST_FOR_ARROW` or `OLDEST_FOR_PARQUET`.
    """
    wanted = "where pyarrow {}.{}.{} or later is needed".format(*oldest)
    if importlib.util.find_spec("pyarrow") is None:
        return f"{wanted} and none is installed"
    version = _installed_version()
    if version is None:
        return f"{wanted} and the version of the installed one is not known"
    if tuple(map(int, re.findall(r"\d+", version)[:3])) < oldest:
        return f"{wanted} and {version} is installed, which a hostile body could take over or end"
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
