"""The arrows between the rooms (docs/architecture.md): an editable install would let anything import anything."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = {
    "constructs_lib",
    "endpoint_client",
    "local_sagemaker",
    "sklearn_runtime",
    "examples",
    "tests",
    "benchmarks",
    "tools",
}

ALLOWED = {
    "constructs_lib": {"constructs_lib", "aws_cdk", "constructs", "jsii"},
    # Files that travel to AWS Lambda, where only these are.
    "constructs_lib/smoke_test_function": {"boto3", "botocore"},
    "constructs_lib/front_doors/function_code": {"boto3", "botocore"},
    "endpoint_client": {"endpoint_client", "boto3", "botocore", "urllib3", "numpy", "sklearn_runtime"},
    "runtime": {"sklearn_runtime", "numpy", "sklearn"},
}
# Used when they are there, never needed: imported only inside functions.
OPTIONAL = {
    # boto3 for the commands copy and lookup, which are not part of synthesis; pip in a process of its own.
    "constructs_lib": {"boto3", "botocore", "pip"},
    "endpoint_client": {"matplotlib", "pandas", "pyarrow", "scipy"},
    "runtime": {"joblib", "orjson", "pandas", "pyarrow", "scipy", "skops", "threadpoolctl"},
}


def python_files(room: str) -> list[Path]:
    inner = [other for other in ALLOWED if other.startswith(f"{room}/")]
    return sorted(
        path for path in (ROOT / room).rglob("*.py") if not any(path.is_relative_to(ROOT / other) for other in inner)
    )


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def imports(tree: ast.AST, *, lazy: bool = False) -> Iterator[tuple[str, bool]]:
    """Dotted names that a module imports, each with whether a function (and not the module) imports it."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, lazy) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield from ((f"{node.module}.{alias.name}", lazy) for alias in node.names)
        elif not is_type_checking(node):
            inner = lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from imports(node, lazy=inner)


def outside(path: Path) -> Iterator[tuple[str, bool]]:
    for name, lazy in imports(ast.parse(path.read_text(encoding="utf-8"))):
        if name.partition(".")[0] not in sys.stdlib_module_names:
            yield name, lazy


@pytest.mark.parametrize("room", sorted(ALLOWED))
def test_a_room_imports_only_what_it_may(room):
    for path in python_files(room):
        for name, lazy in outside(path):
            allowed = ALLOWED[room] | (OPTIONAL.get(room, set()) if lazy else set())
            assert name.partition(".")[0] in allowed, f"{path.relative_to(ROOT)} imports {name}"


def test_the_client_takes_only_the_wire_format_from_the_runtime():
    shared = ("sklearn_runtime.codecs", "sklearn_runtime.errors", "sklearn_runtime.content_types")
    taken = {
        name
        for path in python_files("endpoint_client")
        for name, _ in outside(path)
        if name.startswith("sklearn_runtime")
    }
    assert taken
    assert all(name.startswith(shared) for name in taken), taken


def test_the_constructs_ship_their_functions_and_do_not_import_them():
    for path in python_files("constructs_lib"):
        assert not {name for name, _ in outside(path) if "smoke_test_function" in name or "function_code" in name}, path


def test_nothing_imports_the_local_cloud_but_itself_and_what_runs_it():
    for room in ("constructs_lib", "endpoint_client", "runtime"):
        for path in python_files(room):
            assert not {name for name, _ in outside(path) if name.startswith("local_sagemaker")}, path


def test_the_app_imports_only_the_cdk_and_the_constructs():
    assert {name.partition(".")[0] for name, _ in outside(ROOT / "app.py")} == {
        "aws_cdk",
        "constructs",
        "constructs_lib",
    }
