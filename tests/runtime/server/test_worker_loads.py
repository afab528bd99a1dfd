"""Workers see each other's number of connections, and only those of workers that are there."""

import doctest
import os

from sklearn_runtime.server import worker_loads as module
from sklearn_runtime.server.worker_loads import WorkerLoads


def test_what_a_forked_worker_notes_is_seen_here():
    loads = WorkerLoads(2)
    pid = os.fork()
    if pid == 0:
        loads.set(1, 12)
        os._exit(0)
    assert os.waitpid(pid, 0) == (pid, 0)
    assert loads.least_of_others(0) == 12


def test_nobody_waits_for_a_worker_that_is_not_there():
    loads = WorkerLoads(3)
    assert loads.least_of_others(0) is None
    loads.set(1, 3)
    loads.set(2, 0)
    assert loads.least_of_others(0) == 0
    loads.remove(2)
    assert loads.least_of_others(0) == 3


def test_a_worker_alone_has_no_others():
    loads = WorkerLoads(1)
    loads.set(0, 4)
    assert loads.least_of_others(0) is None


def test_the_example_in_the_docstring_runs():
    assert doctest.testmod(module).failed == 0
