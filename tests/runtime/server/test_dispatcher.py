"""A request runs on the loop only where such requests are known to be quick, so that a ping never waits for a model."""

import os

import pytest

from sklearn_runtime.settings import Settings
from tests.runtime.serving_process import post, read_response, serving

LARGE = Settings().large_body_bytes


@pytest.fixture
def gate(tmp_path):
    """A named pipe that the model waits for: opening it for writing waits until the request runs."""
    path = tmp_path / "gate"
    os.mkfifo(path)
    return path


def waiting(gate):
    return post(b"wait %b" % os.fsencode(gate))


def runs_in_thread(server, body, **headers):
    """Whether a request runs beside the loop; ``thread`` answers with the name of its thread."""
    return server.invoke(body, **headers)[2] != b"MainThread"


def test_the_first_small_request_cannot_hold_up_a_ping(gate):
    # Nothing is known of the model yet: it is asked in the thread.
    with serving() as server, server.connect() as busy:
        busy.sendall(waiting(gate))
        with gate.open("w") as pipe:
            assert server.exchange(b"GET /ping HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200")
            pipe.write("done")
        assert read_response(busy)[2] == b"done"


def test_a_model_that_is_quick_with_bodies_of_a_length_comes_to_the_loop():
    with serving() as server:
        assert [runs_in_thread(server, b"thread") for _ in range(3)] == [True, False, False]
        assert [runs_in_thread(server, b"thread " + b"x" * 1000) for _ in range(3)] == [True, False, False]


def test_other_requests_are_answered_on_the_loop_while_a_large_one_is_predicted(gate):
    with serving() as server, server.connect() as busy:
        server.invoke(b"thread")
        busy.sendall(post(b"wait %b " % os.fsencode(gate) + b"x" * LARGE))
        with gate.open("w") as pipe:
            assert not any(runs_in_thread(server, b"thread") for _ in range(3))
            pipe.write("done")
        assert read_response(busy)[2] == b"done"


def test_small_requests_of_unknown_cost_do_not_wait_for_a_large_one(gate):
    with serving() as server, server.connect() as busy:
        busy.sendall(post(b"wait %b " % os.fsencode(gate) + b"x" * LARGE))
        with gate.open("w") as pipe:
            assert runs_in_thread(server, b"thread")
            pipe.write("done")
        assert read_response(busy)[2] == b"done"


def test_hooks_of_the_user_s_run_one_after_the_other():
    with serving(SCRIPT_MAY_BLOCK="true") as server:
        names = {server.invoke(body)[2] for body in (b"thread", b"thread " + b"x" * LARGE)}
    assert len(names) == 1


def test_a_slow_request_on_the_loop_is_the_last_there_though_a_thread_works(gate):
    with serving() as server, server.connect() as busy:
        server.invoke(b"thread")
        busy.sendall(post(b"wait %b " % os.fsencode(gate) + b"x" * LARGE))
        with gate.open("w") as pipe:
            server.invoke(b"slow .3")
            assert runs_in_thread(server, b"thread")
            pipe.write("done")
        assert read_response(busy)[2] == b"done"


@pytest.mark.parametrize(
    ("body", "headers", "variables"),
    [
        (b"thread " + b"x" * (LARGE - 6), {}, {}),
        (b"thread", {}, {"SCRIPT_MAY_BLOCK": "true"}),
        (b"thread", {}, {"SKLEARN_RUNTIME_LARGE_BODY_BYTES": "5"}),
        # A program's model_fn may have used OpenMP before the worker was forked.
        (b"thread", {}, {"SKLEARN_RUNTIME_PROGRAM": "hooks.py", "OMP_NUM_THREADS": "2"}),
        # A packed body may hold any number of rows.
        (b"thread", {"Content_Type": "application/x-npz"}, {}),
    ],
    ids=["large", "hooks", "limit", "OpenMP", "packed"],
)
def test_large_and_packed_bodies_and_hooks_of_the_user_s_never_come_to_the_loop(body, headers, variables):
    with serving(**variables) as server:
        assert all(runs_in_thread(server, body, **headers) for _ in range(3))


def test_a_program_whose_hooks_leave_the_prediction_to_us_is_asked_on_the_loop():
    with serving(SKLEARN_RUNTIME_PROGRAM="hooks.py", OMP_NUM_THREADS="1") as server:
        server.invoke(b"thread")
        assert not runs_in_thread(server, b"thread")


def test_a_body_as_long_as_the_limit_may_run_on_the_loop():
    with serving() as server:
        body = b"thread " + b"x" * (LARGE - 7)
        server.invoke(body)
        assert not runs_in_thread(server, body)


def test_each_method_of_the_model_has_a_cost_of_its_own():
    with serving() as server:
        other = {"X_Amzn_SageMaker_Custom_Attributes": "method=predict_proba"}
        server.invoke(b"thread")
        assert not runs_in_thread(server, b"thread")
        assert runs_in_thread(server, b"thread", **other)
        assert not runs_in_thread(server, b"thread", **other)
        # The method of the settings, by its name.
        assert not runs_in_thread(server, b"thread", X_Amzn_SageMaker_Custom_Attributes="method=predict")


def test_a_quick_refusal_says_nothing_of_what_a_prediction_takes():
    with serving() as server:
        for _ in range(3):
            assert server.invoke(b"status 400")[0] == 400
        assert runs_in_thread(server, b"thread 9")


def test_a_model_that_is_slow_with_small_bodies_leaves_the_loop_and_comes_back():
    with serving() as server:
        server.invoke(b"thread")
        assert not runs_in_thread(server, b"thread")
        server.invoke(b"slow .4")
        assert runs_in_thread(server, b"thread")
        for _ in range(40):
            server.invoke(b"quick!")
        assert not runs_in_thread(server, b"thread")
