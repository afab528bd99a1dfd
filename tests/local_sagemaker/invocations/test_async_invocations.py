"""InvokeEndpointAsync: requests are read from S3 and answers written there with the execution role's rights."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_sagemaker.access.artifacts import Location
from local_sagemaker.hosting.endpoint_identity import EndpointIdentity
from local_sagemaker.hosting.fleet import make_fleet
from local_sagemaker.invocations.async_storage import AsyncStorage
from tests.local_sagemaker.cloud import (
    ACCOUNT,
    BUCKET,
    Cloud,
    allow,
    eventually,
    rights,
    running_cloud,
    scripted,
)

OUTPUT, FAILURE = f"s3://{BUCKET}/output/", f"s3://{BUCKET}/failure"
TOPICS = [f"arn:aws:sns:us-east-1:{ACCOUNT}:{name}" for name in ("answers", "errors")]


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        yield cloud


def async_rights() -> list[dict[str, Any]]:
    objects = [f"arn:aws:s3:::{BUCKET}/output/*", f"arn:aws:s3:::{BUCKET}/failure/*"]
    return [*rights(), allow("s3:PutObject", objects), allow("sns:Publish", TOPICS)]


def make_endpoint(cloud: Cloud, statements: list[dict[str, Any]], **output: Any) -> str:
    config = {"OutputConfig": {"S3OutputPath": OUTPUT, "S3FailurePath": FAILURE, **output}}
    model = cloud.make_model(scripted("one"), ExecutionRoleArn=cloud.make_role(statements))
    client = {"MaxConcurrentInvocationsPerInstance": 1}
    return cloud.make_endpoint(
        cloud.make_config(model, config={"AsyncInferenceConfig": {**config, "ClientConfig": client}})
    )


@pytest.fixture(scope="module")
def endpoint(cloud: Cloud) -> str:
    return make_endpoint(cloud, async_rights())


def invoke(cloud: Cloud, endpoint: str, body: bytes = b"name", **options: Any) -> Any:
    return cloud.runtime.invoke_endpoint_async(EndpointName=endpoint, InputLocation=cloud.put(body), **options)


def content(cloud: Cloud, location: str) -> bytes | None:
    bucket, key = Location.parse(location)
    try:
        body: bytes = cloud.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError:
        return None
    return body


def test_the_answer_comes_into_s3(cloud, endpoint):
    accepted = invoke(cloud, endpoint, InferenceId="seventeen")
    assert accepted["InferenceId"] == "seventeen"
    assert accepted["OutputLocation"].startswith(OUTPUT)
    assert accepted["FailureLocation"].startswith(f"{FAILURE}/")
    assert eventually(lambda: content(cloud, accepted["OutputLocation"])) == b"one"
    assert content(cloud, accepted["FailureLocation"]) is None


def test_the_request_may_come_in_the_call(cloud, endpoint):
    accepted = cloud.runtime.invoke_endpoint_async(
        EndpointName=endpoint,
        Body=b"headers",
        ContentType="text/csv",
        Accept="application/json",
        CustomAttributes="method=transform",
    )
    seen = json.loads(eventually(lambda: content(cloud, accepted["OutputLocation"])))
    assert (seen["content-type"], seen["accept"]) == ("text/csv", "application/json")
    assert seen["x-amzn-sagemaker-custom-attributes"] == "method=transform"


@pytest.mark.parametrize(
    ("of_the_object", "of_the_call", "seen"),
    [("text/csv", None, "text/csv"), ("text/csv", "application/json", "application/json"), (None, None, None)],
)
def test_the_content_type_is_the_calls_else_the_objects(cloud, endpoint, of_the_object, of_the_call, seen):
    kind = {"ContentType": of_the_object} if of_the_object else {}
    cloud.s3.put_object(Bucket=BUCKET, Key="typed", Body=b"headers", **kind)
    accepted = cloud.runtime.invoke_endpoint_async(
        EndpointName=endpoint,
        InputLocation=f"s3://{BUCKET}/typed",
        **({"ContentType": of_the_call} if of_the_call else {}),
    )
    headers = json.loads(eventually(lambda: content(cloud, accepted["OutputLocation"])))
    assert headers.get("content-type") == seen


def test_what_the_model_refuses_comes_into_the_failure_path(cloud, endpoint):
    accepted = invoke(cloud, endpoint, b"status 400")
    failure = eventually(lambda: content(cloud, accepted["FailureLocation"]))
    assert b"Received client error (400) from primary with message" in failure
    assert content(cloud, accepted["OutputLocation"]) is None


def test_a_request_that_is_not_there_or_not_for_the_role_fails(cloud, endpoint):
    for location, reason in (
        (f"s3://{BUCKET}/nothing", b"Could not find model data"),
        ("s3://elsewhere/request", b"is not authorized to perform: s3:GetObject"),
    ):
        accepted = cloud.runtime.invoke_endpoint_async(EndpointName=endpoint, InputLocation=location)
        assert reason in eventually(lambda: content(cloud, accepted["FailureLocation"]))  # noqa: B023


def test_without_the_right_to_write_there_is_neither_answer_nor_error(cloud):
    endpoint = make_endpoint(cloud, rights())
    accepted = invoke(cloud, endpoint)
    cloudwatch = cloud.client("cloudwatch")

    def failures() -> Any:
        return [
            metric
            for metric in cloudwatch.list_metrics(Namespace="AWS/SageMaker", MetricName="InvocationFailures")["Metrics"]
            if {"Name": "EndpointName", "Value": endpoint} in metric["Dimensions"]
        ]

    eventually(failures)
    assert content(cloud, accepted["OutputLocation"]) is content(cloud, accepted["FailureLocation"]) is None


def test_the_topics_are_told(cloud):
    sns, sqs = cloud.client("sns"), cloud.client("sqs")
    queue = sqs.create_queue(QueueName="told")["QueueUrl"]
    for topic in TOPICS:
        sns.create_topic(Name=topic.rsplit(":", 1)[1])
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:{ACCOUNT}:told")
    endpoint = make_endpoint(
        cloud, async_rights(), NotificationConfig=dict(zip(("SuccessTopic", "ErrorTopic"), TOPICS, strict=True))
    )

    def told() -> Any:
        messages = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", [])
        return [json.loads(json.loads(message["Body"])["Message"]) for message in messages]

    accepted = invoke(cloud, endpoint)
    (success,) = eventually(told)
    assert success["invocationStatus"] == "Completed"
    assert success["responseParameters"] == {"contentType": "text/plain", "outputLocation": accepted["OutputLocation"]}
    bucket, key = accepted["OutputLocation"].removeprefix("s3://").split("/", 1)
    assert cloud.s3.head_object(Bucket=bucket, Key=key)["ContentType"] == "text/plain"
    accepted = invoke(cloud, endpoint, b"status 500")
    messages = eventually(told)
    (failed,) = [message for message in messages if message["inferenceId"] == accepted["InferenceId"]]
    assert failed["invocationStatus"] == "Failed"
    assert "Received server error (500)" in failed["failureReason"]


def test_an_instance_is_sent_no_more_at_once_than_it_may(cloud, endpoint):
    accepted = [invoke(cloud, endpoint, b"sleep 0.3") for _ in range(3)]

    def answered() -> int:
        return sum(content(cloud, one["OutputLocation"]) is not None for one in accepted)

    eventually(lambda: answered() == 1)
    assert answered() < 3
    eventually(lambda: answered() == 3)


def test_calls_that_do_not_fit_the_endpoint_say_which_do(cloud, endpoint):
    with pytest.raises(ClientError, match="is configured for asynchronous inference: use InvokeEndpointAsync"):
        cloud.invoke(endpoint)
    with pytest.raises(ClientError, match="is configured for asynchronous inference: use InvokeEndpointAsync"):
        cloud.runtime.invoke_endpoint_with_response_stream(EndpointName=endpoint, Body=b"name")
    plain = cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("one"))))
    with pytest.raises(ClientError, match="is not configured for asynchronous inference: use InvokeEndpoint"):
        invoke(cloud, plain)
    with pytest.raises(ClientError, match="Give either InputLocation or Body"):
        cloud.runtime.invoke_endpoint_async(EndpointName=endpoint)
    with pytest.raises(ClientError, match="Body has more than 128000 bytes"):
        cloud.runtime.invoke_endpoint_async(EndpointName=endpoint, Body=b"x" * 128_001)
    with pytest.raises(ClientError, match="Endpoint nothing of account 123456789012 not found"):
        invoke(cloud, "nothing")


def test_the_caller_needs_the_right_to_it(cloud, endpoint):
    user = cloud.iam.create_user(UserName="caller")["User"]["UserName"]
    document = {"Version": "2012-10-17", "Statement": [allow("sagemaker:InvokeEndpoint", "*")]}
    cloud.iam.put_user_policy(UserName=user, PolicyName="rights", PolicyDocument=json.dumps(document))
    key = cloud.iam.create_access_key(UserName=user)["AccessKey"]
    client = cloud.client(
        "sagemaker-runtime",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    with pytest.raises(ClientError, match="is not authorized to perform: sagemaker:InvokeEndpointAsync"):
        client.invoke_endpoint_async(EndpointName=endpoint, Body=b"name")


def test_requests_of_an_endpoint_that_is_deleted_are_forgotten(cloud):
    endpoint = make_endpoint(cloud, async_rights())
    accepted = [invoke(cloud, endpoint, b"sleep 0.2") for _ in range(3)]
    cloud.sagemaker.delete_endpoint(EndpointName=endpoint)
    with pytest.raises(ClientError, match="not found"):
        invoke(cloud, endpoint)
    assert content(cloud, accepted[-1]["OutputLocation"]) is None


def test_an_empty_configuration_as_moto_keeps_it_for_a_template_without_one_is_none(cloud):
    model = cloud.make_model(scripted("one"))
    config = {
        "ProductionVariants": [{"VariantName": "A", "ModelName": model, "InstanceType": "ml.m5.large"}],
        "AsyncInferenceConfig": {},
    }
    endpoint = EndpointIdentity("churn", ACCOUNT, "us-east-1")
    fleet = make_fleet(endpoint, config, lambda _: None, cloud.url)
    assert fleet.async_config is None


@pytest.mark.parametrize(
    ("allowed", "told"),
    [(False, "was not told: AccessDenied"), (True, "was not told: NotFound")],
    ids=["a topic that is not for the role", "a topic that is not there"],
)
def test_an_answer_is_there_though_nobody_could_be_told_and_the_log_says_so(cloud, caplog, allowed, told):
    topic = f"arn:aws:sns:us-east-1:{ACCOUNT}:nowhere"
    statements = [*async_rights(), *([allow("sns:Publish", topic)] if allowed else [])]
    endpoint = make_endpoint(cloud, statements, NotificationConfig={"SuccessTopic": topic})
    accepted = invoke(cloud, endpoint)
    assert eventually(lambda: content(cloud, accepted["OutputLocation"])) == b"one"
    eventually(lambda: told in caplog.text)


def test_what_nobody_expected_is_in_the_log_and_the_next_request_is_answered(cloud, endpoint, caplog, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(AsyncStorage, "write", lambda *_: 1 / 0)
        invoke(cloud, endpoint)
        eventually(lambda: "could not be answered" in caplog.text)
    accepted = invoke(cloud, endpoint)
    assert eventually(lambda: content(cloud, accepted["OutputLocation"])) == b"one"
