"""Puts functions of ours in the place of moto's."""

from __future__ import annotations

from typing import Any


def patch(owner: Any, name: str, replacement: Any) -> None:
    """Set an attribute of a class or module of moto's.

    Parameters
    ----------
    owner
        The class or module.
    name
        The attribute.
    replacement
        What stands there from now on.
    """
    setattr(owner, name, replacement)


def original(owner: Any, name: str) -> Any:
    """Give what stood at an attribute when it was first asked for, so that a wrapper is not wrapped again.

    Parameters
    ----------
    owner, name
        As for `patch`; ask before patching.
    """
    return _ORIGINALS.setdefault((owner, name), vars(owner)[name])


_ORIGINALS: dict[tuple[Any, str], Any] = {}
