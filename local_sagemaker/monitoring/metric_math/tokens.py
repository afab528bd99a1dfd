"""The words of an expression."""

from __future__ import annotations

import re
from typing import NamedTuple

from local_sagemaker.monitoring.metric_math.errors import MetricMathError

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)
    |(?P<text>"[^"]*"|'[^']*')
    |(?P<name>[A-Za-z_]\w*)
    |(?P<symbol>==|!=|<=|>=|&&|\|\||[-+*/^<>()\[\],])
    )""",
    re.VERBOSE,
)


class Token(NamedTuple):
    """A word of an expression.

    Attributes
    ----------
    kind
        ``number``, ``text``, ``name``, ``symbol``, or ``end`` behind the last.
    """

    kind: str
    text: str


END = Token("end", "")


def tokens(expression: str) -> list[Token]:
    """Give the words of an expression; the last is `END`.

    Raises
    ------
    MetricMathError
        There is a character that no word begins with.

    Example
    -------
    >>> [token.text for token in tokens("100*(errors/requests) >= 5")]
    ['100', '*', '(', 'errors', '/', 'requests', ')', '>=', '5', '']
    """
    found, position, text = [], 0, expression.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise MetricMathError(f"nothing is known that begins with {text[position:].lstrip()!r}")
        found.append(Token(match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return [*found, END]
