"""What is seen of a training job, on a terminal and elsewhere."""

import io
from datetime import datetime, timedelta, timezone

import pytest

from endpoint_client.training.logs import LogLine
from endpoint_client.training.progress import Progress

CREATED = datetime(2026, 11, 23, 8, 15, tzinfo=timezone.utc)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def description(*transitions: tuple[str, str, float]):
    return {
        "CreationTime": CREATED,
        "SecondaryStatusTransitions": [
            {"Status": status, "StatusMessage": message, "StartTime": CREATED + timedelta(seconds=seconds)}
            for status, message, seconds in transitions
        ],
    }


def test_without_a_terminal_each_change_is_one_line_with_its_time():
    stream = io.StringIO()
    progress = Progress(stream)
    assert progress.describe(description(("Starting", "Starting the training job", 0)))
    assert not progress.describe(description(("Starting", "Starting the training job", 0)))
    assert progress.describe(description(("Starting", "Preparing\n the instances", 0)))
    progress.describe(
        description(("Starting", "Preparing\n the instances", 0), ("Downloading", "", 72.9), ("Training", "on", 3725))
    )
    progress.line("epoch 1")
    progress.tick()
    progress.close()
    assert stream.getvalue().splitlines() == [
        "0:00:00 Starting: Starting the training job",
        "0:00:00 Starting: Preparing the instances",
        "0:01:12 Downloading",
        "1:02:05 Training: on",
        "epoch 1",
    ]


def test_lines_stand_before_the_phase_that_came_after_them():
    stream = io.StringIO()
    start = int(CREATED.timestamp() * 1000)
    lines = [
        LogLine(milliseconds=start + 5000, stream="churn-1/algo-1-1", text="one"),
        LogLine(milliseconds=start + 15000, stream="churn-1/algo-1-1", text="two"),
    ]
    described = {**description(("Training", "", 0), ("Uploading", "", 10)), "ResourceConfig": {"InstanceCount": 2}}
    Progress(stream).describe(described, lines)  # type: ignore[arg-type]
    assert stream.getvalue().splitlines() == ["0:00:00 Training", "algo-1: one", "0:00:10 Uploading", "algo-1: two"]


def test_a_phase_is_written_once():
    stream = io.StringIO()
    progress = Progress(stream)
    for _ in range(3):
        progress.phase("Update endpoint")
    assert stream.getvalue() == "0:00:00 Update endpoint\n"


def test_a_terminal_has_one_live_line_below_the_log(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    stream = Terminal()
    progress = Progress(stream)
    progress.phase("Training", "a message that is much longer than the line")
    live = "0:00:00 Training: a message that is muc"
    assert stream.getvalue() == f"\r\x1b[2K{live}"
    progress.line("epoch 1")
    assert stream.getvalue().endswith(f"\r\x1b[2Kepoch 1\n{live}")
    progress.tick()
    progress.close()
    progress.close()
    assert stream.getvalue().endswith(f"\r\x1b[2K{live}\n")
    assert shown(stream.getvalue()) == ["epoch 1", live]


def test_the_time_goes_on_while_nothing_changes():
    stream = Terminal()
    progress = Progress(stream)
    old = CREATED.replace(year=2020)
    progress.describe({"CreationTime": old, "SecondaryStatusTransitions": []})  # type: ignore[typeddict-item]
    progress.tick()
    assert stream.getvalue() == ""
    progress.phase("Training")
    assert "0:00:00" not in stream.getvalue()


def test_stderr_is_where_it_goes(capsys: pytest.CaptureFixture[str]):
    Progress().phase("Training")
    assert capsys.readouterr() == ("", "0:00:00 Training\n")


def shown(text: str) -> list[str]:
    """Give the lines as a terminal shows them in the end."""
    return [line.rpartition("\x1b[2K")[2] for line in text.removesuffix("\n").split("\n")]
