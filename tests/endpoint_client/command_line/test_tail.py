"""The log of an endpoint, as CloudWatch Logs of the local cloud keeps it."""

import itertools
import json
import time
from collections.abc import Callable

import pytest

from endpoint_client.command_line import tail
from endpoint_client.endpoint_logs import EndpointLogs
from tests.local_sagemaker.cloud import Cloud

NAMES = itertools.count(1)


class Log:
    """The log group of an endpoint."""

    def __init__(self, cloud: Cloud) -> None:
        self.name = f"logged-{next(NAMES)}"
        self.group = f"/aws/sagemaker/Endpoints/{self.name}"
        self._client = cloud.client("logs")
        self._streams: set[str] = set()

    def make(self) -> None:
        self._client.create_log_group(logGroupName=self.group)

    def write(self, *texts: str, at: int, stream: str = "AllTraffic/i-1") -> None:
        """Write lines at a time in seconds before (-) or after now."""
        if stream not in self._streams:
            self._client.create_log_stream(logGroupName=self.group, logStreamName=stream)
            self._streams.add(stream)
        now = int(time.time() * 1000)
        self._client.put_log_events(
            logGroupName=self.group,
            logStreamName=stream,
            logEvents=[{"timestamp": now + at * 1000, "message": text} for text in texts],
        )


@pytest.fixture
def log(cloud: Cloud) -> Log:
    log = Log(cloud)
    log.make()
    return log


@pytest.fixture
def at_each_look(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Do something in each pause between two looks, and press Ctrl-C in the one behind the last."""

    def at_each_look(*steps: Callable[[], object]) -> None:
        waiting = iter(steps)

        def sleep(seconds: float) -> None:
            assert seconds == tail.POLL_INTERVAL
            step = next(waiting, None)
            if step is None:
                raise KeyboardInterrupt
            step()

        monkeypatch.setattr("time.sleep", sleep)

    return at_each_look


def texts(out: str) -> list[str]:
    return [line.split(" ", 2)[2] for line in out.splitlines()]


def test_the_last_lines_of_all_streams_are_merged_by_time(run, log):
    log.write("one", "two", at=-300)
    log.write("four", at=-100)
    log.write("three", at=-200, stream="Challenger/i-2")
    assert texts(run("tail", log.name).out) == ["one", "two", "three", "four"]
    done = run("tail", log.name, "-n", 2)
    assert (done.status, texts(done.out)) == (0, ["three", "four"])
    assert done.out.splitlines()[0].split()[1] == "Challenger/i-2"
    assert texts(run("tail", log.name, "--variant", "Challenger").out) == ["three"]


def test_all_lines_since_a_time(run, log):
    log.write("old", at=-7200)
    log.write("a", at=-1800)
    log.write("b", at=-1700, stream="Challenger/i-2")
    log.write("c", at=-1600)
    assert texts(run("tail", log.name, "--since", "1h").out) == ["a", "b", "c"]
    assert texts(run("tail", log.name, "--since", "1h", "--variant", "AllTraffic").out) == ["a", "c"]


def test_json_is_an_object_a_line(run, log):
    log.write("größer\n", at=-10)
    (line,) = run("tail", log.name, "--json").out.splitlines()
    read = json.loads(line)
    assert (read["stream"], read["message"]) == ("AllTraffic/i-1", "größer")
    assert read["time"].endswith("Z")


def test_following_shows_each_new_line_once_until_ctrl_c(run, log, at_each_look):
    log.write("before", "last", at=-5)
    at_each_look(
        lambda: log.write("first", at=0),
        lambda: log.write("late", at=-4, stream="AllTraffic/i-2"),
        lambda: None,
    )
    done = run("tail", log.name, "-n", 1, "--follow")
    assert (done.status, texts(done.out), done.err) == (130, ["last", "first", "late"], "")


def test_following_begins_before_the_first_line(run, cloud, at_each_look):
    log = Log(cloud)

    def begin() -> None:
        log.make()
        log.write("begun", at=0)

    at_each_look(lambda: None, begin)
    done = run("tail", log.name, "--follow", "--since", "10m")
    assert (done.status, texts(done.out)) == (130, ["begun"])
    assert done.err.startswith(f"sklearn-endpoint: waiting for the first line of {log.group}")


def test_an_empty_log_has_no_last_line(run, log):
    assert run("tail", log.name) == (0, "", "")


def test_a_log_that_is_not_there(run, cloud):
    done = run("tail", "nowhere")
    assert done.status == 1
    assert "there is no log group /aws/sagemaker/Endpoints/nowhere" in done.err
    assert "`sklearn-endpoint status nowhere` says" in done.err


@pytest.mark.parametrize("follow", [(), ("--follow",)])
def test_a_log_that_may_not_be_read(run, log, monkeypatch, follow, at_each_look):
    # moto gives every caller every right: the refusal is AWS's, in its words.
    def refused(self: EndpointLogs, *_: object) -> None:
        from botocore.exceptions import ClientError

        error = {"Error": {"Code": "AccessDeniedException", "Message": "not authorized"}}
        with self._services.translated(f"log group {self.group}"):
            raise ClientError(error, "FilterLogEvents")  # type: ignore[arg-type]

    log.write("one", at=-10)
    at_each_look(lambda: None)
    monkeypatch.setattr(EndpointLogs, "new" if follow else "last", refused)
    done = run("tail", log.name, *follow)
    assert done.status == 1
    assert "not allowed to do this: not authorized" in done.err


@pytest.mark.parametrize("words", [["--since", "yesterday"], ["-n", "0"], ["-n", "1", "--since", "1h"]])
def test_a_wrong_command_line(run, words):
    assert run("tail", "churn", *words).status == 2
