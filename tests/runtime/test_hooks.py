"""Any hook that a program leaves out is ours; what cannot work is said at start, not in a request."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from sklearn_runtime import hooks
from sklearn_runtime.errors import ModelLoadError
from sklearn_runtime.hooks import HOOKS, Hooks, input_fn, load_hooks, merge_hooks, output_fn, predict_fn
from sklearn_runtime.rows import model_columns
from sklearn_runtime.settings import Settings


def module(**members):
    made = ModuleType("my_hooks")
    vars(made).update(members)
    return made


def test_without_a_program_every_hook_is_ours():
    assert load_hooks(Settings()) == Hooks()
    assert Hooks().defined == frozenset()


def test_a_program_is_loaded_and_merged(tmp_path):
    (tmp_path / "merged_hooks.py").write_text("def model_fn(model_dir):\n    return model_dir\n", encoding="utf-8")
    merged = load_hooks(Settings(program="merged_hooks.py", code_dirs=(str(tmp_path),)))
    assert merged.model_fn("x") == "x"
    assert merged.program == "merged_hooks.py"
    assert merged.defined == {"model_fn"}


@pytest.mark.parametrize("name", [name for name in HOOKS if name != "transform_fn"])
def test_each_hook_can_be_replaced_alone(name):
    def own(*arguments):
        return arguments

    merged = merge_hooks(module(**{name: own}), "my_hooks.py")
    assert getattr(merged, name) is own
    for other in HOOKS:
        if other != name:
            assert getattr(merged, other) is getattr(Hooks(), other)
    assert merged.defined == {name}


def test_transform_fn_replaces_three_and_goes_with_model_fn():
    own = module(transform_fn=lambda _m, body, _c, _a: body, model_fn=lambda d: d, execution_parameters_fn=dict)
    assert merge_hooks(own, "my_hooks.py").defined == {"transform_fn", "model_fn", "execution_parameters_fn"}


def test_transform_fn_mixed_with_what_it_replaces_is_refused():
    mixed = module(
        transform_fn=lambda _m, body, _c, _a: body,
        input_fn=lambda body, _c: body,
        output_fn=lambda prediction, _a: prediction,
    )
    with pytest.raises(ModelLoadError, match="and also input_fn, output_fn: remove one or the other"):
        merge_hooks(mixed, "my_hooks.py")


def test_a_program_without_hooks_is_told_which_there_are():
    with pytest.raises(ModelLoadError) as caught:
        merge_hooks(module(predict=print, input_fn=None), "my_hooks.py")
    for name in HOOKS:
        assert name in str(caught.value)
    assert "my_hooks.py defines none of the hooks" in str(caught.value)


async def asynchronous(input_object, model):
    return input_object


@pytest.mark.parametrize(
    ("name", "hook", "reason"),
    [
        ("input_fn", lambda body: body, "input_fn(body) in my_hooks.py cannot be called as input_fn(request_body, "),
        ("model_fn", lambda _model_dir, _context: 0, "missing a required argument: '_context'"),
        ("predict_fn", asynchronous, "predict_fn in my_hooks.py is asynchronous"),
        ("output_fn", "text/csv", "output_fn in my_hooks.py is a str, not a function: define output_fn(prediction, "),
    ],
)
def test_a_hook_that_cannot_be_called_is_refused_at_start(name, hook, reason):
    with pytest.raises(ModelLoadError) as caught:
        merge_hooks(module(**{name: hook}), "my_hooks.py")
    assert reason in str(caught.value)


@pytest.mark.parametrize("hook", [lambda body, _c, _extra=None: body, lambda *a: a, max])
def test_any_signature_that_takes_the_arguments_passes(hook):
    assert merge_hooks(module(input_fn=hook), "my_hooks.py").input_fn is hook


def test_a_program_may_call_ours(monkeypatch):
    # As in a process of its own: another test's model may take text.
    monkeypatch.setattr(model_columns, "_current", None)
    model = LogisticRegression().fit([[0.0], [1.0]], ["no", "yes"])
    rows = input_fn("[[5.0]]", "application/json")
    assert rows.dtype == np.float64
    assert input_fn(b"5.0", "text/csv", float32=True).dtype == np.float32
    assert output_fn(predict_fn(rows, model), "text/html, text/csv;q=0.5") == (b"yes\n", "text/csv")
    assert predict_fn(rows, model, method="predict_proba").shape == (1, 2)


def test_what_a_program_may_import_is_exported():
    assert {"input_fn", "model_fn", "output_fn", "predict_fn"} <= set(hooks.__all__)
