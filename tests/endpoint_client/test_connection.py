"""The boto3 client that the predictor makes."""

from typing import Any

import pytest

from endpoint_client import ConfigurationError, ModelNotReady, Predictor, connection


@pytest.fixture
def unconfigured(monkeypatch, tmp_path):
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))


def test_without_a_region_the_ways_to_give_one_are_named(unconfigured):
    with pytest.raises(ConfigurationError, match=r'no AWS region: pass region="eu-central-1".*AWS_DEFAULT_REGION'):
        Predictor("ep")


def test_a_profile_that_does_not_exist_is_named(unconfigured, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(ConfigurationError, match=r"cannot make a client.*\(nobody\)"):
        Predictor("ep")


def test_a_region_that_cannot_be_one_is_named(unconfigured):
    with pytest.raises(ConfigurationError, match=r"cannot make a client.*not a region"):
        Predictor("ep", region="not a region")


def test_timeouts_retries_and_connections_are_the_documented_ones(unconfigured):
    with Predictor("ep", region="us-east-1", max_concurrency=32) as predictor:
        config: Any = predictor._client.meta.config
    assert (config.read_timeout, config.connect_timeout, config.max_pool_connections) == (70, 10, 32)
    assert config.retries == {"mode": "standard", "total_max_attempts": 3}


LOADING = (429, "ModelNotReadyException", "is loading")


def test_a_model_that_is_still_loading_is_asked_again(endpoint, features, monkeypatch):
    monkeypatch.setattr(connection, "FIRST_PAUSE", 0.01)
    endpoint.service_errors = [LOADING] * 3
    with Predictor("ep", max_attempts=4) as predictor:
        assert len(predictor.predict(features)) == len(features)
    assert len(endpoint.requests) == 4


def test_it_is_asked_no_more_often_than_was_said(endpoint, features, monkeypatch):
    monkeypatch.setattr(connection, "FIRST_PAUSE", 0.01)
    endpoint.service_errors = [LOADING] * 3
    with Predictor("ep", max_attempts=2) as predictor, pytest.raises(ModelNotReady, match="is loading"):
        predictor.predict(features)
    assert len(endpoint.requests) == 2


def test_the_pauses_double_up_to_a_bound():
    loading = (object(), {"Error": {"Code": "ModelNotReadyException"}})
    again = connection._LoadingModel(max_attempts=100)
    for attempts, longest in ((1, 1), (2, 2), (5, 16), (6, 20), (99, 20)):
        pause = again.pause(loading, attempts)
        assert pause is not None
        assert longest / 2 <= pause <= longest
    assert again.pause(loading, 100) is None


def test_everything_else_is_left_to_botocore():
    again = connection._LoadingModel(max_attempts=3)
    assert again.pause((object(), {"Error": {"Code": "ThrottlingException"}}), 1) is None
    assert again.pause((object(), {}), 1) is None
    assert again.pause(None, 1) is None
