"""The predictor on asyncio: over real HTTP, many at once, cancelled, closed under way, from several loops."""

import asyncio
import contextvars
import doctest
import inspect
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import numpy as np
import pytest

from endpoint_client import (
    AsyncioPredictor,
    ConfigurationError,
    EndpointNotFound,
    InputRejected,
    InvalidInput,
    PayloadTooLarge,
    Predictor,
)
from endpoint_client.prediction import asyncio_predictor
from endpoint_client.prediction.request_options import RequestOptions
from tests.endpoint_client.conftest import Answer

SECONDS = 30.0
"""More than anything here takes: a test that waits so long has failed."""


def ours() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name.startswith("endpoint-client")}


@pytest.fixture(autouse=True)
def _leaves_no_thread():
    before = ours()
    yield
    assert ours() <= before


class Held:
    """A container that lets a test see how many requests are under way, and holds them until it says so."""

    def __init__(self, endpoint: Any) -> None:
        self._serve = endpoint.container
        self.release = threading.Event()
        self.begun = threading.Semaphore(0)
        endpoint.container = self

    def __call__(self, request: Any) -> Answer:
        self.begun.release()
        assert self.release.wait(SECONDS)
        answer: Answer = self._serve(request)
        return answer

    async def have_begun(self, count: int) -> None:
        for _ in range(count):
            assert await asyncio.to_thread(self.begun.acquire, timeout=SECONDS)


def test_every_method_gives_what_the_model_gives(endpoint, features):
    async def main():
        async with AsyncioPredictor("ep") as predictor:
            assert (predictor.endpoint_name, predictor.region) == ("ep", "us-east-1")
            np.testing.assert_array_equal(await predictor.predict(features), endpoint.model.predict(features))
            for method in ("predict_proba", "predict_log_proba", "decision_function"):
                expected = getattr(endpoint.model, method)(features)
                np.testing.assert_array_equal(await getattr(predictor, method)(features), expected)
            for method in ("score_samples", "transform"):
                with pytest.raises(InputRejected, match=method):
                    await getattr(predictor, method)(features)
            raw = await predictor.predict(features[:1], raw=True, accept="text/csv", method="predict")
            assert raw.body.decode().strip() == str(endpoint.model.predict(features[:1])[0])

    asyncio.run(main())


def test_hundreds_of_calls_are_in_flight_together(endpoint, features):
    at_once, rounds = 100, 3
    # Nobody goes on before as many are there: fewer in flight, and it breaks.
    together = threading.Barrier(at_once, timeout=SECONDS)
    serve = endpoint.container

    def container(request):
        together.wait()
        return serve(request)

    endpoint.container = container

    async def main():
        async with AsyncioPredictor("ep", max_connections=at_once, max_attempts=1) as predictor:
            return await asyncio.gather(*(predictor.predict(features[:5]) for _ in range(at_once * rounds)))

    answers = asyncio.run(main())
    assert len(answers) == at_once * rounds
    np.testing.assert_array_equal(np.unique(answers, axis=0), [endpoint.model.predict(features[:5])])


def test_no_more_are_in_flight_than_max_connections(endpoint, features):
    held = Held(endpoint)

    async def main():
        async with AsyncioPredictor("ep", max_connections=3) as predictor:
            calls = [asyncio.create_task(predictor.predict(features)) for _ in range(10)]
            await held.have_begun(3)
            assert len(endpoint.requests) == 3
            held.release.set()
            await asyncio.gather(*calls)

    asyncio.run(main())
    assert len(endpoint.requests) == 10


def test_connecting_leaves_the_loop_free(endpoint, features):
    may_connect = threading.Event()

    class Session(boto3.Session):
        def client(self, *arguments: Any, **options: Any) -> Any:
            assert may_connect.wait(SECONDS), "the loop was blocked"
            return super().client(*arguments, **options)

    async def main():
        predictor = AsyncioPredictor("ep", session=Session())
        with pytest.raises(ConfigurationError, match=r'is not connected yet: use "async with", or await connect\(\)'):
            predictor.region  # noqa: B018
        calls = [asyncio.create_task(predictor.predict(features)) for _ in range(3)]
        await asyncio.sleep(0)
        may_connect.set()
        await asyncio.gather(*calls)
        assert predictor.endpoint_name == "ep"
        await predictor.close()

    asyncio.run(main())


@pytest.mark.parametrize("limit", ["cancel", "timeout"])
def test_a_call_that_is_cancelled_ends_at_once_and_its_request_later(endpoint, features, limit):
    held = Held(endpoint)

    async def main():
        async with AsyncioPredictor("ep", max_connections=1) as predictor:
            call = asyncio.create_task(predictor.predict(features))
            await held.have_begun(1)
            waiting = asyncio.create_task(predictor.predict(features))
            await asyncio.sleep(0)
            if limit == "cancel":
                call.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await call
            else:
                with pytest.raises(asyncio.TimeoutError):
                    await asyncio.wait_for(call, timeout=0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            # The thread is taken until the answer is there, and then serves the next.
            following = asyncio.create_task(predictor.predict(features))
            await asyncio.sleep(0)
            held.release.set()
            np.testing.assert_array_equal(await following, endpoint.model.predict(features))

    asyncio.run(main())
    assert len(endpoint.requests) == 2, "a call that waited for a thread was sent, though it was cancelled"


def test_an_input_that_is_cut_is_not_sent_any_further_after_a_cancellation(endpoint, features):
    held = Held(endpoint)

    async def main():
        async with AsyncioPredictor("ep", max_rows=1) as predictor:
            call = asyncio.create_task(predictor.predict(features))
            await held.have_begun(1)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            held.release.set()

    asyncio.run(main())
    assert len(endpoint.requests) == 1


def test_progress_is_told_in_the_loop(endpoint, features):
    told = []

    async def main():
        def progress(done, count):
            asyncio.get_running_loop()
            told.append((done, count))

        async with AsyncioPredictor("ep", max_rows=20) as predictor:
            await predictor.predict(features, progress=progress)
            assert told == [(20, 50), (40, 50), (50, 50)]

    asyncio.run(main())


def test_closing_waits_for_what_is_on_its_way_and_refuses_what_comes_after(endpoint, features):
    held = Held(endpoint)

    async def main():
        predictor = await AsyncioPredictor("ep", max_connections=2).connect()
        calls = [asyncio.create_task(predictor.predict(features)) for _ in range(3)]
        await held.have_begun(2)
        closing = asyncio.create_task(predictor.close())
        await asyncio.sleep(0)
        with pytest.raises(ConfigurationError, match=r"^AsyncioPredictor\('ep', max_connections=2\) is closed: make"):
            await predictor.predict(features)
        assert not closing.done()
        held.release.set()
        await closing
        assert not ours()
        for answer in await asyncio.gather(*calls):
            np.testing.assert_array_equal(answer, endpoint.model.predict(features))
        await predictor.close()

    asyncio.run(main())


def test_it_may_be_closed_before_it_was_connected():
    asyncio.run(AsyncioPredictor("ep").close())


def test_several_loops_in_several_threads_share_it(endpoint, features):
    loops, together = 4, threading.Barrier(4, timeout=SECONDS)
    serve = endpoint.container

    def container(request):
        together.wait()
        return serve(request)

    endpoint.container = container
    predictor = AsyncioPredictor("ep", max_attempts=1)
    with ThreadPoolExecutor(loops) as threads:
        answers = list(threads.map(lambda _: asyncio.run(predictor.predict(features)), range(loops)))
    np.testing.assert_array_equal(answers, [endpoint.model.predict(features)] * loops)
    asyncio.run(predictor.close())


def test_context_variables_of_the_caller_are_seen_below(endpoint, features):
    who: contextvars.ContextVar[str] = contextvars.ContextVar("who")
    seen = []
    session = boto3.Session()
    session.events.register("before-call.sagemaker-runtime.InvokeEndpoint", lambda **_: seen.append(who.get()))

    async def call(predictor, name):
        who.set(name)
        await predictor.predict(features)

    async def main():
        async with AsyncioPredictor("ep", session=session) as predictor:
            await asyncio.gather(*(call(predictor, name) for name in "abc"))

    asyncio.run(main())
    assert sorted(seen) == ["a", "b", "c"]


def test_an_errors_traceback_shows_the_await_and_the_place(endpoint, features):
    async def caller():
        async with AsyncioPredictor("churn") as predictor:
            await predictor.predict(features)  # the line that is looked for

    with pytest.raises(EndpointNotFound, match="'churn' does not exist in us-east-1") as caught:
        asyncio.run(caller())
    text = "".join(traceback.format_exception(caught.value))
    assert "await predictor.predict(features)  # the line that is looked for" in text
    assert "predictor.py" in text
    assert "An error occurred (ValidationError)" in text


def test_an_error_at_connecting_leaves_nothing_behind(endpoint, monkeypatch):
    async def main():
        async with AsyncioPredictor("not a name"):
            raise AssertionError

    with pytest.raises(ConfigurationError, match="'not a name' is not an endpoint name"):
        asyncio.run(main())

    async def later():
        predictor = AsyncioPredictor("ep")
        monkeypatch.delenv("AWS_DEFAULT_REGION")
        with pytest.raises(ConfigurationError, match="no AWS region"):
            await predictor.connect()
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        # What failed is tried again, not remembered.
        await predictor.connect()
        await predictor.close()

    asyncio.run(later())


@pytest.mark.parametrize("connections", [0, -1, 1001])
def test_a_number_of_connections_out_of_range_is_refused(connections):
    with pytest.raises(ConfigurationError, match=f"max_connections={connections} is not from 1 to 1000"):
        AsyncioPredictor("ep", max_connections=connections)


def tables(features):
    return [features[start : start + 10] for start in range(0, 50, 10)]


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("kind", ["iterable", "async"])
def test_tables_come_one_by_one(endpoint, features, workers, kind):
    async def given():
        for table in tables(features):
            await asyncio.sleep(0)
            yield table

    async def main():
        source = given() if kind == "async" else iter(tables(features))
        async with AsyncioPredictor("ep", max_concurrency=workers) as predictor:
            return [labels async for labels in predictor.predict_batches(source, method="predict")]

    answers = asyncio.run(main())
    np.testing.assert_array_equal(np.concatenate(answers), endpoint.model.predict(features))
    assert len(answers) == 5


@pytest.mark.parametrize("kind", ["iterable", "async"])
def test_who_stops_reading_stops_the_sending(endpoint, features, kind):
    async def given():
        for table in tables(features):
            yield table

    async def main():
        async with AsyncioPredictor("ep") as predictor:
            source = given() if kind == "async" else tables(features)
            async for labels in predictor.predict_batches(source):
                assert len(labels) == 10
                break

    asyncio.run(main())
    assert len(endpoint.requests) == 1


def test_a_source_that_gives_nothing_more_holds_nobody(endpoint, features):
    async def main():
        silent = asyncio.Event()

        async def given():
            yield features
            await silent.wait()

        async def reads(predictor, first):
            async for labels in predictor.predict_batches(given()):
                first.set_result(labels)

        async with AsyncioPredictor("ep") as predictor:
            first = asyncio.get_running_loop().create_future()
            reading = asyncio.create_task(reads(predictor, first))
            await first
            await asyncio.sleep(0)
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading

    asyncio.run(main())


def test_an_error_of_a_table_comes_after_the_results_before(endpoint, features):
    async def main():
        async with AsyncioPredictor("ep") as predictor:
            answers = predictor.predict_batches([features, features[:, :2]])
            assert len(await anext(answers)) == 50
            with pytest.raises(InputRejected):
                await anext(answers)

    asyncio.run(main())


def test_an_iteration_that_was_never_begun_or_outlives_the_predictor_ends(endpoint, features):
    async def main():
        predictor = AsyncioPredictor("ep")
        await predictor.predict_batches(tables(features)).aclose()
        begun = predictor.predict_batches(tables(features))
        await anext(begun)
        await predictor.close()
        await begun.aclose()
        with pytest.raises(ConfigurationError, match="is closed"):
            await anext(predictor.predict_batches(tables(features)))

    asyncio.run(main())


def test_results_come_as_a_stream(endpoint, features):
    async def main():
        async with AsyncioPredictor("ep") as predictor:
            return [piece async for piece in predictor.predict_stream(features, method="predict_proba")]

    pieces = asyncio.run(main())
    assert len(pieces) > 5
    np.testing.assert_array_equal(np.concatenate(pieces), endpoint.model.predict_proba(features))


def test_what_cannot_be_streamed_is_told_at_the_first_step(endpoint):
    async def main():
        async with AsyncioPredictor("ep") as predictor:
            with pytest.raises(InvalidInput, match="give at least one row"):
                await anext(predictor.predict_stream([]))

    asyncio.run(main())
    assert not endpoint.requests


def test_what_cannot_go_in_one_request_is_refused_here_too(endpoint):
    async def main():
        async with AsyncioPredictor("ep", max_payload_bytes=100) as predictor:
            with pytest.raises(PayloadTooLarge):
                await predictor.predict(np.zeros((50, 4)), raw=True)

    asyncio.run(main())


def test_the_keywords_are_the_predictors():
    def keywords(call):
        parameters = inspect.signature(call).parameters.values()
        return [one.name for one in parameters if one.kind == one.KEYWORD_ONLY]

    assert [*RequestOptions.__annotations__] == [*inspect.signature(Predictor._options).parameters][1:]
    assert keywords(AsyncioPredictor.predict_async) == keywords(Predictor.predict_async)
    assert keywords(AsyncioPredictor.predict) == keywords(Predictor.predict)


def test_the_examples_in_the_docstrings_run():
    done = doctest.testmod(asyncio_predictor)
    assert done.attempted > 0
    assert done.failed == 0
