"""A line that is written anew, on a terminal and elsewhere."""

import io
import shutil

from endpoint_client.live_line import LiveLine, clock


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_the_live_line_below_those_that_stay(monkeypatch):
    stream = Terminal()
    line = LiveLine(stream)
    line.show("one")
    line.write("stays")
    line.show("two")
    line.end()
    line.end()
    assert stream.getvalue() == "\r\x1b[2Kone\r\x1b[2Kstays\none\r\x1b[2Ktwo\n"


def test_a_live_line_does_not_wrap(monkeypatch):
    monkeypatch.setattr(shutil, "get_terminal_size", lambda: type("Size", (), {"columns": 5}))
    stream = Terminal()
    LiveLine(stream).show("longer than that")
    assert stream.getvalue() == "\r\x1b[2Klong"


def test_elsewhere_only_lines_that_stay_are_written():
    stream = io.StringIO()
    line = LiveLine(stream)
    assert not line.live
    line.show("one")
    line.write("stays")
    line.end()
    assert stream.getvalue() == "stays\n"


def test_a_clock_has_hours_and_never_runs_backwards():
    assert [clock(seconds) for seconds in (-3, 0, 59.9, 60, 3725, 360_000)] == [
        *("0:00:00", "0:00:00", "0:00:59", "0:01:00", "1:02:05", "100:00:00")
    ]
