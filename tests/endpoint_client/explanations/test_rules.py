"""The table itself: what its remedies call exists, under the names that they use."""

import ast
import inspect
from collections.abc import Iterator
from typing import Any

import pytest

import constructs_lib
import endpoint_client
from endpoint_client import ModelNotReady
from endpoint_client.explanations.facts import Facts
from endpoint_client.explanations.rules import RULES


def remedies() -> Iterator[tuple[str, str]]:
    """Each line of code, with the remedy that it stands in."""
    facts = Facts(ModelNotReady("the reason"))
    for rules in RULES.values():
        for rule in rules:
            for step in rule.explain(facts).remedy:
                _, *code = step.split("\n")
                yield from ((line, step) for line in code)


def calls() -> Iterator[tuple[str, ast.Call]]:
    """The calls in the lines that are Python."""
    for line, _ in remedies():
        try:
            tree = ast.parse(line)
        except SyntaxError:
            continue
        yield from ((line, node) for node in ast.walk(tree) if isinstance(node, ast.Call))


OURS = [(line, call) for line, call in calls() if isinstance(call.func, ast.Name)]
METHODS = [(line, call) for line, call in calls() if isinstance(call.func, ast.Attribute)]
# What an example's variable is of.
KINDS = {
    "predictor": endpoint_client.Predictor,
    "result": endpoint_client.AsyncResult,
    "endpoint": constructs_lib.SklearnEndpoint,
    "training": constructs_lib.SklearnTraining,
    "TrainingJob": endpoint_client.TrainingJob,
    "TransformJob": endpoint_client.TransformJob,
    "TuningJob": endpoint_client.TuningJob,
    "Predictor": endpoint_client.Predictor,
}


def takes(function: Any, call: ast.Call) -> None:
    parameters = inspect.signature(function).parameters
    named = [keyword.arg for keyword in call.keywords if keyword.arg]
    if not any(one.kind == one.VAR_KEYWORD for one in parameters.values()):
        assert set(named) <= set(parameters)


@pytest.mark.parametrize(("line", "call"), OURS, ids=[line for line, _ in OURS])
def test_a_class_that_a_remedy_makes_has_these_keywords(line, call):
    made = next(
        (getattr(room, call.func.id) for room in (endpoint_client, constructs_lib) if hasattr(room, call.func.id)), None
    )
    if made is None:
        assert call.func.id in {"print", "SimpleImputer", "OneHotEncoder", "map"}
    else:
        takes(made, call)


@pytest.mark.parametrize(("line", "call"), METHODS, ids=[line for line, _ in METHODS])
def test_a_method_that_a_remedy_calls_exists(line, call):
    owner = call.func.value
    kind = KINDS.get(owner.id) if isinstance(owner, ast.Name) else None
    if kind is not None:
        takes(getattr(kind, call.func.attr), call)


def test_remedies_are_read_here_at_all():
    assert len(OURS) > 10
    owners = [call.func.value for _, call in METHODS if isinstance(call.func, ast.Attribute)]
    assert sum(isinstance(owner, ast.Name) and owner.id in KINDS for owner in owners) > 10


def test_a_command_line_is_one_line_of_a_program_that_is_named():
    programs = {line.split(" ")[0] for line, _ in remedies() if not _is_python(line)}
    assert programs <= {
        "aws",
        "curl",
        "env",
        "eval",
        "export",
        "pip",
        "python",
        "sklearn-endpoint",
        "sudo",
        "timedatectl",
        "PYTHONPATH=runtime",
        "unset",
        "for",
    }


def _is_python(line: str) -> bool:
    try:
        ast.parse(line.strip())
    except SyntaxError:
        return False
    return True
