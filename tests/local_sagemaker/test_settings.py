"""What a running local cloud tells other processes of itself."""

import http.server
import socket
import threading
from contextlib import contextmanager

import pytest

from local_sagemaker import pace, settings
from local_sagemaker.app import create_app
from local_sagemaker.hosting import endpoints
from local_sagemaker.server import LocalServer
from local_sagemaker.training import jobs
from local_sagemaker.transform import transforms
from local_sagemaker.tuning import jobs as tuning_jobs


@pytest.fixture
def cloud(empty_moto):
    server = LocalServer(create_app(lambda: server.url), 0)
    server.start()
    yield server
    server.stop()
    tuning_jobs.shutdown()
    transforms.shutdown()
    jobs.shutdown()
    endpoints.shutdown()


def test_a_running_local_cloud_says_its_account_and_pace(cloud):
    assert settings.read(cloud.url) == settings.Settings("123456789012", 60.0)
    pace.use(300)
    try:
        assert settings.read(cloud.url).speed == 300
    finally:
        pace.use(pace.DEFAULT_SPEED)


def test_where_nothing_answers_the_remedy_is_told():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        with pytest.raises(settings.SettingsError, match=f"start it with local-sagemaker up --port {port}"):
            settings.read(f"http://localhost:{port}")


@contextmanager
def stranger(status, content):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "content", "reason"),
    [
        (404, b"", "is not this version's local cloud"),
        (200, b"<html>", "is not a local cloud"),
        (200, b"{}", "is not a local cloud"),
        (200, b"[]", "is not a local cloud"),
    ],
)
def test_another_server_is_told_from_a_local_cloud(status, content, reason):
    with stranger(status, content) as url, pytest.raises(settings.SettingsError, match=reason):
        settings.read(url)


def test_what_speaks_no_http_is_told_from_a_local_cloud():
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def speak() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1024)
                connection.sendall(b"220 mail.example ready\r\n")

        thread = threading.Thread(target=speak)
        thread.start()
        with pytest.raises(settings.SettingsError, match="is not a local cloud"):
            settings.read(f"http://127.0.0.1:{listener.getsockname()[1]}")
        thread.join()
