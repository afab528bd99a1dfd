"""Which requests must be signed, and which need not be."""

import json
from collections.abc import Iterator

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config

from tests.local_sagemaker.access.signing import Request, refusal
from tests.local_sagemaker.cloud import REGION, Cloud, running_cloud

MISSING = ("MissingAuthenticationTokenException", "Missing Authentication Token")


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        yield cloud


def unsigned(cloud, service):
    config = Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1})
    return boto3.client(service, endpoint_url=cloud.url, region_name=REGION, config=config)


@pytest.mark.parametrize("form", ["invocations", "invocations-response-stream", "async-invocations"])
def test_an_invocation_must_be_signed(cloud, form):
    assert Request(f"{cloud.url}/endpoints/x/{form}", signer=None).send().refused == (*MISSING, 403)


def test_a_function_s_invocation_must_be_signed(cloud):
    url = f"{cloud.url}/2015-03-31/functions/f/invocations"
    assert Request(url, signer=None).send().refused == (*MISSING, 403)


@pytest.mark.parametrize(("service", "ask"), [("sagemaker", "list_models"), ("logs", "describe_log_groups")])
def test_what_names_its_operation_in_a_header_must_be_signed(cloud, service, ask):
    client = unsigned(cloud, service)
    assert refusal(getattr(client, ask)) == (*MISSING, 400)
    client.close()


def test_another_kind_of_authorization_is_no_signature(cloud):
    request = Request(f"{cloud.url}/endpoints/x/invocations", signer=None, headers={"Authorization": "Bearer token"})
    assert request.send().refused.code == "IncompleteSignatureException"


def test_what_aws_takes_unsigned_is_taken(cloud):
    cognito = unsigned(cloud, "cognito-idp")
    assert refusal(lambda: cognito.forgot_password(ClientId="none", Username="ada")).code == "ResourceNotFoundException"
    cognito.close()


def test_an_object_that_is_open_to_all_is_read_unsigned(cloud):
    cloud.put(b"open", "open")
    cloud.s3.put_object_acl(Bucket="models", Key="open", ACL="public-read")
    for header in ({}, {"Authorization": "AWS somebody:c2lnbmVkIG90aGVyd2lzZQ=="}):
        assert Request(f"{cloud.url}/models/open", b"", header, method="GET", signer=None).send().body == b"open"


def test_an_address_of_s3_is_taken_as_it_is(cloud):
    address = cloud.s3.generate_presigned_url("get_object", {"Bucket": "models", "Key": "none"})
    answer = Request(address, b"", method="GET", signer=None).send()
    assert (answer.status, b"NoSuchKey" in answer.body) == (404, True)


def test_an_object_may_have_the_path_of_an_invocation(cloud):
    cloud.s3.create_bucket(Bucket="endpoints")
    made = cloud.s3.create_multipart_upload(Bucket="endpoints", Key="x/invocations")
    part = cloud.s3.upload_part(
        Bucket="endpoints", Key="x/invocations", UploadId=made["UploadId"], PartNumber=1, Body=b"all"
    )
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    cloud.s3.complete_multipart_upload(
        Bucket="endpoints", Key="x/invocations", UploadId=made["UploadId"], MultipartUpload=parts
    )
    assert cloud.s3.get_object(Bucket="endpoints", Key="x/invocations")["Body"].read() == b"all"


def test_a_connection_lives_on_after_a_refusal(cloud):
    wrong = cloud.client("sagemaker", aws_secret_access_key="wrong")
    for _ in range(2):
        assert refusal(wrong.list_models).code == "InvalidSignatureException"
    body = json.loads(Request(f"{cloud.url}/", b"{}", {"X-Amz-Target": "SageMaker.ListModels"}).send().body)
    assert body["Models"] == []
