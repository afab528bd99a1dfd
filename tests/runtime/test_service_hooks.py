"""One request to one response where hooks of the user's are asked."""

from __future__ import annotations

import json

import pytest

from sklearn_runtime.codecs import encode
from tests.runtime.estimators import width_is_known
from tests.runtime.services import CSV, IRIS, JSON, NPY, error_of, homes

ECHO = """
def model_fn(model_dir):
    return "model"

def input_fn(request_body, request_content_type):
    return [type(request_body).__name__, request_content_type]

def predict_fn(input_object, model):
    return input_object + [model]

def output_fn(prediction, content_type):
    return " ".join(prediction + [content_type])
"""


@pytest.mark.parametrize(
    ("content_type", "accept", "told"),
    [
        ("application/json", None, "str application/json model application/json"),
        (None, "*/*", "str application/json model application/json"),
        ("text/csv", "text/csv", "str text/csv model text/csv"),
        ("text/csv; charset=utf-8", "a/b, c/d;q=0.5", "bytes text/csv; charset=utf-8 model a/b, c/d;q=0.5"),
        ("application/octet-stream", "*/*;q=0.1", "bytes application/octet-stream model */*;q=0.1"),
    ],
)
def test_hooks_are_given_what_the_stock_server_gives(serve, content_type, accept, told):
    service = serve(None, ECHO)
    assert service.may_block
    response = service.invoke(b"\xff", content_type, accept)
    assert response.body.decode() == told
    expected = {"a/b, c/d;q=0.5": "a/b", "*/*;q=0.1": JSON}.get(accept or "", accept)
    assert response.content_type == (expected if expected not in (None, "*/*") else JSON)


def test_an_npy_body_without_a_type_reaches_a_hook_as_npy(serve):
    assert serve(None, ECHO).invoke(b"\x93NUMPY", None, "text/x").body == b"bytes application/x-npy model text/x"


def test_transform_fn_replaces_the_three(serve, classifier):
    service = serve(
        classifier,
        """
        def transform_fn(model, request_body, request_content_type, accept):
            return f"{type(model).__name__} {request_body} {request_content_type}", "text/plain"
        """,
    )
    assert service.invoke(b"abc", CSV, "text/html") == (200, "text/plain", b"LogisticRegression abc text/csv")


@pytest.mark.parametrize(
    ("expression", "content_type", "body"),
    [
        ("b'abc'", "text/csv", b"abc"),
        ("'\u00e9'", "text/csv", b"\xc3\xa9"),
        ("bytearray(b'abc')", "text/csv", b"abc"),
        ("memoryview(b'abc')", "text/csv", b"abc"),
        ("(b'abc', 'a/b')", "a/b", b"abc"),
        ("('abc', 'a/b')", "a/b", b"abc"),
        ("__import__('flask').Response('abc', mimetype='a/b')", "a/b", b"abc"),
    ],
)
def test_an_output_fn_may_return_a_body_a_pair_or_a_response(serve, classifier, expression, content_type, body):
    service = serve(classifier, f"def output_fn(prediction, content_type):\n    return {expression}\n")
    assert service.invoke(encode(IRIS[:1], NPY), NPY, CSV) == (200, content_type, body)


PARTS = """
def output_fn(prediction, content_type):
    {failure}
    yield "one,"
    yield b"two"
"""


def test_an_output_fn_may_give_its_body_in_parts(serve, classifier):
    response = serve(classifier, PARTS.format(failure="")).invoke(encode(IRIS[:1], NPY), NPY, CSV)
    assert response[:2] == (200, "text/csv")
    assert list(response.body) == [b"one,", b"two"]


@pytest.mark.parametrize(
    ("hook", "content_type"),
    [
        ("output_fn(prediction, content_type):\n    return iter([b'one']), 'a/b'\n", "a/b"),
        ("transform_fn(model, body, content_type, accept):\n    return map(str, ['one'])\n", "text/csv"),
        ("transform_fn(model, body, content_type, accept):\n    return (b for b in [b'one']), 'a/b'\n", "a/b"),
    ],
)
def test_parts_come_from_any_iterator_and_may_have_a_content_type(serve, classifier, hook, content_type):
    response = serve(classifier, f"def {hook}").invoke(encode(IRIS[:1], NPY), NPY, CSV)
    assert response.content_type == content_type
    assert list(response.body) == [b"one"]


@pytest.mark.parametrize(
    ("failure", "status", "message"),
    [
        ("1 / 0", 500, "division by zero"),
        ("from sklearn_runtime.errors import InvalidRows; raise InvalidRows('too old', row=3)", 400, "too old"),
    ],
)
def test_what_fails_before_the_first_part_has_a_status_of_its_own(serve, classifier, failure, status, message):
    response = serve(classifier, PARTS.format(failure=failure)).invoke(encode(IRIS[:1], NPY), NPY, CSV)
    assert (response.status, error_of(response)["message"]) == (status, message)


def test_a_response_keeps_its_status(serve, classifier):
    service = serve(
        classifier,
        "import flask\ndef output_fn(prediction, content_type):\n    return flask.Response('no', status=422)\n",
    )
    assert service.invoke(encode(IRIS[:1], NPY), NPY, CSV).status == 422


@pytest.mark.parametrize("expression", ["{'a': 1}", "None", "(1, 2, 3)", "prediction"])
def test_anything_else_from_an_output_fn_is_named(serve, classifier, expression):
    service = serve(classifier, f"def output_fn(prediction, content_type):\n    return {expression}\n")
    response = service.invoke(encode(IRIS[:1], NPY), NPY, CSV)
    assert response.status == 500
    assert "return bytes or str" in error_of(response)["message"]


@pytest.mark.parametrize(
    ("program", "type_name", "message"),
    [
        ("def input_fn(b, c):\n    return 1 / 0\n", "ZeroDivisionError", "division by zero"),
        ("def predict_fn(i, m):\n    raise ValueError('secret-free')\n", "ValueError", "secret-free"),
        ("def output_fn(p, c):\n    raise SystemExit('bye')\n", "SystemExit", "bye"),
        ("def transform_fn(m, b, c, a):\n    raise KeyError('k')\n", "KeyError", "'k'"),
    ],
)
def test_a_hook_that_raises_is_500_with_class_and_message_and_a_traceback_in_the_log(
    serve, classifier, program, type_name, message, caplog
):
    response = serve(classifier, program).invoke(encode(IRIS[:1], NPY), NPY, JSON)
    assert response.status == 500
    assert error_of(response) == {"type": type_name, "message": message, "row": None, "column": None}
    assert "Traceback" in caplog.text
    assert "Traceback" not in response.body.decode()


def test_a_hook_may_refuse_with_a_status_of_its_own(serve, classifier):
    program = """
    from sklearn_runtime.errors import InvalidRows
    def input_fn(b, c):
        raise InvalidRows("too old", row=3, column=1)
    """
    response = serve(classifier, program).invoke(b"", JSON, JSON)
    assert response.status == 400
    assert error_of(response) == {"type": "InvalidRows", "message": "too old", "row": 3, "column": 1}


ROWS_GIVEN = """
def predict_fn(input_object, model):
    kind = type(input_object).__name__
    if kind == "DataFrame":
        return [kind] + ["{} {}".format(name, dtype) for name, dtype in input_object.dtypes.items()]
    return [kind, str(input_object.dtype), str(input_object.shape)] + [str(cell) for cell in input_object.ravel()]
"""


@pytest.mark.parametrize(
    ("body", "content_type", "given"),
    [
        (b"rooms,city\n2,007\n", CSV, ["DataFrame", "rooms float64", "city object"]),
        (b'[{"city": "Oslo", "size": "large"}]', JSON, ["DataFrame", "city object", "size object"]),
        (b'[{"rooms": 1, "city": 2}]', JSON, ["DataFrame", "rooms float64", "city float64"]),
        pytest.param(b"007,2\n", CSV, ["ndarray", "object", "(1, 2)", "007", "2.0"], marks=width_is_known),
        (b'["a", 1, null]', JSON, ["ndarray", "object", "(1, 3)", "a", "1.0", "nan"]),
        (b"[[1, 2]]", JSON, ["ndarray", "float64", "(1, 2)", "1.0", "2.0"]),
    ],
)
def test_a_predict_fn_of_the_users_is_given_a_type_a_column(serve, body, content_type, given):
    assert json.loads(serve(homes(), ROWS_GIVEN).invoke(body, content_type, JSON).body) == given


def test_a_predict_fn_of_the_users_is_given_numbers_with_names_as_before(serve, classifier):
    response = serve(classifier, ROWS_GIVEN).invoke(b"a,b\n1,2\n", CSV, JSON)
    assert json.loads(response.body)[:3] == ["NamedRows", "float64", "(1, 2)"]


def test_an_input_fn_of_the_users_may_leave_text_to_ours(serve):
    program = """
    from sklearn_runtime import hooks
    def input_fn(request_body, request_content_type):
        return hooks.input_fn(request_body, request_content_type)
    """
    service = serve(homes(), program)
    for body, content_type in ((b"rooms,city\n2,007\n", CSV), (b'[{"rooms": 2, "city": "007"}]', JSON)):
        assert service.invoke(body, content_type, JSON).body == b"[0]"
    response = service.invoke(b'[{"rooms": 2, "city": "Oslo"}]', JSON, JSON)
    assert (response.status, error_of(response)["column"]) == (400, 1)


def test_a_method_cannot_be_chosen_where_the_program_decides(serve, classifier):
    service = serve(classifier, "def predict_fn(input_object, model):\n    return [1]\n")
    assert service.invoke(b"[1]", JSON, JSON, "trace=1").body == b"[1]"
    response = service.invoke(b"[1]", JSON, JSON, "method=predict_proba")
    assert response.status == 400
    assert error_of(response)["type"] == "UnknownMethod"
