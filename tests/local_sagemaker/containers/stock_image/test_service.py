"""The service gives the statuses of the image's own server, with reasons that the image keeps to itself."""

import json
import threading

import pytest

from local_sagemaker.containers.stock_image.hooks import StockHooks
from local_sagemaker.containers.stock_image.service import StockService, timeout_of
from sklearn_runtime.settings import SettingsError


def echo(model, content, content_type, accept):
    return json.dumps([model, content if isinstance(content, str) else list(content), content_type, accept]), accept


def service(transform_fn=echo, parameters=None, timeout=60.0):
    return StockService(StockHooks(str, transform_fn, parameters), "model", "application/x-npy", timeout)


@pytest.mark.parametrize(
    ("body", "content_type", "accept", "given"),
    [
        (b"[1]", None, None, ["[1]", "application/json", "application/x-npy"]),
        (b"[1]", "", "*/*", ["[1]", "application/json", "application/x-npy"]),
        (bytearray(b"1"), "text/csv", "text/csv", ["1", "text/csv", "text/csv"]),
        (bytearray(b"1"), "Text/CSV", "*/*;q=0.1", [[49], "Text/CSV", "*/*;q=0.1"]),
        (b"\xff", "text/csv", "text/html", ["\ufffd", "text/csv", "text/html"]),
    ],
)
def test_hooks_are_given_what_the_image_gives_them(body, content_type, accept, given):
    answer = service().invoke(body, content_type, accept, "method=predict_proba")
    assert answer.status == 200
    assert json.loads(answer.body) == ["model", *given]


class OwnError(BaseException):
    """What no `except Exception` catches."""


@pytest.mark.parametrize("kind", [ValueError, SystemExit, KeyboardInterrupt, OwnError])
def test_whatever_fails_is_500_with_its_reason(kind):
    def fail(*_):
        raise kind("too few columns")

    answer = service(fail).invoke(b"", None, None)
    assert (answer.status, answer.content_type) == (500, "application/json")
    shown = json.loads(answer.body)["error"]
    assert (shown["type"], shown["message"]) == (kind.__name__, "too few columns")


def test_a_hook_that_takes_too_long_is_504():
    release = threading.Event()
    answer = service(lambda *_: release.wait(60), timeout=0.01).invoke(b"", None, None)
    release.set()
    assert answer.status == 504
    assert b"SAGEMAKER_MODEL_SERVER_TIMEOUT, 0.01 s" in answer.body


def test_execution_parameters_are_the_scripts_or_none():
    assert service().execution_parameters() is None
    assert service(parameters=lambda: {"BatchStrategy": "MULTI_RECORD"}).execution_parameters()[:3] == (
        200,
        "application/json",
        b'{"BatchStrategy":"MULTI_RECORD"}\n',
    )
    assert service(parameters=lambda: 1 / 0).execution_parameters().status == 500


def test_every_request_has_its_own_call():
    assert not service().puts_together("")
    assert service().may_block


def test_the_timeout_is_a_whole_number_of_seconds():
    assert timeout_of({}) == 60
    assert timeout_of({"SAGEMAKER_MODEL_SERVER_TIMEOUT": "5"}) == 5
    with pytest.raises(SettingsError, match=r"^SAGEMAKER_MODEL_SERVER_TIMEOUT is 'soon': give a whole number of sec"):
        timeout_of({"SAGEMAKER_MODEL_SERVER_TIMEOUT": "soon"})
