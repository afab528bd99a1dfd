"""References and conditions of mapping templates: texts in, functions from variables to values out."""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    Expression: TypeAlias = Callable[[dict[str, Any]], Any]

DIRECTIVE = re.compile(
    r"#(?:\{(else|end)\}|(set|if|elseif|else|end|foreach|macro|parse|include|evaluate|define|stop|break)\b)"
)
LINE_END = re.compile(r"[ \t]*\r?\n")
_START = re.compile(r"\$(!?)(\{?)([A-Za-z_]\w*)")
_MEMBER = re.compile(r"\.([A-Za-z_]\w*)(\s*\()?")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_SINGLE = re.compile(r"'([^']*)'")
_DOUBLE = re.compile(r'"([^"]*)"')
_WORD = re.compile(r"(true|false|null)\b")
_OR = re.compile(r"\s*(?:\|\||or\b)\s*")
_AND = re.compile(r"\s*(?:&&|and\b)\s*")
_NOT = re.compile(r"\s*(?:!(?!=)|not\b)\s*")
_COMPARISON = re.compile(r"\s*(==|!=|<=|>=|<|>|eq\b|ne\b|le\b|ge\b|lt\b|gt\b)\s*")
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "eq": operator.eq,
    "!=": operator.ne,
    "ne": operator.ne,
    "<": operator.lt,
    "lt": operator.lt,
    "<=": operator.le,
    "le": operator.le,
    ">": operator.gt,
    "gt": operator.gt,
    ">=": operator.ge,
    "ge": operator.ge,
}
_EQUALITY = ("==", "eq", "!=", "ne")
_WORDS = {"true": True, "false": False, "null": None}


class TemplateError(Exception):
    """A mapping template is none, or asks for something that is not emulated; the text names it."""


class Scanner:
    """A template, and how far it is read.

    Parameters
    ----------
    text
        The template.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self.position = 0

    @property
    def ended(self) -> bool:
        """Whether all of it is read."""
        return self.position >= len(self._text)

    def peek(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Match a pattern here, and stay."""
        return pattern.match(self._text, self.position)

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Match a pattern here, and go behind it."""
        found = self.peek(pattern)
        if found:
            self.position = found.end()
        return found

    def take_one(self) -> str:
        """Take the next character."""
        self.position += 1
        return self._text[self.position - 1]

    def expect(self, pattern: str, what: str) -> re.Match[str]:
        """Match a pattern here, or raise a TemplateError."""
        found = self.take(re.compile(pattern))
        if found is None:
            raise TemplateError(f"{what} is missing before {self.rest(20)!r}")
        return found

    def rest(self, length: int) -> str:
        """Give what comes next."""
        return self._text[self.position : self.position + length]

    def since(self, begun: int) -> str:
        """Give what was read since a position."""
        return self._text[begun : self.position]


def reference(scanner: Scanner) -> Expression | None:
    """Read a reference; None where there is none."""
    found = scanner.take(_START)
    if found is None:
        return None
    name = found[3]
    value: Expression = lambda variables: variables.get(name)  # noqa: E731
    written = f"${name}"
    while True:
        if found_member := scanner.take(_MEMBER):
            member, called = found_member[1], found_member[2] is not None
            written += f".{member}"
            value = _call(value, member, _arguments(scanner), written) if called else _get(value, member, written)
        elif scanner.peek(re.compile(r"\[")):
            scanner.take_one()
            value = _item(value, expression(scanner), written)
            scanner.expect(r"\s*\]", "]")
        else:
            break
    if found[2]:
        scanner.expect(r"\}", "}")
    return value


def expression(scanner: Scanner) -> Expression:
    """Read an expression, as it stands in ``#if`` and ``#set``."""
    left = _conjunction(scanner)
    while scanner.take(_OR):
        left = _either(left, _conjunction(scanner))
    return left


def is_true(value: Any) -> bool:
    """Say what a condition makes of a value: only null and false are false, as in Velocity 1.7."""
    return value is not None and value is not False


def text_of(value: Any, source: str) -> str:
    """Write a value as a template prints it.

    Raises
    ------
    TemplateError
        It is an object or a list, which Java writes in a form of its own.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise TemplateError(f"{source} is no text and no number; use $input.json for objects and lists")


def _conjunction(scanner: Scanner) -> Expression:
    left = _negation(scanner)
    while scanner.take(_AND):
        left = _both(left, _negation(scanner))
    return left


def _negation(scanner: Scanner) -> Expression:
    if scanner.take(_NOT):
        value = _negation(scanner)
        return lambda variables: not is_true(value(variables))
    left = _operand(scanner)
    found = scanner.take(_COMPARISON)
    return left if found is None else _compared(left, found[1], _operand(scanner))


def _operand(scanner: Scanner) -> Expression:
    scanner.take(re.compile(r"\s+"))
    if scanner.take(re.compile(r"\(")):
        value = expression(scanner)
        scanner.expect(r"\s*\)", ")")
        return value
    if found := scanner.take(_NUMBER):
        return _constant(float(found[0]) if found[1] else int(found[0]))
    if found := scanner.take(_SINGLE):
        return _constant(found[1])
    if found := scanner.take(_DOUBLE):
        from local_sagemaker.api_gateway.velocity import render

        text = found[1]
        return lambda variables: render(text, variables)
    if found := scanner.take(_WORD):
        return _constant(_WORDS[found[1]])
    referenced = reference(scanner)
    if referenced is None:
        raise TemplateError(f"{scanner.rest(20)!r} is not emulated in an expression")
    return referenced


def _arguments(scanner: Scanner) -> list[Expression]:
    arguments: list[Expression] = []
    if scanner.take(re.compile(r"\s*\)")):
        return arguments
    arguments.append(expression(scanner))
    while scanner.take(re.compile(r"\s*,")):
        arguments.append(expression(scanner))
    scanner.expect(r"\s*\)", ")")
    return arguments


def _constant(value: Any) -> Expression:
    return lambda _: value


def _either(left: Expression, right: Expression) -> Expression:
    return lambda variables: is_true(left(variables)) or is_true(right(variables))


def _both(left: Expression, right: Expression) -> Expression:
    return lambda variables: is_true(left(variables)) and is_true(right(variables))


def _compared(left: Expression, sign: str, right: Expression) -> Expression:
    def compare(variables: dict[str, Any]) -> bool:
        values = (left(variables), right(variables))
        if sign not in _EQUALITY and not all(_is_number(value) for value in values):
            # Velocity logs it, and takes the condition for false.
            return False
        return bool(_COMPARE[sign](*values))

    return compare


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _get(value: Expression, member: str, written: str) -> Expression:
    def get(variables: dict[str, Any]) -> Any:
        owner = value(variables)
        if owner is None:
            return None
        if hasattr(owner, "get"):
            return owner.get(member)
        raise TemplateError(f"{written} is not emulated")

    return get


def _item(value: Expression, index: Expression, written: str) -> Expression:
    def item(variables: dict[str, Any]) -> Any:
        owner, key = value(variables), index(variables)
        if isinstance(owner, list) and isinstance(key, int):
            return owner[key] if -1 < key < len(owner) else None
        if isinstance(owner, dict):
            return owner.get(key)
        raise TemplateError(f"{written}[...] is not emulated of what is neither a list nor an object")

    return item


def _call(value: Expression, member: str, arguments: list[Expression], written: str) -> Expression:
    def call(variables: dict[str, Any]) -> Any:
        owner = value(variables)
        given = [argument(variables) for argument in arguments]
        if owner is None:
            return None
        if hasattr(owner, "call"):
            return owner.call(member, given)
        for kind, methods in _METHODS.items():
            if isinstance(owner, kind) and member in methods:
                return methods[member](owner, *given)
        raise TemplateError(f"{written}() is not emulated")

    return call


# Of Java's texts and collections.
_METHODS: dict[type, dict[str, Callable[..., Any]]] = {
    str: {
        "contains": lambda text, part: part in text,
        "equals": lambda text, other: text == other,
        "isEmpty": lambda text: not text,
        "length": len,
        "matches": lambda text, pattern: re.fullmatch(pattern, text) is not None,
        "replace": lambda text, old, new: text.replace(old, new),
        "replaceAll": lambda text, pattern, new: re.sub(pattern, lambda _: new, text),
        "startsWith": lambda text, start: text.startswith(start),
        "toString": str,
    },
    list: {"size": len, "isEmpty": lambda items: not items, "get": lambda items, index: items[index]},
    dict: {"size": len, "containsKey": lambda items, key: key in items},
}
