"""What an instance with many models does when it is stopped, or a model takes too long."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local_sagemaker.containers.loaded_models import (
    TARGET_MODEL,
    LoadedModels,
    ModelNotReadyError,
    NoTargetModelError,
)
from local_sagemaker.data_plane_errors import ContainerError

HEADERS = {TARGET_MODEL: "paris.tar.gz"}


class Starting:
    """A container that starts until it is stopped."""

    def __init__(self) -> None:
        self.begun, self.stopped = threading.Event(), threading.Event()

    def start(self) -> None:
        self.begun.set()
        self.stopped.wait(30)
        raise ContainerError("it was stopped while it started")

    def stop(self) -> None:
        self.stopped.set()


@pytest.fixture
def starting() -> Starting:
    return Starting()


def ask(models: LoadedModels, timeout: float = 30.0) -> Any:
    return models.request("POST", "/invocations", headers=HEADERS, timeout=timeout)


def test_what_is_still_starting_is_stopped_with_the_instance(starting):
    models = LoadedModels(lambda _: starting)
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(ask, models)
        assert starting.begun.wait(30)
        models.close()
        assert answer.result(30).status == 500
    assert starting.stopped.is_set()
    with pytest.raises(ContainerError, match="the instance is being stopped"):
        ask(models)


def test_a_model_that_was_still_being_fetched_is_not_started_any_more(starting):
    fetching, go_on = threading.Event(), threading.Event()

    def fetch(_: str) -> Any:
        fetching.set()
        go_on.wait(30)
        return starting

    models = LoadedModels(fetch)
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(ask, models)
        assert fetching.wait(30)
        models.close()
        go_on.set()
        assert b"the instance is being stopped" in answer.result(30).body
    assert not starting.begun.is_set()


def test_who_waits_too_long_may_ask_again(starting):
    models = LoadedModels(lambda _: starting)
    with pytest.raises(ModelNotReadyError, match=r"not loaded after 0\.05 s"):
        ask(models, timeout=0.05)
    assert models.names == ["paris.tar.gz"]
    models.close()


def test_a_stream_names_no_model(starting):
    with pytest.raises(NoTargetModelError):
        LoadedModels(lambda _: starting).stream("/invocations", body=b"", headers={}, deadline=0.0, caller=None)
