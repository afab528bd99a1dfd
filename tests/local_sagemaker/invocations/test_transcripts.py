"""What is kept of an answer: enough to compare it, and all of it where that has an end."""

import pytest

from local_sagemaker.containers.container_client import ContainerResponse
from local_sagemaker.invocations.transcripts import Transcript

HEADERS = {"content-type": "text/csv"}


def transcript(*parts: bytes, status: int = 200, most: int = 10) -> Transcript:
    made = Transcript(status, HEADERS, most)
    for part in parts:
        made.add(part)
    return made


@pytest.mark.parametrize("parts", [(), (b"12345", b"67890")])
def test_an_answer_that_is_not_too_long_is_kept(parts):
    assert transcript(*parts).response == ContainerResponse(200, HEADERS, b"".join(parts))


def test_one_that_is_too_long_is_not_kept_at_all():
    assert transcript(b"1234567890", b"1", b"2").response is None


def test_answers_differ_by_status_and_body_however_they_were_cut():
    one = transcript(b"1", b"2", most=0)
    assert not one.differs_from(transcript(b"12"))
    assert not one.differs_from(Transcript.of(ContainerResponse(200, {}, b"12")))
    assert one.differs_from(transcript(b"12", status=201))
    assert one.differs_from(transcript(b"13"))
