"""Tables that come one by one, for as long as they come."""

import threading

import numpy as np
import pandas as pd
import pytest

from endpoint_client import InputRejected, InvalidInput, ModelError, PayloadTooLarge, Predictor
from sklearn_runtime import codecs
from tests.endpoint_client.conftest import Answer


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("max_rows", [None, 3, 1000])
def test_results_come_table_by_table(endpoint, features, workers, max_rows):
    tables = [features[:10], features[10:11], pd.DataFrame(features[11:30]).rename(columns=str), features[30:].tolist()]
    with Predictor("ep", max_rows=max_rows, max_concurrency=workers) as predictor:
        given = list(predictor.predict_batches(iter(tables)))
    assert [len(labels) for labels in given] == [10, 1, 19, 20]
    np.testing.assert_array_equal(np.concatenate(given), endpoint.model.predict(features))


def test_no_table_is_read_before_it_is_needed(endpoint, features):
    read = []

    def tables():
        for number in range(1000):
            read.append(number)
            yield features[:2]

    with Predictor("ep", max_concurrency=3) as predictor:
        results = predictor.predict_batches(tables())
        for _ in range(5):
            next(results)
        assert len(read) <= 8
        results.close()  # type: ignore[attr-defined]


def test_requests_of_several_tables_are_in_flight_at_once(endpoint, features):
    barrier = threading.Barrier(4)
    container = endpoint.container

    def together(request):
        barrier.wait(60)
        return container(request)

    endpoint.container = together
    with Predictor("ep", max_concurrency=4) as predictor:
        assert len(list(predictor.predict_batches([features[:1]] * 8))) == 8


def test_an_error_counts_rows_through_all_tables(endpoint, features):
    def answer(request):
        rows = codecs.decode(request.body, "application/x-npy")
        if np.isnan(rows).any():
            row = int(np.isnan(rows).any(axis=1).argmax())
            body = codecs.encode_json({"error": {"type": "ValueError", "message": "NaN", "row": row, "column": 2}})
            return Answer(body, "application/json", 400)
        return Answer(codecs.encode_npy(rows[:, 0]), "application/x-npy")

    endpoint.container = answer
    bad = features[:10].copy()
    bad[8, 2] = np.nan
    with Predictor("ep", max_rows=6) as predictor:
        results = predictor.predict_batches([features[:20], features[:13], bad])
        assert [len(next(results)), len(next(results))] == [20, 13]
        with pytest.raises(InputRejected, match=r"row 41 of the whole input: its request starts at row 39") as caught:
            next(results)
    assert (caught.value.row, caught.value.column, caught.value.rows) == (41, 2, range(39, 43))


def test_method_and_accept_hold_for_every_table(endpoint, features):
    with Predictor("ep") as predictor:
        given = list(predictor.predict_batches([features, features], method="predict_proba", accept="text/csv"))
    np.testing.assert_allclose(given[1], endpoint.model.predict_proba(features))
    assert {request.headers["accept"] for request in endpoint.requests} == {"text/csv"}


@pytest.mark.parametrize("table", [np.ones((2, 4)), pd.DataFrame([[1.0]]), "a,b", b"a", {"a": [1]}])
def test_one_table_is_not_many(predictor, table):
    with pytest.raises(InvalidInput, match="is one table, and tables are wanted one by one: pass it to predict"):
        next(predictor.predict_batches(table))


def test_an_error_of_the_source_is_the_callers_own(predictor, features):
    def tables():
        yield features
        raise OSError("disk")

    results = predictor.predict_batches(tables())
    next(results)
    with pytest.raises(OSError, match="disk"):
        next(results)


def test_an_error_of_the_model_ends_it(endpoint, features):
    endpoint.container_error(500, b'{"error": {"type": "OSError", "message": "disk"}}')
    with Predictor("ep", max_concurrency=2) as predictor, pytest.raises(ModelError) as caught:
        list(predictor.predict_batches([features] * 100))
    assert caught.value.rows == range(50)
    assert len(endpoint.requests) < 5


@pytest.mark.parametrize("workers", [1, 4])
def test_what_came_before_an_error_of_the_source_is_given(endpoint, features, workers):
    def tables():
        yield from [features[:2], features[2:4]]
        raise OSError("disk")

    given: list[np.ndarray] = []
    with Predictor("ep", max_concurrency=workers) as predictor, pytest.raises(OSError, match="disk"):
        given.extend(predictor.predict_batches(tables()))
    np.testing.assert_array_equal(np.concatenate(given), endpoint.model.predict(features[:4]))


@pytest.mark.parametrize("workers", [1, 4])
def test_what_came_before_a_table_that_is_none_is_given(endpoint, features, workers):
    given: list[np.ndarray] = []
    with Predictor("ep", max_concurrency=workers) as predictor, pytest.raises(InvalidInput, match=r"shape \(0, 4\)"):
        given.extend(predictor.predict_batches([features[:2], features[2:4], features[:0]]))
    assert [len(labels) for labels in given] == [2, 2]


def test_a_row_that_is_too_long_is_counted_through_all_tables(endpoint):
    endpoint.container = lambda request: Answer(
        codecs.encode_json([1] * len(codecs.decode(request.body, "application/json"))), "application/json"
    )
    with Predictor("ep", max_payload_bytes=200) as predictor, pytest.raises(PayloadTooLarge, match="row 7 ") as caught:
        list(predictor.predict_batches([[["short"]] * 5, [["short"], ["short"], ["x" * 1000]]]))
    assert (caught.value.row, caught.value.rows) == (7, range(7, 8))
