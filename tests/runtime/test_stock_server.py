"""The hooks as the servers of the AWS image call them."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import flask
import numpy as np
import pytest

from sklearn_runtime.codecs import encode
from sklearn_runtime.hooks import Hooks, load_hooks
from sklearn_runtime.service import InferenceService
from sklearn_runtime.settings import Settings
from sklearn_runtime.stock_server import contract_hooks, in_stock_server
from tests.runtime.estimators import width_is_known
from tests.runtime.request_cases import build_model, write_artifact

pytestmark = pytest.mark.filterwarnings("ignore:X does not have valid feature names:UserWarning")
ROWS = np.array([[5.1, 3.5, 1.4, 0.2]])


@pytest.fixture
def stock(monkeypatch):
    """What the single-model server leaves behind when it imports the hooks."""
    monkeypatch.setitem(sys.modules, "sagemaker_containers", SimpleNamespace())
    monkeypatch.delenv("SAGEMAKER_MULTI_MODEL", raising=False)


def settings_for(artifact, base):
    return Settings.from_environ({"SAGEMAKER_BASE_DIR": str(base), **write_artifact(artifact, base / "model")})


def exported(settings):
    return contract_hooks(load_hooks(settings), settings)


def test_elsewhere_the_four_hooks_are_exported_and_work_together(tmp_path):
    settings = settings_for("iris", tmp_path)
    hooks = exported(settings)
    assert sorted(hooks) == ["input_fn", "model_fn", "output_fn", "predict_fn"]
    model = hooks["model_fn"](settings.model_dir)
    prediction = hooks["predict_fn"](hooks["input_fn"]("5.1,3.5,1.4,0.2", "text/csv"), model)
    assert hooks["output_fn"](prediction, "text/csv") == (b"setosa\n", "text/csv")


def test_the_settings_reach_the_hooks(tmp_path):
    settings = settings_for("iris", tmp_path)._replace(method="predict_proba", float32=True)
    hooks = exported(settings)
    rows = hooks["input_fn"]("[[5.1, 3.5, 1.4, 0.2]]", "application/json")
    assert rows.dtype == np.float32
    assert hooks["predict_fn"](rows, hooks["model_fn"](settings.model_dir)).shape == (1, 3)


def test_few_rows_take_the_fast_path_of_the_model_loaded_last(tmp_path, monkeypatch):
    settings = settings_for("iris", tmp_path)
    hooks = exported(settings)
    first, model = hooks["model_fn"](settings.model_dir), hooks["model_fn"](settings.model_dir)
    for _ in range(4):
        hooks["predict_fn"](ROWS, model)
    monkeypatch.setattr(type(model), "predict", lambda *_: "asked")
    assert hooks["predict_fn"](ROWS, model).tolist() == ["setosa"]
    assert hooks["predict_fn"](ROWS, first) == "asked"


def test_the_users_hooks_are_exported_as_they_are():
    def own(*arguments):
        return arguments

    four = Hooks(
        input_fn=own, predict_fn=own, output_fn=own, defined=frozenset(["input_fn", "predict_fn", "output_fn"])
    )
    hooks = contract_hooks(four, Settings())
    assert [hooks[name] for name in ("input_fn", "predict_fn", "output_fn")] == [own] * 3
    one = Hooks(transform_fn=own, execution_parameters_fn=own, defined=frozenset(["transform_fn"]))
    hooks = contract_hooks(one, Settings())
    assert sorted(hooks) == ["execution_parameters_fn", "model_fn", "transform_fn"]
    assert hooks["transform_fn"] is own


def test_the_multi_model_server_is_not_the_single_model_server(stock, monkeypatch):
    assert in_stock_server()
    monkeypatch.setenv("SAGEMAKER_MULTI_MODEL", "true")
    assert not in_stock_server()


class ToolkitError(Exception):
    """Stands for the error class of AWS's multi-model server; with that server itself: tests/aws_image."""

    def __init__(self, status, message, phrase):
        super().__init__(status, message, phrase)
        self.status, self.message, self.phrase = status, message, phrase


@pytest.fixture
def multi_model(monkeypatch):
    """What the multi-model server leaves behind when it imports the hooks."""
    errors = SimpleNamespace(GenericInferenceToolkitError=ToolkitError, BaseInferenceToolkitError=ToolkitError)
    monkeypatch.setitem(sys.modules, "sagemaker_inference", SimpleNamespace(errors=errors))
    monkeypatch.setitem(sys.modules, "sagemaker_inference.errors", errors)
    monkeypatch.setenv("SAGEMAKER_MULTI_MODEL", "true")


def test_in_the_multi_model_server_errors_keep_their_status_and_say_what_is_wrong(multi_model, tmp_path):
    hooks = exported(settings_for("iris", tmp_path))
    with pytest.raises(ToolkitError) as refused:
        hooks["input_fn"]("[5.1", "application/json")
    assert (refused.value.status, refused.value.phrase) == (400, "Bad Request")
    assert '"MalformedBody"' in refused.value.message
    with pytest.raises(ToolkitError) as failed:
        hooks["predict_fn"](ROWS, object())
    assert failed.value.status in (400, 500)


def test_in_the_multi_model_server_a_hook_may_choose_its_own_error(multi_model):
    def chosen(_body, _content_type):
        raise ToolkitError(422, "too old", "Unprocessable")

    def broken(_body, _content_type):
        raise KeyError("age")

    for hook, status, message in ((chosen, 422, "too old"), (broken, 500, '"KeyError"')):
        hooks = contract_hooks(Hooks(input_fn=hook, defined=frozenset(["input_fn"])), Settings())
        with pytest.raises(ToolkitError) as error:
            hooks["input_fn"](b"", "text/csv")
        assert error.value.status == status
        assert message in error.value.message


@pytest.mark.parametrize(
    ("body", "headers", "status", "text"),
    [
        ("[5.1, 3.5, 1.4, 0.2]", {"Content-Type": "application/json"}, 200, '["setosa"]'),
        ("5.1,3.5,1.4,0.2", {"ContentType": "text/csv", "Accept": "text/csv;q=0.5"}, 200, "setosa\n"),
        (encode(ROWS, "application/x-npy"), {"Content-Type": "application/x-npy"}, 200, '["setosa"]'),
        ("[5.1, 3.5, 1.4, 0.2]", {"X-Amzn-SageMaker-Custom-Attributes": "method=fit"}, 400, '"UnknownMethod"'),
        ("[5.1", {"Content-Type": "application/json"}, 400, '"MalformedBody"'),
        ("<a/>", {"Content-Type": "application/xml"}, 415, '"UnsupportedMediaType"'),
        ("[5.1, 3.5, 1.4, 0.2]", {"Accept": "text/html"}, 406, '"NotAcceptable"'),
    ],
)
def test_in_the_stock_server_a_request_has_its_own_status_and_body(stock, tmp_path, body, headers, status, text):
    hooks = exported(settings_for("iris", tmp_path))
    assert sorted(hooks) == ["model_fn", "transform_fn"]
    with flask.Flask("stock").test_request_context(headers=headers):
        response = hooks["transform_fn"](build_model("iris"), body, "application/json", "application/json")
    assert response.status_code == status
    assert text in response.get_data(as_text=True)
    assert response.content_type.startswith(
        "text/csv" if headers.get("Accept") == "text/csv;q=0.5" else "application/json"
    )


def test_in_the_stock_server_a_failing_hook_has_its_message(stock, tmp_path):
    hooks = exported(settings_for("hook_raises", tmp_path))
    with flask.Flask("stock").test_request_context():
        response = hooks["transform_fn"](build_model("iris"), "[5.1, 3.5, 1.4, 0.2]", "application/json", "*/*")
    assert response.status_code == 500
    assert '"KeyError"' in response.get_data(as_text=True)


def test_in_the_stock_server_a_body_in_parts_is_streamed_by_flask(stock, tmp_path):
    settings = settings_for("hook_raises", tmp_path)
    program = tmp_path / "model" / "code" / str(settings.program)
    hook = "def output_fn(prediction, content_type):\n    yield 'one,'\n    yield 'two'\n"
    program.write_text(hook, encoding="utf-8")
    hooks = exported(settings)
    with flask.Flask("stock").test_request_context():
        response = hooks["transform_fn"](build_model("iris"), "[5.1, 3.5, 1.4, 0.2]", "application/json", "*/*")
    assert response.is_streamed
    assert list(response.response) == [b"one,", b"two"]


@pytest.mark.parametrize(
    ("body", "content_type", "prediction"),
    [
        pytest.param('[["Oslo", 1]]', "application/json", '["low"]', marks=width_is_known),
        ("rooms,city\n3,007\n", "text/csv", '["high"]'),
        pytest.param("007,3\n", "text/csv", '["high"]', marks=width_is_known),
        ('[{"rooms": 3, "city": "007"}]', "application/json", '["high"]'),
    ],
)
@pytest.mark.parametrize("home", ["stock", "elsewhere"])
def test_columns_of_text_are_read_alike_in_every_server(home, request, tmp_path, body, content_type, prediction):
    if home == "stock":
        request.getfixturevalue("stock")
    settings = settings_for("text_columns", tmp_path)
    hooks = exported(settings)
    model = hooks["model_fn"](settings.model_dir)
    if home == "stock":
        with flask.Flask("stock").test_request_context(headers={"Content-Type": content_type}):
            answer = hooks["transform_fn"](model, body, content_type, "application/json").get_data(as_text=True)
    else:
        answer = hooks["output_fn"](
            hooks["predict_fn"](hooks["input_fn"](body, content_type), model), "application/json"
        )[0].decode()
    assert answer == prediction


def test_a_predict_fn_of_the_users_is_given_columns_of_types_in_every_server(tmp_path):
    settings = settings_for("text_columns", tmp_path)
    given = []

    def predict_fn(rows, _model):
        given.append(rows)
        return [0]

    own = Hooks(predict_fn=predict_fn, defined=frozenset(["predict_fn"]))
    hooks = contract_hooks(own, settings)
    model = hooks["model_fn"](settings.model_dir)
    hooks["predict_fn"](hooks["input_fn"]("rooms,city\n3,007\n", "text/csv"), model)
    InferenceService(own, model, settings).invoke(b"rooms,city\n3,007\n", "text/csv", None)
    for frame in given:
        assert list(frame.columns) == ["rooms", "city"]
        assert frame.values.tolist() == [[3.0, "007"]]
    assert len(given) == 2
