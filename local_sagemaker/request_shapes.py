"""What the shapes of AWS's API model refuse: lengths, patterns, ranges, enumerations, worded as AWS words it.

boto3 checks a few of these before it sends; AWS checks all of them.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.session

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botocore.model import MapShape, ServiceModel, Shape

# Java's classes of characters that the API model uses, as a Python character class has them.
_JAVA_CLASSES = {r"\p{Alnum}": "a-zA-Z0-9", r"\p{L}": r"\w", r"\p{N}": r"\d", r"\p{Z}": r"\s"}
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float),
    "list": (list,),
    "map": (dict,),
    "structure": (dict,),
}


class MistypedError(Exception):
    """A value has another type than the API model's: AWS cannot read the request at all."""


def is_operation(name: str) -> bool:
    """Say whether the API has an operation of this name.

    Example
    -------
    >>> is_operation("ListModels"), is_operation("ListGalaxies")
    (True, False)
    """
    return name in _service().operation_names


def violations(operation: str, request: Mapping[str, Any]) -> list[str]:
    """Give what the API model refuses in a request, one sentence each.

    Parameters
    ----------
    operation
        Such as ``CreateTrainingJob``.
    request
        Its parameters.

    Raises
    ------
    MistypedError

    Example
    -------
    >>> violations("StopTrainingJob", {"TrainingJobName": "a b"})[0][:60]
    "Value 'a b' at 'trainingJobName' failed to satisfy constrain"
    """
    shape = _operation_input(operation)
    return [] if shape is None else list(_structure(shape, request, ""))


def refusal(problems: list[str]) -> str:
    """Put violations together as AWS does.

    Example
    -------
    >>> refusal(["Value null at 'roleArn' failed to satisfy constraint: Member must not be null"])[:32]
    '1 validation error detected: Val'
    """
    noun = "error" if len(problems) == 1 else "errors"
    return f"{len(problems)} validation {noun} detected: {'; '.join(problems)}"


@cache
def _service() -> ServiceModel:
    return botocore.session.get_session().get_service_model("sagemaker")


@cache
def _operation_input(operation: str) -> Any:
    return _service().operation_model(operation).input_shape if is_operation(operation) else None


@cache
def _pattern(text: str) -> re.Pattern[str] | None:
    for java, python in _JAVA_CLASSES.items():
        text = text.replace(java, python)
    try:
        return re.compile(text)
    except re.error:
        # Six of the model's patterns are Java's alone, or none at all; none of them is of a resource that runs here.
        return None


def _structure(shape: Any, value: Mapping[str, Any], path: str) -> Iterator[str]:
    for name, member in shape.members.items():
        place = f"{path}.{_camel(name)}" if path else _camel(name)
        if value.get(name) is not None:
            yield from _value(member, value[name], place)
        elif name in shape.required_members:
            yield f"Value null at '{place}' failed to satisfy constraint: Member must not be null"


def _check_type(shape: Any, value: Any, path: str) -> None:
    types = _TYPES.get(shape.type_name)
    # In Python, and not in JSON, true is an integer.
    if types and (not isinstance(value, types) or (isinstance(value, bool) and bool not in types)):
        raise MistypedError(f"{path} must be of type {shape.type_name}, and is {json.dumps(value)}")
    if shape.type_name == "timestamp":
        try:
            dt.datetime.fromtimestamp(value, dt.timezone.utc)
        except (ValueError, OverflowError, OSError) as error:
            raise MistypedError(f"{path} must be seconds since 1970, and is {json.dumps(value)}") from error


def _value(shape: Any, value: Any, path: str) -> Iterator[str]:
    _check_type(shape, value, path)
    for constraint in _broken(shape, value):
        yield f"Value '{_shown(value)}' at '{path}' failed to satisfy constraint: {constraint}"
    if shape.type_name == "structure":
        yield from _structure(shape, value, path)
    elif shape.type_name == "list":
        for number, item in enumerate(value, 1):
            yield from _value(shape.member, item, f"{path}.{number}.member")
    elif shape.type_name == "map":
        yield from _map(shape, value, path)


def _map(shape: MapShape, value: Mapping[str, Any], path: str) -> Iterator[str]:
    for part, items in (("keys", value), ("value", value.values())):
        member = shape.key if part == "keys" else shape.value
        for item in items:
            _check_type(member, item, path)
            broken = list(_broken(member, item))
            if broken:
                yield (
                    f"Value '{_shown(item)}' at '{path}' failed to satisfy constraint: "
                    f"Map {part} must satisfy constraint: [{', '.join(broken)}]"
                )


def _broken(shape: Shape, value: Any) -> Iterator[str]:
    rules = shape.metadata
    if shape.type_name in ("integer", "long", "float", "double"):
        quantity, what = value, "value"
    elif shape.type_name in ("string", "list", "map"):
        quantity, what = len(value), "length"
    else:
        return
    if "max" in rules and quantity > rules["max"]:
        yield f"Member must have {what} less than or equal to {rules['max']}"
    if "min" in rules and quantity < rules["min"]:
        yield f"Member must have {what} greater than or equal to {rules['min']}"
    if rules.get("enum") and value not in rules["enum"]:
        yield f"Member must satisfy enum value set: [{', '.join(rules['enum'])}]"
    pattern = _pattern(rules["pattern"]) if "pattern" in rules else None
    if pattern and not pattern.fullmatch(value):
        yield f"Member must satisfy regular expression pattern: {rules['pattern']}"


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 200 else f"{text[:200]}..."


def _camel(name: str) -> str:
    return name[0].lower() + name[1:]
