"""orjson, where it is installed: a JSON library many times as fast as the json module, and light to import."""

from __future__ import annotations

from typing import Any

__all__ = ["ORJSON", "installed"]


def installed() -> Any:
    """The module as it is installed, or None."""
    try:
        import orjson
    except ImportError:
        return None
    return orjson


ORJSON = installed()
"""The module that is used, or None."""
