"""The predictor over real HTTP, against the model in this process."""

import doctest
import json
import threading
from functools import partial
from typing import Any

import boto3
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import endpoint_client.prediction.predictor
from endpoint_client import ConfigurationError, EndpointNotFound, InputRejected, PayloadTooLarge, Predictor
from sklearn_runtime import codecs
from tests.endpoint_client.conftest import Answer

CONTENT_TYPES = ["application/x-npy", "application/json", "text/csv"]
COLUMN_TYPES = [
    "application/x-parquet",
    "application/vnd.apache.arrow.stream",
    "application/vnd.apache.arrow.file",
]


@pytest.mark.parametrize("accept", [*CONTENT_TYPES, "application/jsonlines"])
@pytest.mark.parametrize("content_type", [*CONTENT_TYPES, "application/jsonlines", *COLUMN_TYPES])
def test_predictions_are_the_models_whatever_the_content_types(endpoint, features, content_type, accept):
    with Predictor("ep", content_type=content_type, accept=accept) as predictor:
        np.testing.assert_array_equal(predictor.predict(features), endpoint.model.predict(features))
        np.testing.assert_array_equal(predictor.predict_proba(features), endpoint.model.predict_proba(features))
    assert endpoint.requests[0].headers["content-type"] == content_type
    assert endpoint.requests[0].headers["accept"] == accept


@pytest.mark.parametrize(
    ("given", "content_type"),
    [
        (np.asarray, "application/x-npy"),
        (np.ndarray.tolist, "application/x-npy"),
        (scipy.sparse.coo_matrix, "application/x-npz"),
        (pd.DataFrame, "application/x-npy"),
        (partial(pd.DataFrame, columns=list("abcd")), "text/csv"),
        (partial(pd.DataFrame, columns=list("abcd"), dtype=object), "application/json"),
    ],
)
def test_the_content_type_suits_the_input(endpoint, predictor, features, given, content_type):
    predictor.max_payload_bytes = 1500
    np.testing.assert_array_equal(predictor.predict(given(features)), endpoint.model.predict(features))
    assert {request.headers["content-type"] for request in endpoint.requests} == {content_type}
    assert len(endpoint.requests) > 1
    assert all(len(request.body) <= 1500 for request in endpoint.requests)


def test_sparse_answers_are_joined_sparse(endpoint, features):
    def container(request):
        rows = codecs.decode(request.body, request.headers["content-type"])
        return Answer(codecs.encode(scipy.sparse.csc_matrix(rows), "application/x-npz"), "application/x-npz")

    endpoint.container = container
    with Predictor("ep", accept="application/x-npz", max_payload_bytes=1500) as predictor:
        result: Any = predictor.transform(features)
    assert scipy.sparse.issparse(result)
    np.testing.assert_array_equal(result.toarray(), features)
    assert len(endpoint.requests) > 1


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(b"[[1, 1, 1, 1]]", "application/json"), (codecs.encode_npy(np.ones((1, 4))), "application/x-npy")],
)
def test_bytes_without_a_content_type_go_as_what_they_look_like(endpoint, predictor, body, content_type):
    np.testing.assert_array_equal(predictor.predict(body), [1])
    assert endpoint.requests[0].headers["content-type"] == content_type


@pytest.mark.parametrize("method", ["predict_proba", "predict_log_proba", "decision_function"])
def test_a_method_of_the_model_is_asked_for_in_the_custom_attributes(endpoint, predictor, features, method):
    np.testing.assert_array_equal(getattr(predictor, method)(features), getattr(endpoint.model, method)(features))
    assert endpoint.requests[0].headers["x-amzn-sagemaker-custom-attributes"] == f"method={method}"


@pytest.mark.parametrize("method", ["transform", "score_samples"])
def test_methods_that_classifiers_lack_are_asked_for_as_well(endpoint, predictor, features, method):
    endpoint.container = lambda request: Answer(json.dumps([request.method]).encode(), "application/json")
    assert getattr(predictor, method)(features).tolist() == [method]


def test_the_endpoint_chooses_the_method_when_nobody_names_one(endpoint, predictor, features):
    predictor.predict(features)
    assert "x-amzn-sagemaker-custom-attributes" not in endpoint.requests[0].headers


def test_the_predictors_method_holds_for_predict(endpoint, features):
    with Predictor("ep", method="predict_proba") as predictor:
        np.testing.assert_array_equal(predictor.predict(features), endpoint.model.predict_proba(features))
        np.testing.assert_array_equal(predictor.predict(features, method="predict"), endpoint.model.predict(features))


def test_a_call_overrides_content_type_accept_and_variant(endpoint, predictor, features):
    predictor.predict(features, content_type="text/csv", accept="application/json", target_variant="Canary")
    headers = endpoint.requests[0].headers
    assert (headers["content-type"], headers["accept"]) == ("text/csv", "application/json")
    assert headers["x-amzn-sagemaker-target-variant"] == "Canary"


def test_the_predictors_variant_holds_for_every_call(endpoint, features):
    with Predictor("ep", target_variant="Canary") as predictor:
        predictor.predict(features)
    assert endpoint.requests[0].headers["x-amzn-sagemaker-target-variant"] == "Canary"


def test_raw_gives_what_the_server_said(endpoint, predictor, features):
    response = predictor.predict(features, raw=True, accept="text/csv")
    assert response.content_type == "text/csv; charset=utf-8"
    assert response.variant == "AllTraffic"
    assert response.request_id == "r-1"
    assert response.body.decode().split() == [str(label) for label in endpoint.model.predict(features)]


def test_bytes_are_sent_as_they_are(endpoint, predictor):
    endpoint.container = lambda request: Answer(request.body[::-1], request.headers["content-type"])
    response = predictor.predict(b"abc", content_type="application/x-mine", raw=True)
    assert (response.body, response.content_type) == (b"cba", "application/x-mine")


def test_an_answer_to_bytes_is_an_array_too(predictor):
    np.testing.assert_array_equal(predictor.predict(bytearray(b"[[1, 1, 1, 1]]"), content_type="application/json"), [1])


@pytest.mark.parametrize("max_concurrency", [1, 3])
def test_a_long_input_is_sent_in_several_requests_and_joined_in_order(endpoint, features, max_concurrency):
    with Predictor("ep", max_payload_bytes=400, max_concurrency=max_concurrency) as predictor:
        result = predictor.predict_proba(features)
    np.testing.assert_array_equal(result, endpoint.model.predict_proba(features))
    assert len(endpoint.requests) > 5
    assert all(len(request.body) <= 400 for request in endpoint.requests)


def test_requests_for_one_input_are_in_flight_at_once(endpoint, features):
    together = threading.Barrier(3, timeout=30)
    answer = endpoint.container

    def container(request):
        # Nobody passes until three requests are here; nine parts make three rounds.
        together.wait()
        return answer(request)

    endpoint.container = container
    with Predictor("ep", max_payload_bytes=128 + 32 * 5, max_concurrency=3) as predictor:
        result = predictor.predict(features[:45])
    np.testing.assert_array_equal(result, endpoint.model.predict(features[:45]))
    assert len(endpoint.requests) == 9


def test_an_error_in_a_later_part_stops_the_sending(endpoint, features):
    bad = [[1.0] * 4] * 20 + [[1.0, "x", 1.0, 1.0]] + [[1.0] * 4] * 200
    with (
        Predictor("ep", content_type="application/json", max_payload_bytes=250) as predictor,
        pytest.raises(InputRejected) as caught,
    ):
        predictor.predict(bad)
    assert (caught.value.row, caught.value.column) == (20, 1)
    assert "(row 20 of the whole input: its request starts at row " in str(caught.value)
    assert len(endpoint.requests) < 20


def test_an_error_with_several_requests_in_flight_is_the_first_in_order(endpoint):
    bad = [[1.0] * 4] * 20 + [[1.0, "x", 1.0, 1.0]] * 20
    with (
        Predictor("ep", content_type="application/json", max_payload_bytes=250, max_concurrency=3) as predictor,
        pytest.raises(InputRejected) as caught,
    ):
        predictor.predict(bad)
    assert caught.value.row == 20


def test_one_row_over_the_limit_is_an_error_before_anything_is_sent(endpoint, features):
    with (
        Predictor("ep", max_payload_bytes=100) as predictor,
        pytest.raises(PayloadTooLarge, match=r"row 0 takes 160 bytes.* at most 100: .*max_payload_bytes") as caught,
    ):
        predictor.predict(features)
    assert (caught.value.size, caught.value.limit, caught.value.row) == (160, 100, 0)
    assert endpoint.requests == []


@pytest.mark.parametrize("raw", [False, True])
def test_what_goes_in_one_request_must_fit(endpoint, raw):
    with (
        Predictor("ep", max_payload_bytes=100) as predictor,
        pytest.raises(PayloadTooLarge, match=r"the input takes 101 bytes.* at most 100") as caught,
    ):
        predictor.predict(bytes(101), raw=raw)
    assert (caught.value.size, caught.value.limit, caught.value.row) == (101, 100, None)


def test_raw_does_not_cut_the_input(endpoint, features):
    with Predictor("ep", max_payload_bytes=1000) as predictor, pytest.raises(PayloadTooLarge, match="raw=True"):
        predictor.predict(features, raw=True)
    assert endpoint.requests == []


def test_an_endpoint_that_does_not_exist_is_named(endpoint, features):
    with (
        Predictor("other") as predictor,
        pytest.raises(EndpointNotFound, match="endpoint 'other' does not exist in us-"),
    ):
        predictor.predict(features)


def test_a_session_brings_region_and_credentials(endpoint, features, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    session = boto3.Session("mine", "secret", region_name="eu-west-1")
    with Predictor("ep", session=session) as predictor:
        predictor.predict(features)
        assert predictor.region == "eu-west-1"
    assert "Credential=mine/" in endpoint.requests[0].headers["authorization"]
    assert "/eu-west-1/sagemaker/" in endpoint.requests[0].headers["authorization"]


def test_a_region_that_is_given_wins(endpoint):
    with Predictor("ep", region="ap-south-1") as predictor:
        assert predictor.region == "ap-south-1"
        assert repr(predictor) == (
            "Predictor('ep', region='ap-south-1', content_type=None, accept='application/x-npy')"
        )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"endpoint_name": "a b"}, "'a b' is not an endpoint name"),
        ({"endpoint_name": "arn:aws:sagemaker:us-east-1:1:endpoint/ep"}, "pass the name, not the ARN"),
        ({"endpoint_name": "x" * 64}, "1 to 63 letters"),
        ({"max_payload_bytes": 0}, "max_payload_bytes=0 is not positive"),
        ({"max_concurrency": -1}, "max_concurrency=-1 is not positive"),
        ({"read_timeout": 0}, "read_timeout=0 is not positive"),
        ({"max_attempts": 0}, "max_attempts=0 is not positive"),
    ],
)
def test_a_wrong_setting_is_named(endpoint, settings, message):
    with pytest.raises(ConfigurationError, match=message):
        Predictor(**({"endpoint_name": "ep"} | settings))


def test_a_content_type_that_arrays_cannot_be_sent_in_is_named(predictor, features):
    with pytest.raises(ConfigurationError, match=r"content_type='application/xml' cannot carry arrays"):
        predictor.predict(features, content_type="application/xml")


def test_a_method_that_is_no_name_is_refused(endpoint, predictor, features):
    with pytest.raises(ConfigurationError, match="method='a;b' is not a method's name"):
        predictor.predict(features, method="a;b")
    assert endpoint.requests == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.integers(1, 400),
    dtype=st.sampled_from([np.float64, np.float32, np.int64]),
    content_type=st.sampled_from([None, *CONTENT_TYPES, "application/jsonlines"]),
    accept=st.sampled_from([*CONTENT_TYPES, "application/jsonlines"]),
    limit=st.integers(300, 6000),
    max_concurrency=st.integers(1, 3),
)
def test_any_input_cut_anywhere_gives_the_models_labels(
    endpoint, predictor, rows, dtype, content_type, accept, limit, max_concurrency
):
    predictor.max_payload_bytes, predictor.max_concurrency = limit, max_concurrency
    array = (np.random.default_rng(rows).normal(size=(rows, 4)) * 10).astype(dtype)
    labels = predictor.predict(array, content_type=content_type, accept=accept)
    np.testing.assert_array_equal(labels, endpoint.model.predict(array))
    assert labels.dtype == np.int64


def test_the_examples_in_the_docstrings_run():
    done = doctest.testmod(endpoint_client.prediction.predictor)
    assert done.attempted > 0
    assert done.failed == 0
