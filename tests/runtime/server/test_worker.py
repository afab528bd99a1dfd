"""A worker answers /ping whatever its model does, loses no request when it ends, and ends with its master."""

import contextlib
import os
import signal
import threading

import pytest

from tests.runtime.serving_process import PING, post, read_all, read_response, serving


@pytest.fixture
def gate(tmp_path):
    """A named pipe that the model waits for: opening it for writing waits until the request runs."""
    path = tmp_path / "gate"
    os.mkfifo(path)
    return path


def waiting(gate):
    return post(b"wait %b" % os.fsencode(gate))


def test_ping_is_answered_while_the_model_works(gate):
    with serving(SCRIPT_MAY_BLOCK="true") as server, server.connect() as busy:
        busy.sendall(waiting(gate))
        with gate.open("w") as pipe:
            for _ in range(3):
                assert server.exchange(b"GET /ping HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200")
            pipe.write("done")
        assert read_response(busy)[2] == b"done"


def teach(server, request):
    """Make requests of this length run on the loop from now on."""
    _, _, body = request.partition(b"\r\n\r\n")
    server.invoke(b"x" * len(body))


def test_sigterm_lets_running_and_waiting_requests_finish(gate):
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(serving(SCRIPT_MAY_BLOCK="true"))
        running, idle, halfway = (stack.enter_context(server.connect()) for _ in range(3))
        idle.sendall(PING)
        assert read_response(idle)[0] == 200
        halfway.sendall(post(b"abc")[:-1])
        queued = server.connect()
        running.sendall(waiting(gate))
        queued.sendall(post(b"queued"))
        with gate.open("w") as pipe:
            server.process.send_signal(signal.SIGTERM)
            # The listener is closed once the worker has heard of it; what is connected is still answered.
            while server.accepts():
                pass
            idle.sendall(PING)
            status, headers, _ = read_response(idle)
            assert (status, headers["connection"]) == (200, "close")
            halfway.sendall(b"c")
            pipe.write("finished")
        for client, body in ((running, b"finished"), (queued, b"queued"), (halfway, b"abc")):
            status, headers, answer = read_response(client)
            assert (status, headers["connection"], answer) == (200, "close", body)
            assert client.recv(1) == b""
        queued.close()
        assert server.wait() == 0


def test_who_has_connected_before_sigterm_is_answered(gate):
    with serving() as server, server.connect() as running:
        teach(server, waiting(gate))
        # The model keeps the loop busy: what comes now stays in the listen queue.
        running.sendall(waiting(gate))
        with gate.open("w") as pipe, server.connect() as queued:
            queued.sendall(post(b"queued"))
            server.process.send_signal(signal.SIGTERM)
            pipe.write("finished")
            pipe.close()
            assert [read_response(client)[2] for client in (running, queued)] == [b"finished", b"queued"]
        assert server.wait() == 0


def test_idle_connections_do_not_hold_up_the_end():
    with serving() as server, server.connect() as idle, server.connect() as silent:
        idle.sendall(PING)
        assert read_response(idle)[0] == 200
        assert server.terminate() == 0
        assert read_all(idle) == read_all(silent) == b""


def test_what_does_not_finish_in_time_is_cut_off(gate):
    with serving(SCRIPT_MAY_BLOCK="true", SKLEARN_RUNTIME_DRAIN_TIMEOUT="0.2") as server, server.connect() as client:
        client.sendall(waiting(gate))
        with gate.open("w"):
            assert server.terminate() == 0
            [line] = server.wait_for(lambda line: "cut off" in line["message"])
        assert line["message"].startswith("1 connections")


def test_a_worker_ends_with_its_master():
    with serving(workers=2) as server:
        server.invoke(b"")
        server.process.kill()
        # The log ends when the last process that writes to it has ended.
        assert server.wait() == -signal.SIGKILL
        server.wait_for(lambda line: "master process is gone" in line["message"])
        assert not server.accepts()


def test_an_orderly_end_goes_on_when_the_master_dies_in_it(gate):
    with serving(SCRIPT_MAY_BLOCK="true") as server, server.connect() as client:
        client.sendall(waiting(gate))
        with gate.open("w") as pipe:
            server.process.send_signal(signal.SIGTERM)
            while server.accepts():
                pass
            server.process.kill()
            server.wait_for(lambda line: "master process is gone" in line["message"])
            pipe.write("finished")
        assert read_response(client)[2] == b"finished"


def test_connections_spread_over_the_workers():
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(serving(workers=2))
        while len({server.invoke(b"pid")[2] for _ in range(2)}) < 2:
            pass  # until both are there
        workers = []
        for _ in range(30):
            client = stack.enter_context(server.connect())
            client.sendall(post(b"pid"))
            workers.append(read_response(client)[2])
        # Fifteen each, but that a worker which is kept from running misses its turn; without turns it could be all.
        assert all(workers.count(worker) >= 3 for worker in set(workers))
        assert len(set(workers)) == 2


def test_without_file_descriptors_new_connections_wait():
    with serving() as server, server.connect() as first:
        first.sendall(post(b"take"))
        assert read_response(first)[0] == 200
        with server.connect() as second:
            second.sendall(PING)
            server.wait_for(lambda line: "cannot accept a connection: [Errno 24]" in line["message"])
            first.sendall(post(b"release"))
            assert read_response(first)[0] == read_response(second)[0] == 200


def test_every_response_goes_to_its_own_request():
    wrong: list[tuple[bytes, bytes]] = []

    def ask(name, server):
        client = server.http()
        for number in range(40):
            body = b"%d-%d" % (name, number)
            client.request("POST", "/invocations", body)
            answer = client.getresponse().read()
            if answer != body:
                wrong.append((body, answer))
        client.close()

    with serving(workers=2) as server:
        threads = [threading.Thread(target=ask, args=(name, server)) for name in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []
