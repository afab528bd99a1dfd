"""Every example in a docstring of the client runs."""

import doctest
import importlib
import pkgutil

import pytest

import endpoint_client

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(endpoint_client.__path__, "endpoint_client.")
    if not module.name.endswith(".__main__")
)


@pytest.mark.parametrize("name", MODULES)
def test_its_examples_run(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder()
    found = [test for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples]
    assert len(found) > 20
