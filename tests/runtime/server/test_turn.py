"""Requests of one turn of the event loop are answered together, each to its own client, and nobody waits for more."""

import asyncio
import contextlib
import os
from types import SimpleNamespace

import pytest

from sklearn_runtime.server.dispatcher import TOGETHER_BYTES, Dispatcher
from sklearn_runtime.server.http_head import read_head
from sklearn_runtime.server.http_request import Request
from sklearn_runtime.server.http_response import Answer
from sklearn_runtime.server.routes import route_of
from sklearn_runtime.server.turn import REQUESTS_MOST, Turn
from sklearn_runtime.settings import Settings
from tests.runtime.serving_process import post, read_response, serving


class Loop:
    """Takes what is to run soon, and runs it when told to."""

    def __init__(self):
        self.soon = []

    def call_soon(self, call):
        self.soon.append(call)

    def run(self):
        soon, self.soon = self.soon, []
        for call in soon:
            call()


@pytest.fixture
def loop():
    return Loop()


@pytest.fixture
def asked():
    return []


@pytest.fixture
def turn(loop, asked):
    def answer_together(requests):
        asked.append(list(requests))
        return [Answer(200, None, b"%d" % request) for request in requests]

    return Turn(answer_together, loop.call_soon)


def test_what_came_in_a_turn_is_asked_together_and_answered_in_order(turn, loop, asked):
    answers = []
    for number in range(3):
        turn.add(number, lambda request, _seconds, answer: answers.append((request, answer.body)))
    assert (asked, answers) == ([], [])
    loop.run()
    assert asked == [[0, 1, 2]]
    assert answers == [(0, b"0"), (1, b"1"), (2, b"2")]


def test_a_request_that_comes_with_an_answer_is_in_the_next_turn(turn, loop, asked):
    turn.add(1, lambda *_: turn.add(2, lambda *_: None))
    loop.run()
    loop.run()
    assert asked == [[1], [2]]


def test_a_full_turn_ends_at_once(turn, loop, asked):
    for number in range(REQUESTS_MOST + 1):
        turn.add(number, lambda *_: None)
    assert [len(requests) for requests in asked] == [REQUESTS_MOST]
    loop.run()
    assert [len(requests) for requests in asked] == [REQUESTS_MOST, 1]
    assert loop.soon == []


def test_the_requests_of_several_clients_are_answered_together(tmp_path):
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    with serving(SCRIPT_TOGETHER="true") as server:
        # Makes such bodies known as quick.
        assert [server.invoke(b"count")[2] for _ in range(2)] == [b"count"] * 2
        clients = [server.connect() for _ in range(4)]
        for client in clients:
            client.sendall(post(b"count"))
            read_response(client)
        counts = []
        for _ in range(50):
            for client in clients:
                client.sendall(post(b"count") + post(b"mine"))
            for client in clients:
                counts.append(read_response(client)[2])
                assert read_response(client)[2] == b"mine"
            if any(count in (b"2", b"3", b"4") for count in counts):
                break
        for client in clients:
            client.close()
    assert any(count in (b"2", b"3", b"4") for count in counts), counts


@pytest.mark.parametrize(
    ("method", "path", "content_type", "body_bytes", "together"),
    [
        ("POST", "/invocations", "text/csv", TOGETHER_BYTES, True),
        ("POST", "/invocations", "text/csv", TOGETHER_BYTES + 1, False),
        ("POST", "/invocations", "application/x-npz", 1, False),
        ("GET", "/invocations", "text/csv", 0, False),
        ("GET", "/ping", None, 0, False),
        ("GET", "/execution-parameters", None, 0, False),
    ],
)
def test_only_small_predictions_are_put_together(method, path, content_type, body_bytes, together):
    service = SimpleNamespace(may_block=False, puts_together=lambda _method: True)
    head = read_head(b"%b %b HTTP/1.1\r\nHost: localhost" % (method.encode(), path.encode()))
    head.route = route_of(method, path, {} if content_type is None else {"content-type": content_type})
    with contextlib.closing(asyncio.new_event_loop()) as loop:
        assert Dispatcher(Settings(), service, loop).goes_together(Request(head, b"x" * body_bytes)) is together


def test_a_client_that_is_alone_waits_for_nobody():
    with serving(SCRIPT_TOGETHER="true") as server, server.connect() as client:
        for _ in range(3):
            client.sendall(post(b"count") * 2)
            assert [read_response(client)[2] for _ in range(2)] == [b"count"] * 2
