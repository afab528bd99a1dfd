"""Mapping templates: the part of the Velocity language that they are mostly written in; anything else is refused.

Known are references (``$a.b``, ``$!a``, ``${a}``, calls, an index), ``#set``, ``#if``, ``#elseif``, ``#else``,
``#end`` and comments. Language: https://velocity.apache.org/engine/1.7/vtl-reference.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from local_sagemaker.api_gateway.velocity_expressions import (
    DIRECTIVE,
    LINE_END,
    Scanner,
    TemplateError,
    expression,
    is_true,
    reference,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from local_sagemaker.api_gateway.velocity_expressions import Expression

    Part = Callable[[dict[str, Any]], str]

_BRANCHES = ("elseif", "else", "end")
_COMMENT = re.compile(r"##[^\n]*(?:\n|$)|#\*.*?\*#", re.DOTALL)
# Up to the next sign that may begin something.
_TEXT = re.compile(r"[^$#]+")


class _Block(NamedTuple):
    parts: Sequence[Part]

    def render(self, variables: dict[str, Any]) -> str:
        return "".join([part(variables) for part in self.parts])


def render(template: str, variables: Mapping[str, Any]) -> str:
    """Render a template.

    Parameters
    ----------
    template
        Its text.
    variables
        What references begin with: ``input``, ``context`` and so on.

    Raises
    ------
    TemplateError
        It is no template, or asks for something that is not emulated.

    Example
    -------
    >>> render("#if($a == 1)one#{else}$!b#end", {"a": 2})
    ''
    """
    scanner = Scanner(template)
    block = _block(scanner)
    if not scanner.ended:
        raise TemplateError(f"{scanner.rest(20)!r} ends nothing")
    return block.render(dict(variables))


def _block(scanner: Scanner) -> _Block:
    """Read up to the end, or to the directive that ends a branch."""
    parts: list[Part] = []
    while not scanner.ended:
        if _directive(scanner) in _BRANCHES:
            break
        parts.append(_part(scanner))
    return _Block(parts)


def _part(scanner: Scanner) -> Part:
    if found := scanner.take(_COMMENT):
        return _constant("")
    directive = _directive(scanner)
    if directive == "set":
        return _set(scanner)
    if directive == "if":
        return _if(scanner)
    if directive is not None:
        raise TemplateError(f"#{directive} is not emulated")
    begun = scanner.position
    referenced = reference(scanner)
    if referenced is not None:
        return _printed(referenced, scanner.since(begun))
    found = scanner.take(_TEXT)
    return _constant(found[0] if found else scanner.take_one())


def _directive(scanner: Scanner) -> str | None:
    found = scanner.peek(DIRECTIVE)
    return None if found is None else str(found[1] or found[2])


def _take_directive(scanner: Scanner) -> None:
    scanner.take(DIRECTIVE)


def _constant(text: str) -> Part:
    return lambda _: text


def _printed(referenced: Expression, source: str) -> Part:
    absent = "" if source.startswith("$!") else source

    def part(variables: dict[str, Any]) -> str:
        value = referenced(variables)
        return absent if value is None else text_of(value, source)

    return part


def _set(scanner: Scanner) -> Part:
    _take_directive(scanner)
    scanner.expect(r"\s*\(\s*\$\{?", "(")
    name, *members = scanner.expect(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\}?\s*=\s*", "a name and =")[1].split(".")
    value = expression(scanner)
    scanner.expect(r"\s*\)", ")")
    scanner.take(LINE_END)

    def part(variables: dict[str, Any]) -> str:
        if not members:
            variables[name] = value(variables)
            return ""
        target = variables.get(name)
        for member in members[:-1]:
            target = target.get(member) if isinstance(target, dict) else None
        if not isinstance(target, dict):
            raise TemplateError(f"${'.'.join([name, *members])} cannot be set")
        target[members[-1]] = value(variables)
        return ""

    return part


def _if(scanner: Scanner) -> Part:
    branches: list[tuple[Expression, _Block]] = []
    otherwise = _Block([])
    while True:
        directive = _directive(scanner)
        if directive is None:
            raise TemplateError("#if has no #end")
        _take_directive(scanner)
        if directive == "end":
            scanner.take(LINE_END)
            break
        if directive == "else":
            scanner.take(LINE_END)
            otherwise = _block(scanner)
            continue
        scanner.expect(r"\s*\(", "(")
        condition = expression(scanner)
        scanner.expect(r"\s*\)", ")")
        scanner.take(LINE_END)
        branches.append((condition, _block(scanner)))

    def part(variables: dict[str, Any]) -> str:
        for condition, block in branches:
            if is_true(condition(variables)):
                return block.render(variables)
        return otherwise.render(variables)

    return part
