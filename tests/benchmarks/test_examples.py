"""The examples in the docstrings run."""

import doctest
import importlib

import pytest


@pytest.mark.parametrize(
    "name", ["cpu_time", "machine", "protocol", "rounds", "server_process", "tables", "workload", "wrk"]
)
def test_the_examples_of_a_module_hold(name):
    results = doctest.testmod(importlib.import_module(f"benchmarks.serving.{name}"))
    assert results.attempted
    assert not results.failed
