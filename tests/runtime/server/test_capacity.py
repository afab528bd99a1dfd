"""Workers are as many as vCPUs and memory have room for."""

import doctest
import os

import pytest

from sklearn_runtime.server import capacity as module
from sklearn_runtime.server.capacity import memory_limit, resident_bytes, worker_count

GIB = 2**30


@pytest.mark.parametrize(
    ("requested", "cpus", "process", "memory", "workers"),
    [
        (None, 4, GIB, 100 * GIB, 4),
        (2, 4, GIB, 100 * GIB, 2),
        (8, 4, GIB, 100 * GIB, 8),
        (None, 4, GIB, 3 * GIB, 2),
        (8, 4, GIB, 3 * GIB, 2),
        (None, 4, 3 * GIB, 3 * GIB, 1),
        (None, 1, 0, GIB, 1),
    ],
)
def test_the_number_of_workers(requested, cpus, process, memory, workers):
    assert worker_count(requested, cpus, process, memory) == workers


def test_the_container_s_limit_counts_where_there_is_one(tmp_path):
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for name, text in (("limit", "1048576\n"), ("none", "max\n"), ("huge", "9223372036854771712\n")):
        (tmp_path / name).write_text(text)
    assert memory_limit((str(tmp_path / "absent"), str(tmp_path / "limit"))) == 1048576
    assert memory_limit((str(tmp_path / "none"), str(tmp_path / "huge"))) == physical
    assert 0 < memory_limit() <= physical


def test_this_process_has_a_size():
    before = resident_bytes()
    ballast = b"x" * 50_000_000
    assert resident_bytes() - before > 0.9 * len(ballast)


def test_the_example_in_the_docstring_runs():
    assert doctest.testmod(module).failed == 0
