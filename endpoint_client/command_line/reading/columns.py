"""Which columns of a table are sent, and which stand before the predictions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from endpoint_client.command_line.command_error import CommandError

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHOWN = 20


@dataclass(frozen=True)
class Columns:
    """What the command line says of a table's columns.

    Attributes
    ----------
    ids : tuple of str
        Not sent; before the predictions.
    sent : tuple of str or None
        Only these are sent, in this order; None: all but the ids.
    with_input : bool
        All columns stand before the predictions.
    """

    ids: tuple[str, ...] = ()
    sent: tuple[str, ...] | None = None
    with_input: bool = False

    @property
    def untouched(self) -> bool:
        """Whether all columns are sent as they are, and none is kept."""
        return not self.ids and self.sent is None and not self.with_input

    def places(self, names: Sequence[str], never_sent: frozenset[str] = frozenset()) -> tuple[list[int], list[int]]:
        """Give the places of the columns that are sent, and of those that are kept.

        Parameters
        ----------
        names : sequence of str
            The table's columns.
        never_sent : frozenset of str
            Columns that are no features unless they are asked for: a data frame's index.

        Raises
        ------
        CommandError
            A column is asked for that is not there, or is there twice; or none is left to send.

        Example
        -------
        >>> Columns(ids=("id",)).places(["id", "age", "income"])
        ([1, 2], [0])
        """
        ids = [_place(name, names, "--id-column") for name in self.ids]
        if self.sent is None:
            sent = [place for place, name in enumerate(names) if place not in ids and name not in never_sent]
        else:
            sent = [_place(name, names, "--columns") for name in self.sent]
            if both := [name for name in self.sent if name in self.ids]:
                raise CommandError(f"--id-column {both[0]} is not sent, and --columns sends it: leave one out")
        if not sent:
            raise CommandError(f"no column is left to send: the input has {_listed(names)}")
        kept = list(range(len(names))) if self.with_input else ids
        if len({names[place] for place in kept}) < len(kept):
            raise CommandError(
                f"the input has two columns of one name ({_listed(names)}): the output could not tell them apart"
            )
        return sent, kept


def _place(name: str, names: Sequence[str], option: str) -> int:
    places = [place for place, other in enumerate(names) if other == name]
    if len(places) == 1:
        return places[0]
    problem = f"the input has {len(places)} columns of that name" if places else "the input has no such column"
    raise CommandError(f"{option} {name}: {problem}; it has {_listed(names)}")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(map(repr, names[:_SHOWN])) + more
