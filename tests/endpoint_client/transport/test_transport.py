"""One way of sending as the other: results, errors, retries, connections, over a network that breaks."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from endpoint_client import (
    AccessDenied,
    ConfigurationError,
    EndpointClientError,
    EndpointTimeout,
    EndpointUnreachable,
    InputRejected,
    ModelError,
    ModelNotReady,
    Predictor,
    ServiceUnavailable,
    Throttled,
)
from tests.local_sagemaker.cloud import eventually

BROKEN = ["reset before", "reset after", "half the head", "half the body"]
THROTTLED = (429, "ThrottlingException", "Rate exceeded")
LOADING = (429, "ModelNotReadyException", "is loading")


@pytest.mark.parametrize("fault", BROKEN)
def test_a_request_whose_answer_broke_is_sent_again(endpoint, network, make_predictor, features, pauses, fault):
    predictor = make_predictor()
    network.faults.append(fault)
    assert np.array_equal(predictor.predict(features), endpoint.model.predict(features))
    assert len(network.requests) == 2
    assert len(endpoint.requests) == (1 if fault == "reset before" else 2)
    (pause,) = pauses
    assert 0 <= pause <= 0.05


@pytest.mark.parametrize("fault", BROKEN)
def test_it_is_not_where_that_is_not_safe(endpoint, network, make_predictor, features, pauses, fault):
    predictor = make_predictor(idempotent=False)
    network.faults.append(fault)
    with pytest.raises(EndpointUnreachable, match="cannot be reached"):
        predictor.predict(features)
    assert (len(network.requests), pauses) == (1, [])


def test_what_breaks_each_time_is_given_up(network, make_predictor, features, pauses):
    predictor = make_predictor(max_attempts=4)
    network.faults.extend(["half the body"] * 9)
    with pytest.raises(EndpointUnreachable, match="cannot be reached"):
        predictor.predict(features)
    assert (len(network.requests), len(pauses)) == (4, 3)


@pytest.mark.parametrize(("idempotent", "requests"), [(True, 2), (False, 1)])
def test_no_answer_in_time(network, make_predictor, features, pauses, idempotent, requests):
    predictor = make_predictor(idempotent=idempotent, read_timeout=0.3, max_attempts=2)
    network.faults.extend(["silence"] * 2)
    with pytest.raises(EndpointTimeout, match="gave no answer in time"):
        predictor.predict(features)
    assert len(network.requests) == requests


@pytest.mark.parametrize("idempotent", [True, False])
def test_a_server_that_is_not_there_is_tried_again_in_any_case(network, make_predictor, features, pauses, idempotent):
    predictor = make_predictor(idempotent=idempotent)
    network.die()
    with pytest.raises(EndpointUnreachable, match="cannot be reached"):
        predictor.predict(features)
    assert len(pauses) == 2


def test_a_server_that_dies_in_the_middle_of_an_answer(endpoint, network, make_predictor, features, pauses):
    predictor = make_predictor()
    predictor.predict(features)
    network.faults.append("half the body")
    network.die()
    with pytest.raises(EndpointUnreachable, match="cannot be reached"):
        predictor.predict(features)
    assert (len(endpoint.requests), len(pauses)) == (2, 2)


def test_a_connection_that_was_closed_meanwhile_costs_nothing(endpoint, network, make_predictor, features, pauses):
    predictor = make_predictor(idempotent=False)
    network.faults.append("goodbye")
    predictor.predict(features)
    eventually(lambda: network.ended == 1)
    for _ in range(3):
        predictor.predict(features)
    assert (len(endpoint.requests), network.connections, pauses) == (4, 2, [])


@pytest.mark.parametrize("idempotent", [True, False])
def test_throttling_is_waited_for(endpoint, make_predictor, features, pauses, idempotent):
    endpoint.service_errors = [THROTTLED] * 2
    predictor = make_predictor(idempotent=idempotent)
    assert len(predictor.predict(features)) == len(features)
    first, second = pauses
    assert 0 <= first <= 1
    assert 0 <= second <= 2


def test_throttling_without_end_is_an_error(endpoint, make_predictor, features, pauses):
    endpoint.service_errors = [THROTTLED] * 9
    with pytest.raises(Throttled, match="Rate exceeded"):
        make_predictor(max_attempts=2).predict(features)
    assert len(pauses) == 1


@pytest.mark.parametrize("idempotent", [True, False])
def test_a_model_that_is_still_loading_is_asked_again(endpoint, make_predictor, features, pauses, idempotent):
    endpoint.service_errors = [LOADING] * 3
    predictor = make_predictor(max_attempts=4, idempotent=idempotent)
    assert len(predictor.predict(features)) == len(features)
    assert [0.5 * 2**n <= pause <= 2**n for n, pause in enumerate(pauses)] == [True] * 3


def test_it_is_asked_no_more_often_than_was_said(endpoint, make_predictor, features, pauses):
    endpoint.service_errors = [LOADING] * 3
    with pytest.raises(ModelNotReady, match="is loading"):
        make_predictor(max_attempts=2).predict(features)
    assert len(endpoint.requests) == 2


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_servers_error_is_tried_again_where_that_is_safe(endpoint, make_predictor, features, pauses, status):
    endpoint.service_errors = [(status, "InternalFailure", "try later")]
    assert len(make_predictor().predict(features)) == len(features)
    endpoint.service_errors = [(status, "InternalFailure", "try later")]
    with pytest.raises(ServiceUnavailable, match="try later"):
        make_predictor(idempotent=False).predict(features)
    assert len(endpoint.requests) == 3


@pytest.mark.parametrize("status", [400, 415, 500, 503])
def test_an_error_of_the_model_is_never_tried_again(endpoint, make_predictor, features, pauses, status):
    endpoint.container_error(status, b'{"error": {"type": "ValueError", "message": "no", "row": 3, "column": 1}}')
    with pytest.raises(InputRejected if status < 500 else ModelError) as caught:
        make_predictor().predict(features)
    assert (caught.value.row, caught.value.column, caught.value.status, pauses) == (3, 1, status, [])


SERVICE_ERRORS = [
    (400, "ValidationError", "Endpoint ep of account 1 not found."),
    (400, "ValidationError", "1 validation error detected"),
    (403, "AccessDeniedException", "User: x is not authorized to perform: sagemaker:InvokeEndpoint"),
    (403, "InvalidSignatureException", "does not match"),
    (413, "RequestEntityTooLarge", "too large"),
    (424, "ModelError", "no fields of its own"),
    (530, "InternalDependencyException", "down"),
    (301, "MovedPermanently", "elsewhere"),
    (418, "", ""),
]


@pytest.mark.parametrize("error", SERVICE_ERRORS)
def test_an_error_is_the_same_on_both_ways(endpoint, features, session, error):
    caught = []
    for fast in (False, True):
        endpoint.service_errors = [error]
        with (
            Predictor("ep", fast=fast, session=session, max_attempts=1) as predictor,
            pytest.raises(EndpointClientError) as info,
        ):
            predictor.predict(features)
        caught.append((type(info.value), str(info.value), vars(info.value)))
    assert caught[0] == caught[1]


def test_an_answer_is_the_same_on_both_ways(endpoint, features):
    given = []
    for fast in (False, True):
        with Predictor("ep", fast=fast) as predictor:
            given.append(predictor.predict(features, raw=True, method="predict", target_variant="AllTraffic"))
    assert given[0] == given[1]
    boto3, fast_one = endpoint.requests
    names = {"x-amzn-sagemaker-custom-attributes", "x-amzn-sagemaker-target-variant", "accept", "content-type"}
    assert (boto3.path, boto3.body) == (fast_one.path, fast_one.body)
    assert {name: boto3.headers[name] for name in names} == {name: fast_one.headers[name] for name in names}
    assert "Boto3" in fast_one.headers["user-agent"]
    assert "lib/sagemaker-sklearn-cdk" in fast_one.headers["user-agent"]


def test_every_thread_keeps_a_connection(endpoint, network, make_predictor, features):
    predictor = make_predictor()
    barrier = threading.Barrier(24)
    container = endpoint.container

    def together(request):
        barrier.wait(60)
        return container(request)

    endpoint.container = together
    with ThreadPoolExecutor(24) as pool:
        for _ in range(3):
            for answer in pool.map(lambda _: predictor.predict(features[:1]), range(24)):
                assert answer.shape == (1,)
    # All at once, three times, and urllib3 threw no connection away: its warning would be an error.
    assert (len(endpoint.requests), network.connections) == (72, 24)


def test_without_credentials_the_ways_to_give_some_are_named(make_predictor, features, monkeypatch, tmp_path):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(ConfigurationError, match=r"no usable AWS credentials.*aws configure"):
        make_predictor(session=None).predict(features)


def test_the_trace_of_a_lambda_function_goes_on(endpoint, make_predictor, features, monkeypatch):
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "front")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793")
    make_predictor().predict(features)
    assert endpoint.requests[0].headers["x-amzn-trace-id"] == "Root=1-5759e988-bd862e3fe1be46a994272793"


def test_a_header_that_cannot_be_one_is_an_error(endpoint, make_predictor, features, pauses):
    with pytest.raises(EndpointClientError):
        make_predictor(target_variant="a\r\nX-Evil: 1").predict(features)
    assert endpoint.requests == []


def test_a_refusal_is_no_reason_to_send_again(endpoint, make_predictor, features, pauses):
    endpoint.service_errors = [(403, "AccessDeniedException", "not authorized")] * 2
    with pytest.raises(AccessDenied, match="not authorized"):
        make_predictor().predict(features)
    assert (len(endpoint.requests), pauses) == (1, [])


def test_a_header_travels_as_utf_8(endpoint, make_predictor, features):
    make_predictor().predict(features, target_model="münchen/東京.tar.gz")
    # The test's server reads headers as Latin-1.
    model = endpoint.requests[0].headers["x-amzn-sagemaker-target-model"].encode("latin-1").decode()
    assert model == "münchen/東京.tar.gz"


def test_after_closing_a_call_opens_a_connection(endpoint, network, make_predictor, features, pauses):
    predictor = make_predictor()
    for connections in (1, 2):
        for _ in range(2):
            assert len(predictor.predict(features)) == len(features)
        assert (network.connections, pauses) == (connections, [])
        predictor.close()


FORKING = """
import os, sys
from endpoint_client import Predictor

with Predictor("ep", fast=sys.argv[1] == "True") as predictor:
    predictor.predict([[0.0] * 4])
    child = os.fork()
    for _ in range(2):
        predictor.predict([[0.0] * 4])
    if child:
        sys.exit(os.waitpid(child, 0)[1])
"""


def test_a_forked_process_has_connections_of_its_own(endpoint, network, fast):
    subprocess.run([sys.executable, "-c", FORKING, str(fast)], check=True, timeout=120)
    assert (len(endpoint.requests), network.connections) == (5, 2)


def test_what_was_forked_is_told_by_the_process(endpoint, network, make_predictor, features, monkeypatch):
    # In place of a fork, for what runs in a forked process is not measured by coverage.
    predictor = make_predictor()
    predictor.predict(features)
    monkeypatch.setattr("endpoint_client.transport.transport.os.getpid", lambda: 0)
    for _ in range(2):
        np.testing.assert_array_equal(predictor.predict(features), endpoint.model.predict(features))
    assert network.connections == 2
