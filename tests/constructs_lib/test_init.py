import doctest
import importlib
import inspect
import pkgutil
from types import ModuleType

import constructs
import pytest

import constructs_lib


def test_every_public_name_is_meant_to_be_one():
    public = {
        name
        for name, value in vars(constructs_lib).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    assert public == set(constructs_lib.__all__)


def test_the_names_are_sorted_and_documented():
    assert constructs_lib.__all__ == sorted(constructs_lib.__all__)
    assert all(inspect.getdoc(getattr(constructs_lib, name)) for name in constructs_lib.__all__)


@pytest.mark.parametrize(
    "construct",
    [
        getattr(constructs_lib, name)
        for name in constructs_lib.__all__
        if name in ("SklearnModel", "SklearnEndpoint", "SklearnEndpointConfig", "SklearnTraining")
    ],
)
def test_constructs_take_scope_and_id_and_then_keywords_only(construct):
    _, scope, construct_id, *options = inspect.signature(construct.__init__).parameters.values()
    assert issubclass(construct, constructs.Construct)
    assert (scope.name, construct_id.name) == ("scope", "construct_id")
    assert {option.kind for option in options} == {inspect.Parameter.KEYWORD_ONLY}


def test_a_model_and_its_endpoint_take_at_most_15_lines_of_a_users_code(model_dir, tmp_path, monkeypatch):
    app = f"""
import aws_cdk as cdk
from constructs_lib import ModelData, SklearnEndpoint, SklearnModel

app = cdk.App(outdir={str(tmp_path / "cdk.out")!r})
stack = cdk.Stack(app, "Churn")
model = SklearnModel(stack, "Model", model_data=ModelData.from_directory("model"))
SklearnEndpoint(stack, "Endpoint", model=model, instance_type="ml.m5.large")
app.synth()
"""
    assert len([line for line in app.splitlines() if line]) <= 15
    (tmp_path / "model").symlink_to(model_dir)
    monkeypatch.chdir(tmp_path)
    exec(app, {})
    assert (tmp_path / "cdk.out" / "Churn.template.json").is_file()


def test_the_examples_in_the_docstrings_run():
    examples = 0
    for module in pkgutil.walk_packages(constructs_lib.__path__, "constructs_lib."):
        if module.name.startswith(("constructs_lib.smoke_test_function", "constructs_lib.__main__")):
            continue
        failed, attempted = doctest.testmod(importlib.import_module(module.name))
        assert failed == 0
        examples += attempted
    assert examples > 20
