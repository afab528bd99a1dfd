import json
from typing import Any

import pytest

from local_sagemaker.transform.settings import TransformSettings, batch_environment


def read(request: dict[str, Any], **told: Any) -> TransformSettings:
    return TransformSettings.read(request, json.dumps(told).encode() if told else b"")


def test_without_a_word_sagemakers_defaults_hold():
    settings = read({})
    assert settings == TransformSettings(concurrent=1, megabytes=6, several=True, timeout=600.0, retries=3)
    assert settings.most_bytes == 6 * 1024 * 1024
    assert settings.line == "MaxConcurrentTransforms=1, MaxPayloadInMB=6, BatchStrategy=MULTI_RECORD"


def test_what_is_asked_for_stands_above_what_the_container_says():
    told = {"MaxConcurrentTransforms": 4, "MaxPayloadInMB": 20, "BatchStrategy": "SINGLE_RECORD"}
    assert read({}, **told)[:3] == (4, 20, False)
    asked = {"MaxConcurrentTransforms": 2, "MaxPayloadInMB": 10, "BatchStrategy": "MultiRecord"}
    assert read(asked, **told)[:3] == (2, 10, True)
    client = {"ModelClientConfig": {"InvocationsTimeoutInSeconds": 5, "InvocationsMaxRetries": 0}}
    assert read(client)[3:] == (5.0, 0)


def test_all_requests_together_stay_within_what_there_may_be():
    assert read({}, MaxConcurrentTransforms=50, MaxPayloadInMB=20).concurrent == 5
    assert read({"MaxPayloadInMB": 0}, MaxConcurrentTransforms=50).concurrent == 50


@pytest.mark.parametrize("answer", [b"", b"no JSON", b"[1]", b'{"MaxConcurrentTransforms": "many"}'])
def test_a_container_that_says_nothing_of_use_is_not_followed(answer):
    assert TransformSettings.read({}, answer).concurrent == 1


def test_containers_are_told_what_was_asked_for():
    request = {"MaxPayloadInMB": 10, "BatchStrategy": "SingleRecord", "MaxConcurrentTransforms": 2}
    assert batch_environment({**request, "Environment": {"CUT": "0.3", "SAGEMAKER_BATCH": "no"}}) == {
        "SAGEMAKER_BATCH": "no",
        "SAGEMAKER_MAX_PAYLOAD_IN_MB": "10",
        "SAGEMAKER_BATCH_STRATEGY": "SINGLE_RECORD",
        "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": "2",
        "CUT": "0.3",
    }
    assert batch_environment({}) == {"SAGEMAKER_BATCH": "true"}
