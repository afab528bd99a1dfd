"""A cloud that takes no access key but those that it has given out; two clouds cannot run in one process."""

import json

from botocore.credentials import Credentials

from tests.local_sagemaker.access.signing import INVALID_TOKEN, Request, refusal
from tests.local_sagemaker.cloud import running_cloud


def test_where_known_keys_alone_count_another_is_refused():
    with running_cloud(known_keys_only=True) as strict:
        stranger = Credentials("AKIAIOSFODNN7EXAMPLE", "any")
        refused = Request(f"{strict.url}/endpoints/x/invocations", signer=stranger).send().refused
        assert refused == ("UnrecognizedClientException", INVALID_TOKEN, 403)
        keys = {"aws_access_key_id": stranger.access_key, "aws_secret_access_key": "any"}
        sagemaker = strict.client("sagemaker", **keys)
        assert refusal(sagemaker.list_models) == ("UnrecognizedClientException", INVALID_TOKEN, 400)
        assert refusal(strict.client("iam", **keys).list_users) == ("InvalidClientTokenId", INVALID_TOKEN, 403)
        assert strict.sagemaker.list_models()["Models"] == []
        body = json.dumps({}).encode()
        signed = {"X-Amz-Target": "SageMaker.ListModels", "Content-Type": "application/x-amz-json-1.1"}
        assert Request(f"{strict.url}/", body, signed).send().status == 200
