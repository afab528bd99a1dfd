"""The exceptions' own behaviour: hierarchy as printed, texts, copies in other processes."""

import pickle
import re

import pytest

from endpoint_client import exceptions
from endpoint_client.exceptions import EndpointClientError, ModelError, PayloadTooLarge, ServiceError

CLASSES = sorted(
    (value for value in vars(exceptions).values() if isinstance(value, type) and issubclass(value, Exception)),
    key=lambda one: one.__name__,
)


def test_the_tree_in_the_docstring_is_the_hierarchy():
    parents: list[str] = []
    drawn = {}
    for line in exceptions.__doc__.splitlines():
        match = re.match(r"    ((?:[│ ] {3})*)(?:[├└]── )?(\w+)", line)
        if match and hasattr(exceptions, match[2]):
            depth = len(match[1]) // 4 + ("── " in line)
            parents[depth:] = [match[2]]
            drawn[match[2]] = parents[depth - 1] if depth else "Exception"
    assert drawn == {one.__name__: one.__bases__[0].__name__ for one in CLASSES}


@pytest.mark.parametrize("kind", CLASSES, ids=lambda one: one.__name__)
def test_an_exception_survives_the_way_to_another_process(kind):
    copy = pickle.loads(pickle.dumps(kind("reason")))
    assert type(copy) is kind
    assert str(copy) == "reason"
    assert isinstance(copy, EndpointClientError)


def test_a_copy_keeps_what_is_known():
    error = ModelError("bad", status=400, request_id="r", row=3, column=1, log_stream="arn")
    copy = pickle.loads(pickle.dumps(error))
    assert vars(copy) == vars(error)
    assert str(copy) == "bad (status 400, request id r); log stream arn"


def test_a_text_names_only_what_is_known():
    assert str(ServiceError("no")) == "no"
    assert str(ServiceError("no", status=400)) == "no (status 400)"
    assert str(ServiceError("no", request_id="r")) == "no (request id r)"
    assert str(PayloadTooLarge("big", size=2, limit=1)) == "big"
