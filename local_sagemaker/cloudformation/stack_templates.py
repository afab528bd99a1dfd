"""Which resources of a CloudFormation template refer to which, and the order that follows from it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from local_sagemaker.cloudformation.stack_errors import TemplateError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# ${Name} and ${Name.Attribute}; ${!Literal} is text (Fn::Sub in the CloudFormation user guide).
_SUB_VARIABLE = re.compile(r"\$\{([A-Za-z0-9:]+)(?:\.[^}]*)?\}")


def references(value: Any) -> Iterator[str]:
    """Yield every logical id, parameter or pseudo parameter that a part of a template refers to.

    Parameters
    ----------
    value
        Any part of a parsed template; a resource's ``DependsOn`` counts, too.
    """
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        for key, argument in value.items():
            yield from _references_of(key, argument)


def _references_of(key: str, argument: Any) -> Iterator[str]:
    if key == "Ref" and isinstance(argument, str):
        yield argument
    elif key == "Fn::GetAtt":
        yield argument[0] if isinstance(argument, list) else argument.split(".")[0]
    elif key == "Fn::Sub":
        text, variables = (argument, {}) if isinstance(argument, str) else (argument[0], argument[1])
        yield from (name for name in _SUB_VARIABLE.findall(text) if name not in variables)
        yield from references(variables)
    elif key == "DependsOn":
        yield from [argument] if isinstance(argument, str) else argument
    else:
        yield from references(argument)


def dependency_order(resources: Mapping[str, Any]) -> list[str]:
    """Sort logical ids so that each comes after everything it refers to.

    Parameters
    ----------
    resources
        The ``Resources`` section of a template.

    Raises
    ------
    TemplateError
        If resources refer to each other in a circle, in CloudFormation's own words.

    Example
    -------
    >>> dependency_order({"Policy": {"Properties": {"Roles": [{"Ref": "Role"}]}}, "Role": {}})
    ['Role', 'Policy']
    """
    order: list[str] = []
    finished: set[str] = set()
    path: list[str] = []

    def visit(logical_id: str) -> None:
        if logical_id in finished or logical_id not in resources:
            return
        if logical_id in path:
            circle = ", ".join(path[path.index(logical_id) :])
            raise TemplateError(f"Circular dependency between resources: [{circle}]")
        path.append(logical_id)
        for reference in references(resources[logical_id]):
            visit(reference)
        path.pop()
        finished.add(logical_id)
        order.append(logical_id)

    for logical_id in resources:
        visit(logical_id)
    return order
