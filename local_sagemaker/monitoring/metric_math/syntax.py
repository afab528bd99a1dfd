"""The structure of an expression: what is computed from what.

Rule: "Metric math syntax and functions" in the CloudWatch user guide. What binds more closely than what, it does not
say: here it is as in most languages, with ``^`` from right to left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Union

from local_sagemaker.monitoring.metric_math.errors import MetricMathError
from local_sagemaker.monitoring.metric_math.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_sagemaker.monitoring.metric_math.tokens import Token


class Number(NamedTuple):
    """A number."""

    value: float


class Text(NamedTuple):
    """What stands between quotes."""

    value: str


class Reference(NamedTuple):
    """The Id of a metric or of another expression: it begins with a lower-case letter."""

    id: str


class Keyword(NamedTuple):
    """A word in capitals that is no function, such as ``REPEAT``."""

    name: str


class Array(NamedTuple):
    """What stands between square brackets."""

    items: tuple[Node, ...]


class Negation(NamedTuple):
    """A minus before a value."""

    operand: Node


class Operation(NamedTuple):
    """An operator between two values."""

    operator: str
    left: Node
    right: Node


class Call(NamedTuple):
    """A function with its arguments."""

    function: str
    arguments: tuple[Node, ...]


Node = Union[Number, Text, Reference, Keyword, Array, Negation, Operation, Call]  # noqa: UP007 - they know one another

# From the one that binds least closely on; the same operator has two spellings.
_LEVELS: tuple[dict[str, str], ...] = (
    {"OR": "OR", "||": "OR"},
    {"AND": "AND", "&&": "AND"},
    {operator: operator for operator in ("==", "!=", "<=", ">=", "<", ">")},
    {"+": "+", "-": "-"},
    {"*": "*", "/": "/"},
)


def parse(expression: str) -> Node:
    """Give the structure of an expression.

    Raises
    ------
    MetricMathError
        It is not one.

    Example
    -------
    >>> parse("100 * errors")
    Operation(operator='*', left=Number(value=100.0), right=Reference(id='errors'))
    """
    return _Parser(tokens(expression)).whole()


class _Parser:
    def __init__(self, words: list[Token]) -> None:
        self._words = words
        self._position = 0

    def whole(self) -> Node:
        node = self._level(0)
        if self._next.kind != "end":
            raise self._unexpected()
        return node

    @property
    def _next(self) -> Token:
        return self._words[self._position]

    def _level(self, number: int) -> Node:
        if number == len(_LEVELS):
            return self._signed()
        node = self._level(number + 1)
        while self._next.kind in ("symbol", "name") and self._next.text in _LEVELS[number]:
            operator = _LEVELS[number][self._take().text]
            node = Operation(operator, node, self._level(number + 1))
        return node

    def _signed(self) -> Node:
        if self._next.text == "-":
            self._take()
            return Negation(self._signed())
        base = self._single()
        if self._next.text != "^":
            return base
        self._take()
        return Operation("^", base, self._signed())

    def _single(self) -> Node:
        kinds: dict[str, Callable[[str], Node]] = {
            "number": lambda text: Number(float(text)),
            "text": lambda text: Text(text[1:-1]),
            "name": self._named,
            "symbol": self._bracketed,
        }
        if self._next.kind == "end":
            raise self._unexpected()
        token = self._take()
        return kinds[token.kind](token.text)

    def _named(self, name: str) -> Node:
        if self._next.text == "(" and self._next.kind == "symbol":
            self._take()
            return Call(name, self._items(")"))
        return Reference(name) if name[0].islower() else Keyword(name)

    def _bracketed(self, symbol: str) -> Node:
        if symbol == "[":
            return Array(self._items("]"))
        if symbol != "(":
            self._position -= 1
            raise self._unexpected()
        node = self._level(0)
        self._expect(")")
        return node

    def _items(self, closing: str) -> tuple[Node, ...]:
        found: list[Node] = []
        while self._next.text != closing:
            if found:
                self._expect(",")
            found.append(self._level(0))
        self._take()
        return tuple(found)

    def _take(self) -> Token:
        token = self._next
        self._position += 1
        return token

    def _expect(self, symbol: str) -> None:
        if self._next.text != symbol:
            raise MetricMathError(f"{symbol!r} is expected, not {self._next.text or 'the end'!r}")
        self._take()

    def _unexpected(self) -> MetricMathError:
        return MetricMathError(f"a value is expected, not {self._next.text!r}" if self._next.text else "it breaks off")
