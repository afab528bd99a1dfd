"""The rule of a composite alarm: which states of other alarms call for ALARM.

Rule: AlarmRule of https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# Children of a rule.
MOST_CHILDREN = 100
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<state>ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"(?P<quoted>[^"]+)"|'(?P<single>[^']+)'|(?P<bare>[^\s()"']+))\s*\)
    |(?P<word>[A-Za-z_]+)
    |(?P<bracket>[()])
    )""",
    re.VERBOSE | re.IGNORECASE,
)


class RuleError(ValueError):
    """A rule that CloudWatch refuses, or that the local cloud does not emulate; the text says why."""


class Rule:
    """A rule that was read.

    Parameters
    ----------
    text
        AlarmRule.

    Attributes
    ----------
    children
        Names of the alarms in it, each once, in their order.

    Raises
    ------
    RuleError
        It is not one.

    Example
    -------
    >>> rule = Rule('ALARM("slow") AND NOT (OK(errors) OR FALSE)')
    >>> rule.children, rule.holds({"slow": "ALARM", "errors": "ALARM"}.get)
    (('slow', 'errors'), True)
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        names = [token[1] for token in self._tokens if isinstance(token, tuple)]
        self.children = tuple(dict.fromkeys(names))
        if len(self.children) > MOST_CHILDREN:
            raise RuleError(f"AlarmRule has {len(self.children)} alarms, and CloudWatch takes {MOST_CHILDREN}")
        self.holds(lambda _: None)

    def holds(self, state_of: Callable[[str], str | None]) -> bool:
        """Say whether it calls for ALARM.

        Parameters
        ----------
        state_of
            Gives the state of an alarm by its name; None where there is no such alarm.
        """
        return _Reading(self._text, self._tokens, state_of).whole()


class _Reading:
    """Reads and evaluates at once: every part is read, whatever the parts before it were."""

    def __init__(self, text: str, tokens: list[str | tuple[str, str]], state_of: Callable[[str], str | None]) -> None:
        self._text = text
        self._left = list(reversed(tokens))
        self._state_of = state_of

    def whole(self) -> bool:
        value = self._either()
        if self._left:
            raise self._unexpected()
        return value

    def _either(self) -> bool:
        value = self._both()
        while self._takes("OR"):
            value = self._both() or value
        return value

    def _both(self) -> bool:
        value = self._one()
        while self._takes("AND"):
            value = self._one() and value
        return value

    def _one(self) -> bool:
        if self._takes("NOT"):
            return not self._one()
        if self._takes("("):
            value = self._either()
            if not self._takes(")"):
                raise self._unexpected()
            return value
        if self._takes("TRUE"):
            return True
        if self._takes("FALSE"):
            return False
        token = self._left[-1] if self._left else ""
        if isinstance(token, str):
            raise self._unexpected()
        self._left.pop()
        return self._state_of(token[1]) == token[0]

    def _takes(self, word: str) -> bool:
        if self._left and self._left[-1] == word:
            self._left.pop()
            return True
        return False

    def _unexpected(self) -> RuleError:
        found = repr(self._left[-1]) if self._left else "the end"
        return RuleError(
            f"AlarmRule is not understood at {found}: {self._text!r} may have ALARM, OK and INSUFFICIENT_DATA of an "
            "alarm's name or ARN, TRUE, FALSE, AND, OR, NOT and brackets"
        )


def _tokens(text: str) -> list[str | tuple[str, str]]:
    """Give the words of a rule; an alarm is a pair of a state and a name."""
    found: list[str | tuple[str, str]] = []
    position, text = 0, text.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise RuleError(f"AlarmRule is not understood at {text[position:]!r}")
        if match["state"]:
            name = match["quoted"] or match["single"] or match["bare"]
            found.append((match["state"].upper(), name.partition(":alarm:")[2] or name))
        else:
            found.append((match["word"] or match["bracket"]).upper())
        position = match.end()
    return found
