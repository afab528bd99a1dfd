"""Addresses are read, bound and given back; what cannot be bound says why."""

import doctest
import os
import socket
import stat

import pytest

from sklearn_runtime.server import listener as module
from sklearn_runtime.server.listener import BindError, bind, parse_address, shown_address


@pytest.mark.parametrize("text", ["", "localhost", "localhost:", "localhost:http", "localhost:65536", ":-1", "unix:"])
def test_what_is_no_address_is_refused(text):
    with pytest.raises(BindError, match="give HOST:PORT or unix:PATH"):
        parse_address(text)


@pytest.mark.parametrize(
    ("text", "address"), [("unix:///tmp/a", "/tmp/a"), ("unix:a", "a"), (":8080", ("0.0.0.0", 8080))]
)
def test_gunicorn_s_forms_are_understood(text, address):
    assert parse_address(text) == address


def test_a_port_is_bound_as_tcp_and_does_not_listen_yet():
    with bind("127.0.0.1:0") as listener:
        assert listener.proto == socket.IPPROTO_TCP
        host, port = listener.getsockname()
        assert parse_address(shown_address(listener)) == (host, port)
        with socket.socket() as client, pytest.raises(ConnectionRefusedError):
            client.connect((host, port))
        listener.listen()
        listener.setblocking(True)
        with socket.create_connection((host, port)), listener.accept()[0] as accepted:
            assert accepted.proto == socket.IPPROTO_TCP


def test_ipv6_is_bound_and_shown_in_brackets():
    with bind("[::1]:0") as listener:
        assert listener.family == socket.AF_INET6
        assert shown_address(listener).startswith("[::1]:")


def test_a_port_in_use_says_so_and_what_to_do():
    with bind("127.0.0.1:0") as first:
        first.listen()
        address = shown_address(first)
        with pytest.raises(
            BindError, match=f"cannot listen on {address}: address already in use: stop the other server"
        ):
            bind(address)


def test_a_unix_socket_is_open_to_a_proxy_of_another_user(tmp_path):
    path = tmp_path / "a.sock"
    before = os.umask(0o077)
    try:
        with bind(f"unix:{path}") as listener:
            assert shown_address(listener) == f"unix:{path}"
            assert stat.S_IMODE(path.stat().st_mode) == 0o777
    finally:
        assert os.umask(before) == 0o077


def test_the_socket_of_a_dead_server_is_replaced_that_of_a_living_one_is_not(tmp_path):
    path = tmp_path / "a.sock"
    bind(f"unix:{path}").close()
    with bind(f"unix:{path}") as living:
        living.listen()
        with pytest.raises(BindError, match="address already in use"):
            bind(f"unix:{path}")


def test_a_file_is_never_replaced_by_a_socket(tmp_path):
    path = tmp_path / "notes"
    path.write_text("kept")
    with pytest.raises(BindError, match="address already in use"):
        bind(f"unix:{path}")
    assert path.read_text() == "kept"


def test_the_example_in_the_docstring_runs():
    assert doctest.testmod(module).failed == 0
