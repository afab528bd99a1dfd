"""Results while they come, and streams that break."""

import itertools
import os
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from endpoint_client import (
    AccessDenied,
    EndpointUnreachable,
    InputRejected,
    ModelError,
    Predictor,
    ServiceUnavailable,
    UnreadableResponse,
)
from sklearn_runtime import codecs
from tests.endpoint_client.conftest import Answer
from tests.endpoint_client.event_stream import event_stream, exception
from tests.endpoint_client.transport.faulty_network import faulty_network


@pytest.fixture
def broken_network(endpoint, monkeypatch):
    with faulty_network(os.environ["AWS_ENDPOINT_URL"]) as network:
        monkeypatch.setenv("AWS_ENDPOINT_URL", network.url)
        yield network


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr("endpoint_client.prediction.result_stream._FIRST_PAUSE", 0.0)


@pytest.mark.parametrize("accept", ["application/x-npy", "application/jsonlines", "text/csv"])
@pytest.mark.parametrize("max_rows", [None, 7])
def test_together_they_are_what_predict_gives(endpoint, features, accept, max_rows):
    with Predictor("ep", accept=accept, max_rows=max_rows) as predictor:
        pieces = list(predictor.predict_stream(features, method="predict_proba"))
    np.testing.assert_allclose(np.concatenate(pieces), endpoint.model.predict_proba(features))
    assert {request.path for request in endpoint.requests} == {"/endpoints/ep/invocations-response-stream"}


def test_they_come_in_pieces(features, predictor):
    pieces = list(predictor.predict_stream(features, method="predict_proba"))
    # 800 bytes behind a header, in events of 100.
    assert len(pieces) > 5


def test_a_stream_that_breaks_goes_on_where_it_broke(endpoint, broken_network, features):
    with Predictor("ep") as predictor:
        broken_network.faults.extend(["half the body", "whole"])
        pieces = list(predictor.predict_stream(features, method="predict_proba"))
    np.testing.assert_allclose(np.concatenate(pieces), endpoint.model.predict_proba(features))
    first, second = endpoint.requests
    # The rows that had come are not asked for again.
    assert len(second.body) < len(first.body)


def test_it_does_not_where_that_is_not_safe(endpoint, broken_network, features):
    with Predictor("ep", idempotent=False) as predictor:
        broken_network.faults.append("half the body")
        pieces = predictor.predict_stream(features, method="predict_proba")
        given: list[np.ndarray] = []
        with pytest.raises(EndpointUnreachable) as caught:
            given.extend(pieces)
    assert len(endpoint.requests) == 1
    assert caught.value.rows is not None
    assert caught.value.rows.stop == 50


def test_a_stream_that_breaks_without_an_end_is_given_up(endpoint, broken_network, features):
    endpoint.stream = lambda body: event_stream(body, 10_000)
    broken_network.faults.extend(["half the body"] * 9)
    with Predictor("ep", max_attempts=3) as predictor, pytest.raises(EndpointUnreachable) as caught:
        list(predictor.predict_stream(features))
    assert (len(endpoint.requests), caught.value.rows) == (3, range(50))


def test_what_does_not_begin_is_tried_as_often_as_was_said(endpoint, broken_network, features):
    broken_network.faults.extend(["reset before"] * 9)
    with Predictor("ep", max_attempts=2) as predictor, pytest.raises(EndpointUnreachable) as caught:
        list(predictor.predict_stream(features))
    assert (len(broken_network.requests), caught.value.rows) == (2, range(50))


def ending(kind, body, events=3):
    """Let a stream end with an error after some of its events."""
    return lambda whole: event_stream(whole)[: events * len(event_stream(b"x" * 100))] + exception(kind, body)


def test_an_error_of_the_model_in_the_middle_is_one(endpoint, predictor, features):
    endpoint.stream = ending("ModelStreamError", b'{"Message": "container went away", "ErrorCode": "StreamBroken"}')
    pieces = predictor.predict_stream(features, method="predict_proba")
    given = list(itertools.islice(pieces, 2))
    with pytest.raises(ModelError, match="container went away") as caught:
        list(pieces)
    assert caught.value.rows is not None
    assert caught.value.rows.start >= sum(map(len, given))
    assert len(endpoint.requests) == 1


def test_a_failure_of_the_service_in_the_middle_is_tried_again(endpoint, features):
    endpoint.stream = ending("InternalStreamFailure", b'{"Message": "try later"}', events=0)
    with Predictor("ep", max_attempts=2) as predictor, pytest.raises(ServiceUnavailable, match="try later"):
        list(predictor.predict_stream(features))
    assert len(endpoint.requests) == 2


def test_an_error_before_the_first_piece_is_that_of_predict(endpoint, predictor, features):
    endpoint.container_error(400, b'{"error": {"type": "ValueError", "message": "no", "row": 3}}')
    with pytest.raises(InputRejected, match="no") as caught:
        list(predictor.predict_stream(features))
    assert (caught.value.row, caught.value.rows) == (3, range(50))
    endpoint.service_errors = [(403, "AccessDeniedException", "not authorized")]
    with pytest.raises(AccessDenied):
        list(predictor.predict_stream(features))


@pytest.mark.parametrize(
    ("body", "message"),
    [(b"[1]", "rows 0 to 49 with 1 results"), (b"1", "with 1, not with one result a row"), (b"<", "no array")],
)
def test_an_answer_without_one_result_a_row_is_refused(endpoint, predictor, features, body, message):
    endpoint.container = lambda _: Answer(body, "application/json")
    with pytest.raises(UnreadableResponse, match=message):
        list(predictor.predict_stream(features))
    assert len(endpoint.requests) == 1


def test_who_stops_in_the_middle_leaves_nothing_open(predictor, features):
    pieces: Any = predictor.predict_stream(features, method="predict_proba")
    next(pieces)
    pieces.close()
    # The connection is not used for the next request: what was not read lies in it.
    assert len(predictor.predict(features)) == 50


def test_more_results_than_rows_are_refused_before_they_are_given(endpoint, predictor, features):
    endpoint.container = lambda _: Answer(codecs.encode_npy(np.zeros(60)), "application/x-npy")
    endpoint.stream = ending("InternalStreamFailure", b'{"Message": "try later"}', events=6)
    given: list[np.ndarray] = []
    with pytest.raises(UnreadableResponse, match="rows 0 to 49 with more results than rows"):
        given.extend(predictor.predict_stream(features))
    assert (sum(map(len, given)) <= 50, len(endpoint.requests)) == (True, 1)


def test_pieces_without_a_row_are_no_progress(endpoint, features):
    endpoint.container = lambda _: Answer(b"\n", "application/jsonlines")
    endpoint.stream = lambda body: event_stream(body) + exception("InternalStreamFailure", b'{"Message": "later"}')
    with Predictor("ep", max_attempts=2) as predictor, pytest.raises(ServiceUnavailable, match="later"):
        list(predictor.predict_stream(features))
    assert len(endpoint.requests) == 2
    endpoint.container = lambda _: Answer(b"[]", "application/json")
    endpoint.stream = event_stream
    with Predictor("ep") as predictor, pytest.raises(UnreadableResponse, match="with 0 results"):
        list(predictor.predict_stream(features))


def test_pauses_are_bounded(endpoint, features, monkeypatch):
    seconds: list[float] = []
    monkeypatch.setattr("endpoint_client.prediction.result_stream._FIRST_PAUSE", 0.05)
    monkeypatch.setattr("endpoint_client.prediction.result_stream.random.uniform", lambda _, most: most)
    monkeypatch.setattr("endpoint_client.prediction.result_stream.time", SimpleNamespace(sleep=seconds.append))
    endpoint.stream = ending("InternalStreamFailure", b'{"Message": "try later"}', events=0)
    with Predictor("ep", max_attempts=12) as predictor, pytest.raises(ServiceUnavailable):
        list(predictor.predict_stream(features))
    assert seconds == [min(20, 0.05 * 2**n) for n in range(11)]
