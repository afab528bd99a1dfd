"""A log that grows while it is read: each line once, none left out."""

import pytest

from endpoint_client import AccessDenied
from endpoint_client.aws_services import AwsServices
from endpoint_client.training.logs import TrainingLogs
from endpoint_client.training.pauses import Pauses
from tests.endpoint_client.training.scripted_aws import RefusalError, ScriptedAws


@pytest.fixture
def logs(aws: ScriptedAws) -> TrainingLogs:
    return TrainingLogs(AwsServices(), "churn-1")


def texts(lines):
    return [line.text for line in lines]


def test_before_the_first_job_of_an_account_there_is_no_group(logs):
    assert logs.new() == []
    assert logs.last(5) == []


def test_a_line_is_given_once_and_none_is_left_out(aws, logs):
    given = []
    for number in range(20):
        aws.write(f"line {number}", at=number * 3000)
        given += texts(logs.new())
        given += texts(logs.new())
    assert given == [f"line {number}" for number in range(20)]


def test_equal_lines_of_one_millisecond_are_several(aws, logs):
    aws.write("same", "same", at=5)
    assert texts(logs.new()) == ["same", "same"]
    aws.write("same", at=5)
    assert texts(logs.new()) == ["same"]
    assert logs.new() == []


def test_a_line_that_is_shown_later_than_younger_ones_is_not_lost(aws, logs):
    aws.write("old", at=100_000)
    aws.write("young", at=105_000)
    assert texts(logs.new()) == ["old", "young"]
    aws.write("late", at=101_000)
    assert texts(logs.new()) == ["late"]
    assert logs.new() == []


def test_an_answer_that_lacks_older_lines_does_not_double_them(aws, logs):
    aws.write("one", at=1000)
    aws.write("two", at=2000)
    assert texts(logs.new()) == ["one", "two"]
    (events,) = aws.streams.values()
    lost = events.pop(0)
    aws.write("three", at=3000)
    assert texts(logs.new()) == ["three"]
    events.insert(0, lost)
    assert logs.new() == []


def test_a_long_log_comes_in_pages_and_only_its_end_is_read_again(aws, logs):
    aws.events_a_page = 7
    for number in range(100):
        aws.write(str(number), at=number * 1000)
    assert texts(logs.new()) == [str(number) for number in range(100)]
    aws.requests.clear()
    assert logs.new() == []
    assert {body["startTime"] for body in aws.asked("GetLogEvents")} == {89_000}


def test_instances_are_put_in_the_order_of_time_and_others_jobs_left_out(aws, logs):
    aws.write("first", at=1)
    aws.write("third", at=3)
    aws.write("second", at=2, host="algo-2")
    aws.write("foreign", at=2, name="churn-10")
    lines = logs.new()
    assert [(line.host, line.text) for line in lines] == [
        ("algo-1", "first"),
        ("algo-2", "second"),
        ("algo-1", "third"),
    ]
    assert texts(logs.last(2)) == ["second", "third"]


def test_the_last_lines_are_read_from_the_end(aws, logs):
    for number in range(100):
        aws.write(str(number), at=number)
    assert texts(logs.last(3)) == ["97", "98", "99"]
    (request,) = aws.asked("GetLogEvents")
    assert (request["startFromHead"], request["limit"]) == (False, 3)


def test_the_last_lines_of_a_job_that_has_just_ended_are_waited_for(aws, logs, monkeypatch):
    aws.write("first", at=1)
    looks = iter([lambda: None, lambda: aws.write("late", at=2), *[lambda: None] * 10])
    monkeypatch.setattr("time.sleep", lambda _: next(looks)())
    assert texts(logs.last_at_rest(20, Pauses())) == ["first", "late"]
    assert len(list(looks)) == 7


def test_after_the_end_it_is_read_until_nothing_comes_for_a_while(aws, logs):
    aws.write("before", at=1)
    logs.new()
    rest = logs.rest(Pauses(0.001))
    assert next(rest) == []
    aws.write("after", at=2)
    assert [texts(lines) for lines in rest] == [["after"], [], [], []]


def test_who_may_not_read_the_log_is_told_so_though_the_status_is_400(aws, logs):
    aws.refusals["DescribeLogStreams"] = [RefusalError("AccessDeniedException", "User: x is not authorized")]
    with pytest.raises(AccessDenied, match=r"log group .* in us-east-1: the credentials in use may not Describe"):
        logs.new()
