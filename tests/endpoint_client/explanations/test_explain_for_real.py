"""Errors that need a cloud: no endpoint, no rights, a container that dies, limits of serverless endpoints."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from endpoint_client import AsyncResult, Endpoint, EndpointClientError, Explanation, Predictor, explain
from tests.local_sagemaker.cloud import BUCKET, Cloud, allow, eventually, rights, running_cloud, scripted

SESSION: Any = {"region_name": "us-east-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        yield cloud


@pytest.fixture(scope="module")
def endpoint_name(cloud: Cloud) -> str:
    return cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("only"))))


@pytest.fixture(autouse=True)
def environment(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.url)


def explained(name: str, body: bytes, session: boto3.Session | None = None, **options: object) -> Explanation:
    with (
        Predictor(name, session=session or boto3.Session(**SESSION), max_attempts=1) as predictor,
        pytest.raises(EndpointClientError) as caught,
    ):
        predictor.predict(body, raw=True, **options)  # type: ignore[call-overload]
    return explain(caught.value)


def test_no_endpoint(cloud):
    assert explained("none", b"name").what.startswith("There is no endpoint 'none' in the account and region")


def test_no_rights_and_the_statement_that_gives_them(cloud, endpoint_name):
    cloud.iam.create_user(UserName="ada")
    key = cloud.iam.create_access_key(UserName="ada")["AccessKey"]
    keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    ada = boto3.Session(**(SESSION | keys))
    explanation = explained(endpoint_name, b"name", ada)
    assert explanation.what.startswith(f"The credentials in use may not call endpoint '{endpoint_name}' in us-east-1")
    statement = explanation.remedy[1].partition("\n")[2]
    policy = {"Version": "2012-10-17", "Statement": [json.loads(statement)]}
    cloud.iam.put_user_policy(UserName="ada", PolicyName="invoke", PolicyDocument=json.dumps(policy))
    with Predictor(endpoint_name, session=ada) as predictor:
        assert predictor.predict(b"name", raw=True).body == b"only"


def test_a_container_that_dies_under_the_request(cloud):
    name = cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("mortal"))))
    explanation = explained(name, b"die")
    assert explanation.what.startswith(f"The container of endpoint '{name}' in us-east-1 ended while it worked on")
    assert "more than the instance has" in explanation.why[0]
    assert explanation.remedy[0].endswith(f"\nsklearn-endpoint tail {name} --region us-east-1")


def test_a_variant_that_is_not_there(cloud, endpoint_name):
    explanation = explained(endpoint_name, b"name", target_variant="Canary")
    assert "no production variant of this name: Variant Canary" in explanation.what


def test_the_limits_of_a_serverless_endpoint(cloud, tmp_path: Path):
    config = cloud.make_serverless_config(cloud.make_model(scripted("one")), MaxConcurrency=1)
    name = cloud.make_endpoint(config)
    assert "max_payload_bytes=4_194_304" in explained(name, b"x" * 5_000_000).remedy[0]
    release = tmp_path / "release"
    held = threading.Thread(target=cloud.invoke, args=(name, f"hold {release}".encode()))
    held.start()
    try:
        eventually(Path(f"{release}.begun").exists)
        explanation = explained(name, b"name")
    finally:
        release.touch()
        held.join()
    assert "as its max_concurrency says" in explanation.why[0]


def test_an_asynchronous_endpoint(cloud):
    role = cloud.make_role([*rights(), allow("s3:PutObject", f"arn:aws:s3:::{BUCKET}/output/*")])
    model = cloud.make_model(scripted("later"), ExecutionRoleArn=role)
    output = {"S3OutputPath": f"s3://{BUCKET}/output/"}
    name = cloud.make_endpoint(cloud.make_config(model, config={"AsyncInferenceConfig": {"OutputConfig": output}}))
    assert "predict_async" in explained(name, b"name").remedy[0]
    with Predictor(name, session=boto3.Session(**SESSION)) as predictor:
        with pytest.raises(EndpointClientError) as long:
            predictor.predict_async(b"x" * 200_000)
        assert "AsyncInputPath" in explain(long.value).remedy[0]
        never = AsyncResult(
            cloud.s3,
            endpoint_name=name,
            inference_id="1",
            output_location=f"s3://{BUCKET}/output/never",
            failure_location="",
            content_type="",
        )
        with pytest.raises(EndpointClientError) as late:
            never.wait(timeout=0)
    assert explain(late.value).remedy[1] == f"Look what the endpoint does:\nsklearn-endpoint tail {name}"


def test_weights_of_a_variant_that_is_not_there(cloud, endpoint_name):
    endpoint = Endpoint(endpoint_name, session=boto3.Session(**SESSION))
    with pytest.raises(EndpointClientError) as caught:
        endpoint.set_weights({"Canary": 1.0})
    assert explain(caught.value).what.startswith("SageMaker refused the request itself: "), caught.value
