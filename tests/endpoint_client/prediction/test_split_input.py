"""Inputs in several requests: how far they are, what is left of them after a failure, and how they go on."""

import doctest
import re
import threading
from concurrent.futures import Future

import numpy as np
import pytest

from endpoint_client import (
    EndpointClientError,
    InputRejected,
    ModelError,
    PayloadTooLarge,
    Predictor,
    UnreadableResponse,
)
from endpoint_client.prediction import partial_result
from endpoint_client.prediction.split_input import in_order
from sklearn_runtime import codecs
from tests.endpoint_client.conftest import Answer


def rows_in(request):
    return codecs.decode(request.body, "application/x-npy")


@pytest.fixture
def broken(endpoint):
    """Refuse the request that holds row 20, until it is mended."""
    state = {"broken": True}
    container, twentieth = endpoint.container, np.arange(4.0) + 20

    def answer(request):
        if state["broken"] and (rows_in(request) == twentieth).all(axis=1).any():
            return Answer(b'{"error": {"type": "OSError", "message": "disk full"}}', "application/json", 500)
        return container(request)

    endpoint.container = answer
    return state


@pytest.fixture
def numbered():
    return np.arange(50.0)[:, None] + np.arange(4.0)


@pytest.mark.parametrize("workers", [1, 4])
def test_a_failed_part_is_named_and_only_what_is_missing_is_sent_again(endpoint, broken, numbered, workers):
    with Predictor("ep", max_rows=7, max_concurrency=workers) as predictor:
        with pytest.raises(ModelError, match="disk full") as caught:
            predictor.predict(numbered)
        error = caught.value
        assert error.rows == range(14, 21)
        partial = error.partial
        assert partial is not None
        assert (partial.count, partial.failed) == (50, range(14, 21))
        answered = [row for rows, _ in partial.results for row in rows]
        assert set(range(14)) <= set(answered)
        assert not set(range(14, 21)) & set(answered)
        expected = endpoint.model.predict(numbered)
        for rows, labels in partial.results:
            np.testing.assert_array_equal(labels, expected[rows.start : rows.stop])
        sent = len(endpoint.requests)
        with pytest.raises(ModelError) as again:
            partial.resume()
        assert again.value.rows == range(14, 21)
        broken["broken"] = False
        sent = len(endpoint.requests)
        second = again.value.partial
        assert second is not None
        done = {row for rows, _ in second.results for row in rows}
        np.testing.assert_array_equal(second.resume(), expected)
    resent = [row for request in endpoint.requests[sent:] for row in rows_in(request)[:, 0]]
    assert sorted(resent) == sorted(set(range(50)) - done)


def test_what_was_in_flight_at_the_failure_is_not_lost(endpoint, broken, numbered):
    """The parts behind the failed one answer only once it has failed."""
    failed = threading.Event()
    container = endpoint.container

    def answer(request):
        given = container(request)
        if given.status == 500:
            failed.set()
        elif rows_in(request)[0, 0] > 20:
            failed.wait(60)
        return given

    endpoint.container = answer
    with Predictor("ep", max_rows=10, max_concurrency=5) as predictor, pytest.raises(ModelError) as caught:
        predictor.predict(numbered)
    assert caught.value.partial is not None
    assert [rows for rows, _ in caught.value.partial.results] == [
        range(10),
        range(10, 20),
        range(30, 40),
        range(40, 50),
    ]


def test_a_traceback_says_how_to_go_on(broken, numbered):
    with Predictor("ep", max_rows=10) as predictor, pytest.raises(ModelError) as caught:
        predictor.predict(numbered)
    (note,) = caught.value.__notes__
    assert note == (
        "<PartialResult: 20 of 50 rows have results; the request with rows 20 to 29 failed>: error.partial.resume() "
        "sends what has none"
    )


def test_the_only_request_has_rows_and_no_partial_result(endpoint, features):
    endpoint.container_error(400, b'{"error": {"type": "ValueError", "message": "no"}}')
    with Predictor("ep") as predictor, pytest.raises(InputRejected) as caught:
        predictor.predict(features)
    assert (caught.value.rows, caught.value.partial) == (range(50), None)


def test_a_row_that_is_too_long_leaves_the_rows_before(endpoint):
    rows = [["short"]] * 10 + [["x" * 1000]]
    endpoint.container = lambda request: Answer(
        codecs.encode_json([1] * len(codecs.decode(request.body, "application/json"))), "application/json"
    )
    with Predictor("ep", max_payload_bytes=200) as predictor, pytest.raises(PayloadTooLarge) as caught:
        predictor.predict(rows)
    assert (caught.value.row, caught.value.rows) == (10, range(10, 11))
    assert caught.value.partial is not None
    assert sum(len(labels) for _, labels in caught.value.partial.results) == 10


def test_an_answer_with_too_few_results_is_one_that_failed(endpoint, features):
    endpoint.container = lambda _: Answer(b"[1]", "application/json")
    with Predictor("ep", max_rows=20) as predictor, pytest.raises(UnreadableResponse, match="rows 0 to 19") as caught:
        predictor.predict(features)
    assert caught.value.rows == range(20)


@pytest.mark.parametrize("workers", [1, 3])
def test_progress_is_told_in_the_callers_thread(features, endpoint, workers):
    told, threads = [], set()

    def progress(done, total):
        told.append((done, total))
        threads.add(threading.get_ident())

    with Predictor("ep", max_rows=20, max_concurrency=workers) as predictor:
        predictor.predict(features, progress=progress)
    assert threads == {threading.get_ident()}
    assert told[-1] == (50, 50)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len(told) == 3


def test_progress_is_shown_on_stderr(features, endpoint, capsys):
    with Predictor("ep", max_rows=20) as predictor:
        predictor.predict(features, progress=True)
    assert re.fullmatch(r"50 rows, [\d,]+ rows/s, in 0:00:\d\d\n", capsys.readouterr().err)


def test_progress_of_what_fails_says_nothing_of_an_end(features, broken, numbered, capsys):
    with Predictor("ep", max_rows=20) as predictor, pytest.raises(ModelError) as caught:
        predictor.predict(numbered, progress=True)
    assert capsys.readouterr().err == ""
    broken["broken"] = False
    assert caught.value.partial is not None
    caught.value.partial.resume()
    assert capsys.readouterr().err.startswith("50 rows, ")


def test_an_error_of_progress_is_the_callers_own(features, endpoint):
    def progress(done, total):
        raise KeyError(done)

    with Predictor("ep", max_rows=20) as predictor, pytest.raises(KeyError):
        predictor.predict(features, progress=progress)
    assert len(endpoint.requests) == 1


def test_no_more_is_taken_than_is_sent():
    taken = []

    def endless():
        for number in range(10**9):
            taken.append(number)
            yield number

    answers = in_order(lambda number: number * 2, endless(), 4)
    assert [next(answers) for _ in range(3)] == [(0, 0), (1, 2), (2, 4)]
    assert len(taken) <= 7
    answers.close()  # type: ignore[attr-defined]


def test_nothing_is_begun_after_a_failure(monkeypatch):
    begun, failed = [], threading.Event()
    set_exception = Future.set_exception

    def set_and_say(future, error):
        set_exception(future, error)
        failed.set()

    monkeypatch.setattr(Future, "set_exception", set_and_say)

    def send(number):
        begun.append(number)
        if number == 1:
            raise KeyError(number)
        # The first ends when the second has failed.
        assert failed.wait(60)
        return number

    answers = in_order(send, iter(range(9)), 2)
    assert next(answers) == (0, 0)
    with pytest.raises(KeyError):
        next(answers)
    assert sorted(begun) == [0, 1]


def test_every_error_has_these_facts():
    assert (EndpointClientError("x").rows, EndpointClientError("x").partial) == (None, None)


def test_the_examples_in_the_docstrings_run():
    assert doctest.testmod(partial_result).failed == 0
