"""Requests of one turn of the event loop are answered together, each to its own client, and nobody waits for more."""

import os

import pytest

from sklearn_runtime.server.http_response import Answer
from sklearn_runtime.server.turn import REQUESTS_MOST, Turn
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


def test_a_client_that_is_alone_waits_for_nobody():
    with serving(SCRIPT_TOGETHER="true") as server, server.connect() as client:
        for _ in range(3):
            client.sendall(post(b"count") * 2)
            assert [read_response(client)[2] for _ in range(2)] == [b"count"] * 2
