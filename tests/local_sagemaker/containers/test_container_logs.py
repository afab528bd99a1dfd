"""A container's lines reach CloudWatch Logs with the role's rights."""

from collections.abc import Iterator

import pytest
from moto.core.base_backend import BackendDict
from moto.logs.models import logs_backends

from local_sagemaker.containers import container_logs
from local_sagemaker.containers.container_logs import ContainerLog
from local_sagemaker.data_plane_errors import AccessDeniedError
from tests.local_sagemaker.cloud import ACCOUNT, REGION
from tests.local_sagemaker.recorder import Recorder

GROUP = "/aws/sagemaker/Endpoints/churn"
ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{GROUP}"


@pytest.fixture(autouse=True)
def empty_logs() -> Iterator[None]:
    BackendDict.reset()
    yield
    BackendDict.reset()


def make(role=None, stream="AllTraffic/i-1"):
    return ContainerLog(role or Recorder(), GROUP, stream, account_id=ACCOUNT, region=REGION)


def messages(stream="AllTraffic/i-1"):
    return [event.message for event in logs_backends[ACCOUNT][REGION].groups[GROUP].streams[stream].events]


def test_lines_are_events_of_the_stream():
    log = make()
    log.open()
    log.write("first")
    log.write("")
    assert messages() == ["first", " "]


def test_a_second_container_writes_to_the_same_group():
    for stream in ("a", "b", "b"):
        make(stream=stream).open()
    assert list(logs_backends[ACCOUNT][REGION].groups[GROUP].streams) == ["a", "b"]


@pytest.mark.parametrize("action", ["CreateLogGroup", "CreateLogStream", "DescribeLogStreams", "PutLogEvents"])
def test_each_right_is_needed_to_open(action):
    with pytest.raises(AccessDeniedError, match=f"logs:{action}"):
        make(Recorder(f"logs:{action}")).open()


def test_a_group_is_asked_for_with_the_end_that_stands_for_its_streams():
    role = Recorder()
    make(role).open()
    assert ("logs:CreateLogGroup", f"{ARN}:log-stream:") in role.asked
    assert ("logs:DescribeLogStreams", f"{ARN}:log-stream:") in role.asked
    assert all(resource != ARN for _, resource in role.asked)


def test_a_right_that_was_taken_away_loses_lines_and_nothing_else():
    role = Recorder()
    log = make(role)
    log.open()
    role.refused.add("logs:PutLogEvents")
    log.write("lost")
    assert messages() == []
    assert log.last_line == "lost"


def test_a_group_that_was_deleted_loses_lines_and_nothing_else():
    log = make()
    log.open()
    logs_backends[ACCOUNT][REGION].delete_log_group(GROUP)
    log.write("lost")
    assert log.last_line == "lost"


def test_a_long_log_loses_its_older_half(monkeypatch):
    monkeypatch.setattr(container_logs, "MOST_EVENTS", 4)
    log = make()
    log.open()
    for number in range(6):
        log.write(str(number))
    assert messages() == ["2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], ""),
        (["first", " last ", "", "  "], "last"),
        (['{"level": "ERROR", "message": "it broke"}'], "it broke"),
        (['{"level": "ERROR"}'], '{"level": "ERROR"}'),
        (["7"], "7"),
    ],
)
def test_the_last_line_is_what_a_person_would_read(lines, expected):
    log = make()
    log.open()
    for line in lines:
        log.write(line)
    assert log.last_line == expected
