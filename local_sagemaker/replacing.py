"""Methods of ours in the place of moto's, for as long as the local cloud runs."""

from __future__ import annotations

from typing import Any

_ABSENT = object()


class Replacements:
    """What one part of the local cloud has put in the place of moto's."""

    def __init__(self) -> None:
        self._replaced: list[tuple[type, str, Any, Any]] = []

    def put(self, owner: type, name: str, method: Any) -> None:
        """Put a method into the place of another, or where there is none."""
        self._replaced.append((owner, name, vars(owner).get(name, _ABSENT), method))
        setattr(owner, name, method)

    def take_back(self) -> None:
        """Put back what was there, the last first."""
        while self._replaced:
            owner, name, method, ours = self._replaced.pop()
            # Who replaced it as well, and was shut down before, has put moto's back already.
            if vars(owner).get(name) is not ours:
                continue
            if method is _ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, method)
