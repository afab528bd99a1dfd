"""Asynchronous predictions against the local cloud: a real container, requests and answers in its S3."""

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from botocore.exceptions import ClientError
from sklearn.linear_model import LogisticRegression

from endpoint_client import (
    AccessDenied,
    AsyncioPredictor,
    AsyncioResult,
    AsyncResult,
    ConfigurationError,
    EndpointNotFound,
    EndpointTimeout,
    InputRejected,
    InvalidInput,
    ModelError,
    PayloadTooLarge,
    Predictor,
    ServiceError,
)
from endpoint_client.transport.service_errors import from_failure
from sklearn_runtime import codecs
from tests.local_sagemaker.cloud import BUCKET, Cloud, allow, rights, running_cloud, with_runtime

INPUT = f"s3://{BUCKET}/input/"


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        yield cloud


@pytest.fixture(scope="module")
def fitted() -> LogisticRegression:
    features = np.random.default_rng(0).normal(size=(200, 4))
    return LogisticRegression().fit(features, (features.sum(axis=1) > 0).astype(int))


@pytest.fixture(scope="module")
def endpoint_name(cloud: Cloud, fitted: LogisticRegression) -> str:
    """The real runtime with a real model, asynchronous."""
    objects = [f"arn:aws:s3:::{BUCKET}/output/*", f"arn:aws:s3:::{BUCKET}/failure/*"]
    role = cloud.make_role([*rights(), allow("s3:PutObject", objects)])
    model = cloud.make_model(with_runtime(fitted), ExecutionRoleArn=role)
    output = {"S3OutputPath": f"s3://{BUCKET}/output/", "S3FailurePath": f"s3://{BUCKET}/failure/"}
    return cloud.make_endpoint(cloud.make_config(model, config={"AsyncInferenceConfig": {"OutputConfig": output}}))


@pytest.fixture
def predictor(cloud: Cloud, endpoint_name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Predictor]:
    settings = {
        "AWS_ENDPOINT_URL": cloud.url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with Predictor(endpoint_name) as client:
        yield client


@pytest.fixture
def features() -> Any:
    return np.random.default_rng(1).normal(size=(50, 4))


@pytest.mark.parametrize("content_type", [None, "application/json", "text/csv"])
def test_a_result_is_the_models(predictor, fitted, features, content_type):
    result = predictor.predict_async(features, input_path=INPUT, method="predict_proba", content_type=content_type)
    assert isinstance(result, AsyncResult)
    assert result.endpoint_name == predictor.endpoint_name
    assert result.inference_id in repr(result)
    np.testing.assert_array_equal(result.result(60), fitted.predict_proba(features))
    assert result.done()
    assert result.raw().content_type == "application/x-npy"


def test_a_short_request_needs_no_place_in_s3(cloud, predictor, fitted, features):
    before = cloud.s3.list_objects_v2(Bucket=BUCKET, Prefix="input/").get("KeyCount")
    np.testing.assert_array_equal(predictor.predict_async(features).result(60), fitted.predict(features))
    assert cloud.s3.list_objects_v2(Bucket=BUCKET, Prefix="input/").get("KeyCount") == before


def test_a_request_may_lie_in_s3_already(cloud, predictor, fitted, features):
    location = cloud.put(b"0,0,0,9\n0,0,0,-9\n", "input/rows.csv")
    result = predictor.predict_async(location, content_type="text/csv", timeout=60.5)
    np.testing.assert_array_equal(
        result.wait(60, poll_interval=0.05).result(), fitted.predict([[0, 0, 0, 9], [0, 0, 0, -9]])
    )


def test_bytes_are_sent_as_they_are(predictor, fitted):
    answer = predictor.predict_async(b"[[0, 0, 0, 9]]", accept="application/json").raw(60)
    assert answer.body == b"[1]"


def test_on_asyncio_many_answers_are_awaited_together(predictor, fitted, features):
    async def main():
        async with AsyncioPredictor(predictor.endpoint_name, max_connections=4) as face:
            # All at once, so that the first of them make the client of S3 in several threads.
            accepted = await asyncio.gather(*(face.predict_async(features[:n], input_path=INPUT) for n in range(1, 9)))
        # They outlive it.
        assert (
            repr(accepted[0])
            == f"AsyncioResult({predictor.endpoint_name!r}, inference_id={accepted[0].inference_id!r})"
        )
        return accepted, await asyncio.gather(*accepted)

    accepted, answers = asyncio.run(main())
    for count, (one, labels) in enumerate(zip(accepted, answers, strict=True), 1):
        np.testing.assert_array_equal(labels, fitted.predict(features[:count]))
        assert one.output_location.startswith(f"s3://{BUCKET}/output/")
        assert one.failure_location.startswith(f"s3://{BUCKET}/failure/")
        assert one.endpoint_name == predictor.endpoint_name


def test_on_asyncio_an_answer_is_waited_for_in_any_way(predictor, fitted, features):
    async def main():
        async with AsyncioPredictor(predictor.endpoint_name) as face:
            result = await face.predict_async(features, accept="application/json", method="predict")
            assert await result.wait(60, poll_interval=0.01) is result
            assert await result.done()
            assert (await result.raw()).content_type == "application/json"
            np.testing.assert_array_equal(await result.result(), fitted.predict(features))
            never = AsyncioResult(_never(predictor.predict_async(features)))
            with pytest.raises(EndpointTimeout, match="has not answered request"):
                await never.result(timeout=0)
            with pytest.raises(InputRejected):
                await (await face.predict_async([[1.0]]))

    asyncio.run(main())


def test_on_asyncio_the_loop_is_free_between_two_looks(cloud, predictor, features):
    accepted = AsyncioResult(_never(predictor.predict_async(features)))

    async def main():
        waiting = asyncio.create_task(accepted.result(60))
        for _ in range(3):
            assert not await accepted.done()
        cloud.put(codecs.encode_npy(np.array([7])), accepted.output_location.removeprefix(f"s3://{BUCKET}/"))
        return await waiting

    np.testing.assert_array_equal(asyncio.run(main()), [7])


def test_what_the_model_refuses_is_a_typed_error_with_row_and_column(predictor):
    rows = [[1.0, 2.0, 3.0, 4.0], [1.0, 2.0, "high", 4.0]]
    result = predictor.predict_async(rows, content_type="application/json")
    with pytest.raises(InputRejected) as caught:
        result.result(60)
    assert (caught.value.status, caught.value.row, caught.value.column) == (400, 1, 2)
    assert "high" in caught.value.message


def test_waiting_ends_and_the_request_goes_on(predictor, features):
    result = predictor.predict_async(features)
    with pytest.raises(EndpointTimeout, match=re.escape(result.output_location)):
        AsyncResult.wait(_never(result), timeout=0.05, poll_interval=0.01)
    assert result.wait(60) is result


def _never(result: AsyncResult) -> Any:
    """The same request, whose answer is looked for where none comes."""
    return AsyncResult(
        result._storage,
        endpoint_name=result.endpoint_name,
        inference_id=result.inference_id,
        output_location=result.output_location + "x",
        failure_location="",
        content_type="application/x-npy",
    )


def test_an_answer_that_one_may_not_read_says_which_rights_it_takes(predictor, features):
    result = _never(predictor.predict_async(features))

    class Refusing:
        def get_object(self, **_: Any) -> Any:
            facts = {"Error": {"Code": "AccessDenied", "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
            raise ClientError(facts, "GetObject")  # type: ignore[arg-type]

    result._storage = Refusing()  # moto lets everybody read
    with pytest.raises(AccessDenied, match="s3:ListBucket on its prefix"):
        result.done()


def test_input_that_cannot_go_says_how_it_can(predictor, features):
    with pytest.raises(PayloadTooLarge, match="holds at most 128,000: name an input_path, the stack's output"):
        predictor.predict_async(np.zeros((5000, 4)))
    with pytest.raises(ConfigurationError, match="input_path='here' is no S3 URI, for example 's3://bucket/input/'"):
        predictor.predict_async(features, input_path="here")
    with pytest.raises(InvalidInput, match="'rows' is no request: give rows, or an s3:// URI with its content_type"):
        predictor.predict_async("rows")
    with pytest.raises(InvalidInput, match="give rows, or an s3:// URI with its content_type"):
        predictor.predict_async("s3://bucket/rows.csv")


def test_a_bucket_that_is_not_there_and_an_endpoint_that_is_not(predictor, features):
    with pytest.raises(ServiceError, match=r"s3://nothing/.*: The specified bucket does not exist"):
        predictor.predict_async(features, input_path="s3://nothing/")
    with Predictor("nothing") as other, pytest.raises(EndpointNotFound, match="endpoint 'nothing' does not exist"):
        other.predict_async(features)


def test_a_failure_without_a_reason_of_ours_is_given_as_it_is():
    page = b'Received server error (500) from primary with message "<h1>no</h1>". See https://x in account 1 for more.'
    error = from_failure(page, endpoint_name="ep")
    assert type(error) is ModelError
    assert (error.status, error.message) == (500, "<h1>no</h1>")
    assert from_failure(b"", endpoint_name="ep").message == "endpoint 'ep' wrote an empty error"
    assert from_failure(b"anything", endpoint_name="ep").message == "anything"
