"""The examples in the docstrings say what the code does."""

import doctest
import importlib
import pkgutil

from local_sagemaker import dashboards


def test_every_example_is_true():
    failed = attempted = 0
    for module in pkgutil.walk_packages(dashboards.__path__, "local_sagemaker.dashboards."):
        result = doctest.testmod(importlib.import_module(module.name))
        failed += result.failed
        attempted += result.attempted
    assert (failed, attempted > 30) == (0, True)
