"""A response becomes events that botocore's own parser reads."""

import pytest
from botocore.eventstream import EventStreamBuffer

from local_sagemaker.invocations.invocation_errors import Answer
from local_sagemaker.invocations.response_streams import streamed


def events(content: bytes):
    buffer = EventStreamBuffer()
    buffer.add_data(content)
    return [event.to_response_dict() for event in buffer]


@pytest.mark.parametrize("size", [0, 1, 65_536, 65_537, 200_000])
def test_the_parts_are_the_body(size):
    body = bytes(range(256)) * (size // 256) + bytes(size % 256)
    found = events(streamed(Answer(200, {}, body)).body)
    assert b"".join(event["body"] for event in found) == body
    assert all(0 < len(event["body"]) <= 65_536 for event in found)
    headers = {":message-type": "event", ":event-type": "PayloadPart", ":content-type": "application/octet-stream"}
    assert all(event["headers"] == headers for event in found)


def test_the_models_content_type_moves_to_a_header_of_its_own():
    answer = streamed(Answer(200, {"Content-Type": "text/csv", "Other": "kept"}, b"1"))
    assert answer.headers == {
        "Content-Type": "application/vnd.amazon.eventstream",
        "X-Amzn-SageMaker-Content-Type": "text/csv",
        "Other": "kept",
    }
