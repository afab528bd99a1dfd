"""One row of the table: which errors it is for, and what it says of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from endpoint_client.explanations.explanation import Explanation

if TYPE_CHECKING:
    from collections.abc import Callable

    from endpoint_client.explanations.facts import Facts


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What is said of one class of errors, or of some of them.

    Attributes
    ----------
    kind : type
        The class. A rule for a class above it is looked at only where none for the class itself holds.
    says : str, optional
        Regular expression that the error's code or words must hold; None: any.
    when : callable, optional
        What the facts must fulfil beside that.
    what, why, remedy
        Of the `Explanation`, as format strings in which ``f`` are the `Facts`. One that becomes empty is left out.
    """

    kind: type[BaseException]
    says: str | None = None
    when: Callable[[Facts], bool] | None = None
    what: str
    why: tuple[str, ...] = ()
    remedy: tuple[str, ...] = ()

    def holds(self, facts: Facts) -> bool:
        """Whether it is for this error of its class."""
        return (self.says is None or facts.says(self.says)) and (self.when is None or self.when(facts))

    def explain(self, facts: Facts) -> Explanation:
        """Give the texts with the facts in them."""
        what, *_ = _filled((self.what,), facts)
        return Explanation(what, _filled(self.why, facts), _filled(self.remedy, facts))


def _filled(texts: tuple[str, ...], facts: Facts) -> tuple[str, ...]:
    return tuple(filled for text in texts if (filled := text.format(f=facts)))
