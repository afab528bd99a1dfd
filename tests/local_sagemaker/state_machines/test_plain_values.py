"""What a service answers as plain JSON."""

import datetime as dt
import io
import json

from local_sagemaker.state_machines.plain_values import with_millis, with_text_times

MOMENT = dt.datetime(2026, 11, 28, 12, 0, 0, 500000, tzinfo=dt.timezone(dt.timedelta(hours=1)))
ANSWER = {
    "Time": MOMENT,
    "List": [{"Time": MOMENT}, 1, None],
    "Body": io.BytesIO(b"[1]"),
    "Blob": b"\xff",
    "ResponseMetadata": {"HTTPStatusCode": 200},
}


def test_times_are_text_or_milliseconds_wherever_they_stand() -> None:
    text = "2026-11-28T11:00:00.500Z"
    assert with_text_times({**ANSWER, "Body": 1, "Blob": 1}) == {
        "Time": text,
        "List": [{"Time": text}, 1, None],
        "Body": 1,
        "Blob": 1,
    }
    assert with_millis({"Time": MOMENT})["Time"] == int(MOMENT.timestamp() * 1000)


def test_bytes_and_streams_become_text() -> None:
    plain = with_text_times(ANSWER)
    assert plain["Body"] == "[1]"
    assert json.dumps(plain)
