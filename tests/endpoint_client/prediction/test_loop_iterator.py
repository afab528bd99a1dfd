"""An async iterable, read by a thread."""

import asyncio
from typing import Any

import pytest

from endpoint_client.prediction.loop_iterator import LoopIterator


async def numbers() -> Any:
    yield 1
    yield 2


def test_it_gives_what_the_source_gives():
    async def main():
        return await asyncio.to_thread(list, LoopIterator(numbers(), asyncio.get_running_loop()))

    assert asyncio.run(main()) == [1, 2]


def test_an_error_of_the_source_comes_through():
    async def broken():
        yield 1
        raise OSError("the file ended")

    async def main():
        iterator = LoopIterator(broken(), asyncio.get_running_loop())
        assert await asyncio.to_thread(next, iterator) == 1
        with pytest.raises(OSError, match="the file ended"):
            await asyncio.to_thread(next, iterator)

    asyncio.run(main())


def test_after_a_stop_it_has_ended():
    async def main():
        iterator = LoopIterator(numbers(), asyncio.get_running_loop())
        iterator.stop()
        assert await asyncio.to_thread(list, iterator) == []

    asyncio.run(main())


def test_a_stop_lets_a_waiting_thread_go():
    async def main():
        waited_for = asyncio.Event()

        async def silent():
            waited_for.set()
            await asyncio.Event().wait()
            yield

        iterator = LoopIterator(silent(), asyncio.get_running_loop())
        reading = asyncio.create_task(asyncio.to_thread(list, iterator))
        await waited_for.wait()
        iterator.stop()
        assert await reading == []

    asyncio.run(main())
