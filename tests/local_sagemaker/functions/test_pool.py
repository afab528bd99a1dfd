"""A pool lends nothing more once its function is gone, not even to who waits already."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from local_sagemaker.functions import pool
from local_sagemaker.functions.outcomes import FunctionGoneError
from local_sagemaker.functions.pool import FunctionPool


class Environment:
    """Can be lent, and counts how often it was ended."""

    usable = True
    stops = 0

    def stop(self):
        self.stops += 1


def test_who_waits_when_the_function_goes_is_told(monkeypatch):
    monkeypatch.setattr(pool, "MOST_PROCESSES", 1)
    environment: Any = Environment()
    lender = FunctionPool(SimpleNamespace(function_name="gone"), lambda _: environment)
    told = []

    def wait():
        with pytest.raises(FunctionGoneError, match="function gone was deleted before the call began") as error:
            lender.lend(None).__enter__()
        told.append(error.value)

    waiting = threading.Thread(target=wait)
    with lender.lend(None):
        waiting.start()
        lender.end()
        waiting.join()
    assert told
    assert environment.stops == 1
