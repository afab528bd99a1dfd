"""Frames in and out, over real HTTP."""

import asyncio
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import sparse
from typing_extensions import assert_type

from endpoint_client import AsyncioPredictor, ConfigurationError, ModelError, Predictor, RawResponse
from sklearn_runtime import codecs
from tests.endpoint_client.conftest import Answer


@pytest.fixture
def frame(features: NDArray[Any]) -> pd.DataFrame:
    """Customers in two countries, of whom some have the same name."""
    index = pd.MultiIndex.from_arrays([np.repeat(["de", "fr"], 25), np.arange(50) % 20], names=["country", "customer"])
    return pd.DataFrame(features, columns=list("abcd"), index=index)


@pytest.mark.parametrize(("max_rows", "max_concurrency"), [(None, 1), (7, 1), (7, 3)])
def test_results_keep_the_index_however_the_input_is_sent(endpoint, frame, max_rows, max_concurrency):
    with Predictor("ep", max_rows=max_rows, max_concurrency=max_concurrency) as predictor:
        labels = predictor.predict(frame, as_frame=True)
        probabilities = predictor.predict_proba(frame, as_frame=True)
    values = np.ascontiguousarray(frame)
    pd.testing.assert_series_equal(labels, pd.Series(endpoint.model.predict(values), frame.index, name="predict"))
    pd.testing.assert_frame_equal(probabilities, pd.DataFrame(endpoint.model.predict_proba(values), frame.index))


def test_a_result_joins_the_table_that_it_is_of(predictor, endpoint, features):
    frame = pd.DataFrame(features, index=pd.date_range("2026-01-01", periods=50, freq="h"))
    joined = frame.assign(label=predictor.predict(frame, as_frame=True))
    assert joined["label"].tolist() == endpoint.model.predict(features).tolist()


@pytest.mark.parametrize("method", ["predict_proba", "predict_log_proba", "decision_function"])
def test_named_methods_give_frames_with_their_name(endpoint, predictor, frame, method):
    result = getattr(predictor, method)(frame, as_frame=True)
    np.testing.assert_array_equal(result.to_numpy(), getattr(endpoint.model, method)(np.ascontiguousarray(frame)))
    assert result.index.equals(frame.index)
    if result.ndim == 1:
        assert result.name == method


@pytest.mark.parametrize("method", ["score_samples", "transform"])
def test_so_do_those_that_classifiers_lack(endpoint, predictor, frame, method):
    endpoint.container = lambda _: Answer(codecs.encode_npy(np.zeros(50)), "application/x-npy")
    assert getattr(predictor, method)(frame, as_frame=True).name == method


def test_the_name_is_that_of_the_predictors_method_too(endpoint, frame):
    with Predictor("ep", method="decision_function") as predictor:
        assert predictor.predict(frame, as_frame=True).name == "decision_function"


def test_a_frame_of_sparse_columns_keeps_its_index(endpoint, predictor):
    values = np.eye(5, 4)
    frame = pd.DataFrame.sparse.from_spmatrix(sparse.csr_matrix(values), index=list("abcde"), columns=list("wxyz"))
    labels = predictor.predict(frame, as_frame=True)
    assert labels.to_dict() == dict(zip("abcde", endpoint.model.predict(values), strict=True))


def test_a_row_of_a_frame_is_one_row(endpoint, predictor, frame):
    row = frame.reset_index(drop=True).iloc[3]
    label = predictor.predict(row, as_frame=True)
    assert label.to_dict() == {3: endpoint.model.predict(np.ascontiguousarray(frame)[3:4])[0]}


def test_what_goes_on_after_a_failure_is_a_frame_again(endpoint, frame):
    serve, failing = endpoint.container, [2, 4]

    def container(request):
        return Answer(b"no", "text/plain", 500) if len(endpoint.requests) in failing else serve(request)

    endpoint.container = container
    with Predictor("ep", max_rows=20) as predictor:
        with pytest.raises(ModelError) as first:
            predictor.predict(frame, as_frame=True)
        assert first.value.partial is not None
        assert repr(first.value.partial).startswith("<PartialResult: 20 of 50 rows")
        with pytest.raises(ModelError) as second:
            first.value.partial.resume()
        assert second.value.partial is not None
        labels: Any = second.value.partial.resume()
    pd.testing.assert_series_equal(
        labels, pd.Series(endpoint.model.predict(np.ascontiguousarray(frame)), frame.index, name="predict")
    )


def test_an_input_in_one_request_has_nothing_to_go_on_from(endpoint, predictor, frame):
    endpoint.container_error(500, b"no")
    with pytest.raises(ModelError) as caught:
        predictor.predict(frame, as_frame=True)
    assert caught.value.partial is None


def test_nothing_is_sent_where_no_frame_can_come_of_it(endpoint, predictor, frame):
    with pytest.raises(ConfigurationError, match="as_frame=True and raw=True exclude each other"):
        predictor.predict(frame, raw=True, as_frame=True)
    assert not endpoint.requests


def test_on_asyncio_it_is_the_same(endpoint, frame):
    async def main() -> None:
        async with AsyncioPredictor("ep", max_rows=20) as predictor:
            labels = await predictor.predict(frame, as_frame=True)
            expected = pd.Series(endpoint.model.predict(np.ascontiguousarray(frame)), frame.index, name="predict")
            pd.testing.assert_series_equal(labels, expected)
            for method in ("predict_proba", "predict_log_proba", "decision_function"):
                result = await getattr(predictor, method)(frame, as_frame=True)
                assert result.index.equals(frame.index)
            endpoint.container = lambda _: Answer(codecs.encode_npy(np.zeros(20)), "application/x-npy")
            for method in ("score_samples", "transform"):
                assert (await getattr(predictor, method)(frame[:20], as_frame=True)).name == method
            with pytest.raises(ConfigurationError, match="exclude each other"):
                await predictor.predict(frame, raw=True, as_frame=True)  # type: ignore[call-overload]

    asyncio.run(main())


def test_types_tell_what_comes(predictor, features):
    """Read by mypy; pandas has no types here."""
    assert_type(predictor.predict(features), Any)
    known: Predictor = predictor
    assert_type(known.predict(features), NDArray[Any])
    assert_type(known.predict_proba(features), NDArray[Any])
    assert_type(known.predict(features, raw=True), RawResponse)
