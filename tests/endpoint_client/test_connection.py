"""The boto3 client that the predictor makes."""

from typing import Any

import pytest

from endpoint_client import ConfigurationError, Predictor


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
    with pytest.raises(ConfigurationError, match=r"cannot make a session.*\(nobody\)"):
        Predictor("ep")


def test_a_region_that_cannot_be_one_is_named(unconfigured):
    with pytest.raises(ConfigurationError, match=r"cannot make a client.*not a region"):
        Predictor("ep", region="not a region")


def test_timeouts_and_tries_are_the_documented_ones(unconfigured):
    with Predictor("ep", region="us-east-1") as predictor:
        config: Any = predictor._transport.client.meta.config
    assert (config.read_timeout, config.connect_timeout) == (70, 10)
    # All further tries are those of our own loop.
    assert config.retries == {"mode": "standard", "total_max_attempts": 1}
