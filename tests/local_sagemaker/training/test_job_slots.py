"""As many jobs run as there are places; the others wait in the order they came."""

import functools
import threading
import time

from local_sagemaker.training.job_slots import JobSlots, usable_cores
from tests.local_sagemaker.cloud import eventually


def never():
    return False


def test_a_free_place_is_taken_without_waiting():
    slots, waited = JobSlots(1), []
    assert slots.acquire(never, lambda: waited.append(1))
    assert waited == []


def test_those_who_wait_are_served_in_the_order_they_came():
    slots = JobSlots(1)
    slots.acquire(never, lambda: None)
    waiting, served = [], []

    def take(name):
        slots.acquire(never, lambda: waiting.append(name))
        served.append(name)
        slots.release()

    threads = []
    for name in ("first", "second", "third"):
        threads.append(threading.Thread(target=take, args=(name,)))
        threads[-1].start()
        eventually(functools.partial(waiting.count, name))
    assert served == []
    slots.release()
    for thread in threads:
        thread.join(5)
    assert served == ["first", "second", "third"]


def test_who_gives_up_waits_no_longer_and_takes_no_place():
    slots = JobSlots(1)
    slots.acquire(never, lambda: None)
    given_up, waiting, result = threading.Event(), threading.Event(), []
    thread = threading.Thread(target=lambda: result.append(slots.acquire(given_up.is_set, waiting.set)))
    thread.start()
    assert waiting.wait(5)
    time.sleep(0.05)
    assert thread.is_alive()
    given_up.set()
    slots.look_again()
    thread.join(5)
    assert result == [False]
    slots.release()
    assert slots.acquire(never, lambda: None)


def test_the_cores_that_this_process_may_use_are_counted():
    assert usable_cores() >= 1
