"""The messages are ones that botocore's own parser reads."""

import json

import pytest
from botocore.eventstream import EventStreamBuffer

from local_sagemaker.invocations.event_messages import model_stream_error, payload_part


def messages(content: bytes):
    buffer = EventStreamBuffer()
    buffer.add_data(content)
    return [message.to_response_dict() for message in buffer]


@pytest.mark.parametrize("size", [1, 255, 65_536])
def test_a_part_is_an_event(size):
    part = bytes(index % 256 for index in range(size))
    first, second = messages(payload_part(part) + payload_part(b"2"))
    assert (first["status_code"], first["body"], second["body"]) == (200, part, b"2")
    headers = {":message-type": "event", ":event-type": "PayloadPart", ":content-type": "application/octet-stream"}
    assert first["headers"] == second["headers"] == headers


def test_an_error_is_an_exception():
    (message,) = messages(model_stream_error("StreamBroken", "It broke: häufig."))
    assert message["status_code"] == 400
    assert message["headers"][":message-type"] == "exception"
    assert message["headers"][":exception-type"] == "ModelStreamError"
    assert json.loads(message["body"]) == {"ErrorCode": "StreamBroken", "Message": "It broke: häufig."}
