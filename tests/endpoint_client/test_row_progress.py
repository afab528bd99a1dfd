"""What is seen of a file that is predicted."""

import io

import pytest

from endpoint_client.row_progress import RowProgress
from tests.endpoint_client.test_live_line import Terminal


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_log_gets_a_line_every_ten_seconds_and_one_at_the_end(clock):
    stream = io.StringIO()
    progress = RowProgress(stream, total=10_000, now=clock)
    for _ in range(9):
        clock.seconds += 4
        progress.advance(1000, (clock.seconds - 100) / 40)
    progress.end()
    assert stream.getvalue().splitlines() == [
        "3,000 of 10,000 rows (30%), 250 rows/s, 0:00:28 left",
        "6,000 of 10,000 rows (60%), 250 rows/s, 0:00:16 left",
        "9,000 of 10,000 rows (90%), 250 rows/s, 0:00:04 left",
        "9,000 rows, 250 rows/s, in 0:00:36",
    ]


def test_a_terminal_shows_each_step_in_one_line(clock):
    stream = Terminal()
    progress = RowProgress(stream, now=clock)
    clock.seconds += 0.125
    progress.advance(10, None)
    clock.seconds += 0.125
    progress.advance(10, None)
    progress.stop()
    assert stream.getvalue() == "\r\x1b[2K20 rows, 80 rows/s\n"


def test_rows_of_an_earlier_run_do_not_count_as_speed(clock):
    stream = io.StringIO()
    progress = RowProgress(stream, done=1000, now=clock)
    clock.seconds += 10
    progress.advance(100, 0.5)
    assert stream.getvalue() == "1,100 rows (50%), 10 rows/s, 0:01:50 left\n"


def test_nothing_is_shown_where_nothing_is_wanted(clock, capsys):
    progress = RowProgress(None, now=clock)
    clock.seconds += 100
    progress.advance(10, 0.5)
    progress.stop()
    progress.end()
    assert capsys.readouterr() == ("", "")


def test_no_time_has_no_speed(clock):
    stream = io.StringIO()
    progress = RowProgress(stream, now=clock)
    progress.advance(10, 0.5)
    progress.end()
    assert stream.getvalue() == "10 rows, in 0:00:00\n"
