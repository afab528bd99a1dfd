"""Every call in the README's table and samples is one that the library has, with the keywords that it takes."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import constructs_lib
import endpoint_client
from constructs_lib.endpoint_variant import EndpointVariant
from constructs_lib.monitoring.async_metrics import BacklogMetrics
from constructs_lib.scaling import ConcurrencyScaling, InstanceScaling
from endpoint_client.prediction.predictor_settings import PredictorSettings
from endpoint_client.prediction.request_options import RequestOptions

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
EXPORTED = {name: getattr(room, name) for room in (constructs_lib, endpoint_client) for name in room.__all__}
# What methods of the table are called on besides: results of other methods.
RESULTS = (BacklogMetrics, EndpointVariant, InstanceScaling, ConcurrencyScaling)
OTHERS = ("database.", "Duration.", "Size.", "ec2.", "events.", "kms.", "pandas.", "print")
# Keywords that methods take together.
UNPACKED = {"options": {*RequestOptions.__annotations__}, "settings": {*PredictorSettings.__annotations__}}


def snippets() -> list[str]:
    """The code of the right columns that calls something."""
    tables = re.findall(r"\| you want \| you write \|\n\|---\|---\|\n((?:\|.*\n)+)", README)
    rows = [row for table in tables for row in table.splitlines()]
    return [code for row in rows for code in re.findall(r"`([^`]+)`", row.split("|")[2]) if "(" in code]


def samples() -> list[str]:
    """The blocks of code that stand below the tour, which is run."""
    return re.findall(r"```python\n(.*?)```", README[README.index("\n## Calling") :], re.DOTALL)


def called(function: ast.expr) -> Iterator[Any]:
    """Everything that the function of a call may be."""
    match function:
        case ast.Name(id=name) if name in EXPORTED:
            yield EXPORTED[name]
        case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in EXPORTED:
            yield getattr(EXPORTED[name], attribute)
        case ast.Name(id=attribute) | ast.Attribute(attr=attribute):
            kinds = (*EXPORTED.values(), *RESULTS)
            yield from filter(callable, (getattr(kind, attribute, None) for kind in kinds))


def keywords(function: Any) -> set[str]:
    # jsii gives a class a __call__ that takes everything.
    parameters = inspect.signature(function.__init__ if inspect.isclass(function) else function).parameters
    return {name for parameter in parameters for name in UNPACKED.get(parameter, {parameter})}


def problems(code: str) -> Iterator[str]:
    for call in (node for node in ast.walk(ast.parse(code.lstrip("."))) if isinstance(node, ast.Call)):
        name, given = ast.unparse(call.func), {keyword.arg for keyword in call.keywords if keyword.arg}
        if not name.startswith(OTHERS) and not any(given <= keywords(function) for function in called(call.func)):
            yield f"{name} takes no {', '.join(sorted(given)) or 'call'}"


@pytest.mark.parametrize("code", [*snippets(), *samples()])
def test_the_library_has_what_the_readme_says(code):
    assert list(problems(code)) == []


def test_what_the_library_does_not_have_is_found():
    assert list(problems("SklearnModel(..., no_such_option=1)")) == ["SklearnModel takes no no_such_option"]
    assert list(problems("ModelData.from_s3('s3://b/k', digest='0')")) == ["ModelData.from_s3 takes no digest"]
    assert list(problems("NoSuchThing()")) == ["NoSuchThing takes no call"]
