"""Whether a definition can be a state machine's: what CreateStateMachine refuses, in its words.

Rules: https://states-language.net/spec.html, and "Workflow errors in Step Functions" in the developer guide. What is
right, but not emulated, is refused as well, and says so.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import AWSError

from local_sagemaker.moto_mends.states_json_paths import parse_path
from local_sagemaker.state_machines.sagemaker_jobs import kind_created_by
from local_sagemaker.state_machines.sdk_tasks import boto_service
from local_sagemaker.state_machines.service_shapes import has_operation, input_fields, required_fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_WITH_NEXT = frozenset({"Map", "Parallel", "Pass", "Task", "Wait"})
_TYPES = _WITH_NEXT | {"Choice", "Fail", "Succeed"}
_LONGEST_NAME = 80
# Of the optimized integration; every other operation of SageMaker is `aws-sdk:sagemaker`'s.
_OPTIMIZED = frozenset(
    {
        "CreateEndpoint",
        "CreateEndpointConfig",
        "CreateHyperParameterTuningJob",
        "CreateModel",
        "CreateProcessingJob",
        "CreateTrainingJob",
        "CreateTransformJob",
        "UpdateEndpoint",
    }
)
# The fields whose values may hold paths and intrinsic functions.
_TEMPLATES = frozenset({"ItemSelector", "Parameters", "ResultSelector"})
_NOT_EMULATED = "is not emulated by the local cloud, whose engine knows JSONPath only"


class InvalidDefinitionError(AWSError):
    """The definition cannot be used; the text says where and why."""

    TYPE = "InvalidDefinition"
    STATUS = 400

    def __init__(self, problems: list[str]) -> None:
        super().__init__(f"Invalid State Machine Definition: '{', '.join(problems)}'")


def check_definition(text: str) -> dict[str, Any]:
    """Check a definition, and give it parsed.

    Raises
    ------
    InvalidDefinitionError
        It is no valid Amazon States Language, or not emulated.
    """
    try:
        definition = json.loads(text)
    except ValueError as error:
        raise InvalidDefinitionError([f"INVALID_JSON_DESCRIPTION: Invalid JSON description: {error}"]) from error
    if not isinstance(definition, dict):
        raise InvalidDefinitionError(["INVALID_JSON_DESCRIPTION: A definition must be a JSON object"])
    problems = list(_problems_of_states(definition, ""))
    if not problems:
        problems = list(_problems_of_syntax(text))
    if problems:
        raise InvalidDefinitionError(problems)
    return definition


def job_rules(definition: Mapping[str, Any]) -> list[str]:
    """List the rules of EventBridge with which Step Functions hears of the jobs that a definition waits for."""
    rules = []
    for state in _all_states(definition):
        service, action, pattern = _integration(str(state.get("Resource", "")))
        kind = kind_created_by(action) if service == "sagemaker" else None
        if kind is not None and pattern == "sync" and kind.rule not in rules:
            rules.append(kind.rule)
    return rules


def _problems_of_states(machine: Mapping[str, Any], path: str) -> Iterator[str]:
    """Check the states of a machine, a branch or a map's processor."""
    if machine.get("QueryLanguage", "JSONPath") != "JSONPath":
        yield f"SCHEMA_VALIDATION_FAILED: QueryLanguage {machine['QueryLanguage']} {_NOT_EMULATED} at {path or '/'}"
        return
    states = machine.get("States")
    if not isinstance(states, dict) or not states:
        yield f"SCHEMA_VALIDATION_FAILED: The field 'States' must hold at least one state at {path or '/'}"
        return
    targets = {"StartAt": machine.get("StartAt")}
    reachable = set()
    for name, state in states.items():
        place = f"{path}/States/{name}"
        if len(name) > _LONGEST_NAME:
            yield f"SCHEMA_VALIDATION_FAILED: The name of a state has {_LONGEST_NAME} characters at most at {place}"
        if not isinstance(state, dict):
            yield f"SCHEMA_VALIDATION_FAILED: A state must be a JSON object at {place}"
            continue
        yield from _problems_of_state(state, place)
        targets |= {f"States/{name}/{field}": target for field, target in _transitions(state)}
    for field, target in targets.items():
        if target not in states:
            yield f"MISSING_TRANSITION_TARGET: Missing '{field.split('/')[-1]}' target: {target} at {path}/{field}"
        reachable.add(target)
    for name in states:
        if name not in reachable:
            yield f'MISSING_TRANSITION_TARGET: State "{name}" is not reachable. at {path}/States/{name}'


def _problems_of_state(state: Mapping[str, Any], place: str) -> Iterator[str]:
    kind = state.get("Type")
    if kind not in _TYPES:
        yield f"SCHEMA_VALIDATION_FAILED: Type {kind!r} is none of {', '.join(sorted(_TYPES))} at {place}/Type"
        return
    if state.get("QueryLanguage", "JSONPath") != "JSONPath":
        yield f"SCHEMA_VALIDATION_FAILED: QueryLanguage {state['QueryLanguage']} {_NOT_EMULATED} at {place}"
    for field in ("Assign", "Credentials"):
        if field in state:
            yield f"SCHEMA_VALIDATION_FAILED: {field} is not emulated by the local cloud at {place}/{field}"
    if kind in _WITH_NEXT and ("Next" in state) == bool(state.get("End")):
        yield f"SCHEMA_VALIDATION_FAILED: A {kind} state has either 'Next' or 'End': true at {place}"
    if kind == "Choice":
        if not state.get("Choices"):
            yield f"SCHEMA_VALIDATION_FAILED: A Choice state has at least one rule in 'Choices' at {place}"
        for number, rule in enumerate(state.get("Choices", [])):
            if "Next" not in rule:
                yield f"SCHEMA_VALIDATION_FAILED: A rule has 'Next' at {place}/Choices[{number}]"
    if kind == "Task":
        yield from _problems_of_task(state, place)
    for field in _TEMPLATES & state.keys():
        yield from _problems_of_template(state[field], f"{place}/{field}")
    for field, inner in _inner_machines(state):
        yield from _problems_of_states(inner, f"{place}/{field}")


def _problems_of_template(value: Any, place: str) -> Iterator[str]:
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _problems_of_template(item, f"{place}[{number}]")
    if not isinstance(value, dict):
        return
    for name, item in value.items():
        if not name.endswith(".$"):
            yield from _problems_of_template(item, f"{place}/{name}")
        elif not isinstance(item, str) or not _is_path_or_function(item):
            yield (
                f"SCHEMA_VALIDATION_FAILED: The value for the field '{name}' must be a valid JSONPath or a valid "
                f"intrinsic function call at {place}/{name}"
            )


def _is_path_or_function(text: str) -> bool:
    from moto.stepfunctions.parser.asl.parse.intrinsic.intrinsic_parser import IntrinsicParser

    try:
        if text.startswith("$"):
            parse_path(text.removeprefix("$") if text.startswith("$$") else text)
        else:
            IntrinsicParser.parse(json.dumps(text, ensure_ascii=False)[1:-1])
    except Exception:  # noqa: BLE001 - each of the two parsers raises errors of its own
        return False
    return True


def _problems_of_task(state: Mapping[str, Any], place: str) -> Iterator[str]:
    resource = str(state.get("Resource", ""))
    service, action, pattern = _integration(resource)
    if not service:
        known = resource.split(":")[2:3] in (["lambda"], ["states"])
        if not known:
            yield _unknown_resource(resource, place)
        return
    if service == "aws-sdk":
        name, _, operation = action.partition(":")
        if not has_operation(boto_service(name), operation[:1].upper() + operation[1:]):
            yield _unknown_resource(resource, place)
    if service != "sagemaker":
        return
    fields = input_fields("sagemaker", action) if action in _OPTIMIZED else None
    waits = kind_created_by(action) is not None
    if fields is None or pattern not in ({"", "sync"} if waits else {""}):
        yield _unknown_resource(resource, place)
        return
    given = {name.removesuffix(".$") for name in state.get("Parameters", {})}
    for name in sorted(given - fields):
        yield (f'SCHEMA_VALIDATION_FAILED: The field "{name}" is not supported by Step Functions at {place}/Parameters')
    for name in required_fields("sagemaker", action):
        if name not in given:
            yield f'SCHEMA_VALIDATION_FAILED: The field "{name}" is required but was missing at {place}/Parameters'


def _unknown_resource(resource: str, place: str) -> str:
    return (
        f"SCHEMA_VALIDATION_FAILED: The resource provided {resource} is not recognized. The value is not a valid "
        f"resource ARN, or the resource is not available in this region. at {place}/Resource"
    )


def _problems_of_syntax(text: str) -> Iterator[str]:
    from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser, ASLParserException

    try:
        AmazonStateLanguageParser.parse(text)
    except ASLParserException as error:
        yield f"SCHEMA_VALIDATION_FAILED: {'; '.join(error.errors)}"
    except Exception as error:  # noqa: BLE001 - moto's parser raises what its components raise
        yield f"SCHEMA_VALIDATION_FAILED: {error}"


def _integration(resource: str) -> tuple[str, str, str]:
    """Take ``arn:aws:states:::sagemaker:createTrainingJob.sync`` apart: service, operation, what it waits for."""
    parts = resource.split(":", 6)
    if len(parts) < 7 or parts[2] != "states" or parts[3] or parts[4]:
        return "", "", ""
    service = parts[5]
    action, _, pattern = parts[6].partition(".")
    return service, action if service == "aws-sdk" else action[:1].upper() + action[1:], pattern


def _transitions(state: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for field in ("Next", "Default"):
        if field in state:
            yield field, state[field]
    for list_field in ("Choices", "Catch"):
        for number, item in enumerate(state.get(list_field) or ()):
            if "Next" in item:
                yield f"{list_field}[{number}]/Next", item["Next"]


def _inner_machines(state: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, branch in enumerate(state.get("Branches") or ()):
        yield f"Branches[{number}]", branch
    for field in ("ItemProcessor", "Iterator"):
        if isinstance(state.get(field), dict):
            yield field, state[field]


def _all_states(machine: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for state in machine.get("States", {}).values():
        yield state
        for _, inner in _inner_machines(state):
            yield from _all_states(inner)
