"""IAM policy documents evaluated as AWS does: documents and a request in, a decision out.

moto's `IAMPolicyStatement` is not used for the match: it takes patterns for regular expressions (a ``.`` or ``?`` in
an ARN means something else), ignores ``NotResource``, and lets a statement whose condition fails deny the request.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class Request(NamedTuple):
    """What a principal wants to do.

    Attributes
    ----------
    action
        Such as ``s3:GetObject``.
    resource
        ARN, or ``*`` for an action without resources.
    context
        Condition keys and their values, such as ``{"cloudwatch:namespace": "AWS/SageMaker"}``; names in any case.
    """

    action: str
    resource: str
    context: Mapping[str, str] = {}


class Decision(NamedTuple):
    """The outcome of an evaluation.

    Attributes
    ----------
    allowed
        Whether a statement allows the request and none denies it.
    denied
        Whether a statement denies it.
    notes
        Condition operators that are not evaluated here, a sentence each; their statements count as not matching.
    """

    allowed: bool
    denied: bool
    notes: tuple[str, ...] = ()


def evaluate(documents: Iterable[Mapping[str, Any]], request: Request) -> Decision:
    """Decide a request on identity policies: an explicit deny wins, then any allow, else it is refused.

    Parameters
    ----------
    documents
        Parsed policy documents.
    request
        The request.
    """
    effects: set[str] = set()
    notes: list[str] = []
    for document in documents:
        for statement in _as_list(document.get("Statement", [])):
            if not (
                _element_matches(statement, "Action", request.action, fold=True)
                and _element_matches(statement, "Resource", request.resource)
            ):
                continue
            unknown = _unknown_operators(statement)
            if unknown:
                notes.append(
                    f"a statement for {request.action} was passed over: the local cloud does not evaluate "
                    f"the condition operator {', '.join(unknown)}"
                )
            elif _conditions_hold(statement, request.context):
                effects.add(statement["Effect"])
    denied = "Deny" in effects
    return Decision(allowed="Allow" in effects and not denied, denied=denied, notes=tuple(notes))


def trusts_service(trust_policy: Mapping[str, Any], service: str, context: Mapping[str, str]) -> bool:
    """Say whether a role's trust policy lets an AWS service assume the role.

    Parameters
    ----------
    trust_policy
        Parsed document.
    service
        Service principal, such as ``sagemaker.amazonaws.com``.
    context
        Condition keys and their values, such as ``aws:SourceAccount``.
    """
    effects = {
        statement["Effect"]
        for statement in _as_list(trust_policy.get("Statement", []))
        if _element_matches(statement, "Action", "sts:AssumeRole", fold=True)
        and _principal_is(statement.get("Principal"), service)
        and not _unknown_operators(statement)
        and _conditions_hold(statement, context)
    }
    return effects == {"Allow"}


def allows_service(document: Mapping[str, Any], service: str, request: Request) -> bool:
    """Say whether the policy of a resource lets an AWS service do something with it.

    Parameters
    ----------
    document
        Parsed policy document of the resource.
    service
        Service principal, such as ``cloudwatch.amazonaws.com``.
    request
        What it wants to do.
    """
    effects = {
        statement["Effect"]
        for statement in _as_list(document.get("Statement", []))
        if _element_matches(statement, "Action", request.action, fold=True)
        and _element_matches(statement, "Resource", request.resource)
        and (_principal_is(statement.get("Principal"), service) or statement.get("Principal") == {"AWS": "*"})
        and not _unknown_operators(statement)
        and _conditions_hold(statement, request.context)
    }
    return effects == {"Allow"}


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@cache
def _pattern(text: str, fold: bool) -> re.Pattern[str]:
    expression = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in text)
    return re.compile(expression, re.DOTALL | (re.IGNORECASE if fold else 0))


def _like(patterns: Any, value: str, *, fold: bool = False) -> bool:
    return any(_pattern(str(pattern), fold).fullmatch(value) for pattern in _as_list(patterns))


def _element_matches(statement: Mapping[str, Any], element: str, value: str, *, fold: bool = False) -> bool:
    if f"Not{element}" in statement:
        return not _like(statement[f"Not{element}"], value, fold=fold)
    return _like(statement.get(element, []), value, fold=fold)


def _principal_is(principal: Any, service: str) -> bool:
    if isinstance(principal, dict):
        return service in _as_list(principal.get("Service", []))
    return bool(principal == "*")


def _equals(wanted: str, value: str) -> bool:
    return wanted == value


def _equals_folded(wanted: str, value: str) -> bool:
    return wanted.casefold() == value.casefold()


def _arn_like(wanted: str, value: str) -> bool:
    # A wildcard never reaches over a colon into the next of the six parts.
    pairs = list(zip(wanted.split(":", 5), value.split(":", 5), strict=False))
    return len(pairs) == 6 and all(_like(part, found) for part, found in pairs)


_MATCHERS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": _equals,
    "StringEqualsIgnoreCase": _equals_folded,
    "StringLike": _like,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "Bool": _equals_folded,
}


def _split_operator(operator: str) -> tuple[str, bool, bool]:
    """Give the base operator, whether it is negated, and whether an absent key passes."""
    name = operator.removeprefix("ForAnyValue:").removeprefix("ForAllValues:")
    base = name.removesuffix("IfExists")
    positive = base.replace("Not", "", 1)
    # A negated operator holds for a key that the request does not have.
    return positive, positive != base, name != base or positive != base or operator.startswith("ForAllValues:")


def _unknown_operators(statement: Mapping[str, Any]) -> list[str]:
    known = {*_MATCHERS, "Null"}
    return [name for name in statement.get("Condition", {}) if _split_operator(name)[0] not in known]


def _conditions_hold(statement: Mapping[str, Any], context: Mapping[str, str]) -> bool:
    present = {key.casefold(): value for key, value in context.items()}
    return all(
        _condition_holds(operator, wanted, present.get(key.casefold()))
        for operator, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items()
    )


def _condition_holds(operator: str, wanted: Any, value: str | None) -> bool:
    base, negated, passes_when_absent = _split_operator(operator)
    if base == "Null":
        return str(value is None).casefold() in [str(item).casefold() for item in _as_list(wanted)]
    if value is None:
        return passes_when_absent
    return any(_MATCHERS[base](str(item), value) for item in _as_list(wanted)) is not negated
