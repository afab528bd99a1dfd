"""The server with real models: it loads before it listens, says why it cannot, and answers as scikit-learn does."""

import io
import json
import os
import pwd
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import joblib
import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from sklearn_runtime.server import command as module
from sklearn_runtime.settings import Settings, SettingsError
from tests.runtime.estimators import boosting
from tests.runtime.request_cases import request_cases, write_artifact
from tests.runtime.serving_process import REAL, serving


def npy(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A base directory with a model of the breast-cancer data."""
    base = tmp_path_factory.mktemp("ml")
    (base / "model").mkdir()
    features, labels = load_breast_cancer(return_X_y=True)
    joblib.dump(LogisticRegression(max_iter=5000).fit(features, labels), base / "model" / "model.joblib")
    return base


def test_each_of_64_clients_gets_the_predictions_of_its_own_rows(base):
    features = load_breast_cancer().data
    model = joblib.load(base / "model" / "model.joblib")

    def ask(client_number, server):
        client = server.http()
        answers = []
        for number in range(16):
            row = (client_number * 16 + number) % len(features)
            body = npy(features[row : row + 1])
            headers = {"Content-Type": "application/x-npy", "Accept": "application/x-npy"}
            headers["X-Amzn-SageMaker-Custom-Attributes"] = "method=predict_proba"
            client.request("POST", "/invocations", body, headers)
            answers.append((row, np.load(io.BytesIO(client.getresponse().read()))))
        client.close()
        return answers

    with serving(program=REAL, workers=2, SAGEMAKER_BASE_DIR=str(base)) as server, ThreadPoolExecutor(64) as pool:
        answers = [answer for client in pool.map(lambda number: ask(number, server), range(64)) for answer in client]
    assert len(answers) == 1024
    for row, answer in answers:
        np.testing.assert_array_equal(answer, model.predict_proba(features[row : row + 1]))


def test_ping_is_answered_during_the_prediction_of_100_000_rows(tmp_path):
    (tmp_path / "model").mkdir()
    features, labels = make_classification(2000, 30, random_state=0)
    model = RandomForestClassifier(50, random_state=0, n_jobs=1).fit(features, labels)
    joblib.dump(model, tmp_path / "model" / "model.joblib")
    rows = np.tile(features, (50, 1))
    with serving(program=REAL, SAGEMAKER_BASE_DIR=str(tmp_path)) as server:
        answers = []
        asking = threading.Thread(
            target=lambda: answers.append(
                server.invoke(npy(rows), Content_Type="application/x-npy", Accept="application/x-npy")
            )
        )
        client = server.http()
        asking.start()
        pings = []
        while not answers:
            started = time.monotonic()
            client.request("GET", "/ping")
            assert client.getresponse().read() == b""
            pings.append(time.monotonic() - started)
        asking.join()
        client.close()
    status, _, body = answers[0]
    assert status == 200
    np.testing.assert_array_equal(np.load(io.BytesIO(body)), model.predict(rows))
    # Not a figure of speed: were /ping to wait for the prediction, one or two would have been answered.
    assert len(pings) >= 5
    print(f"{len(pings)} pings, the slowest in {max(pings) * 1000:.0f} ms")


def test_a_model_that_computes_with_openmp_is_not_asked_in_the_process_that_forks(tmp_path):
    (tmp_path / "model").mkdir()
    features, labels = make_classification(200, 5, random_state=0)
    joblib.dump(boosting(3).fit(features, labels), tmp_path / "model" / "model.joblib")
    # After the load, a worker whose threads of OpenMP had stayed in the master would answer no request on its loop.
    with serving(program=REAL, SAGEMAKER_BASE_DIR=str(tmp_path), OMP_NUM_THREADS="2") as server:
        for _ in range(3):
            status, _, body = server.invoke(npy(np.tile(features, (5, 1))), Content_Type="application/x-npy")
            assert (status, len(json.loads(body))) == (200, 1000)


SLOW_MODEL = """
import os

class Slow:
    n_features_in_ = 2
    gates = ["measured", "asked"]

    def predict(self, rows):
        with open(os.path.join(os.environ["SLOW_MODEL_GATES"], self.gates.pop(0)), encoding="ascii") as gate:
            if gate.read() == "refuse":
                raise ValueError("not this sample")
        return rows[:, 0]

def model_fn(model_dir):
    return Slow()
"""


def test_neither_the_measurement_of_a_slow_model_nor_its_first_request_holds_up_a_ping(tmp_path):
    for name in ("measured", "asked"):
        os.mkfifo(str(tmp_path / name))
    for name in ("model", "code"):
        (tmp_path / name).mkdir()
    (tmp_path / "code" / "slow.py").write_text(SLOW_MODEL, encoding="utf-8")
    variables = {"SAGEMAKER_BASE_DIR": str(tmp_path), "SKLEARN_RUNTIME_PROGRAM": "slow.py"}
    answers = []
    with serving(program=REAL, SLOW_MODEL_GATES=str(tmp_path), **variables) as server:
        asking = threading.Thread(
            target=lambda: answers.append(server.invoke(b"[[7, 8]]", Content_Type="application/json"))
        )
        # Opening waits until the model opens the other end: it is at work from here to the end of the block.
        with (tmp_path / "measured").open("w") as measurement:
            assert server.exchange(b"GET /ping HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200")
            measurement.write("refuse")
        asking.start()
        with (tmp_path / "asked").open("w") as prediction:
            assert server.exchange(b"GET /ping HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200")
            prediction.write("go on")
        asking.join()
    assert json.loads(answers[0][2]) == [7.0]


TYPE_TELLER = """
def transform_fn(model, request_body, request_content_type, accept):
    return type(request_body).__name__

def model_fn(model_dir):
    return None
"""


def test_a_hook_of_the_user_s_is_given_bytes_or_str_however_long_the_body(tmp_path):
    for name in ("model", "code"):
        (tmp_path / name).mkdir()
    (tmp_path / "code" / "teller.py").write_text(TYPE_TELLER, encoding="utf-8")
    variables = {"SAGEMAKER_BASE_DIR": str(tmp_path), "SKLEARN_RUNTIME_PROGRAM": "teller.py"}
    with serving(program=REAL, **variables) as server:
        for length in (1, 100_000, 2_000_000):
            assert server.invoke(b"x" * length, Content_Type="application/x-other")[2] == b"bytes"
            assert server.invoke(b"x" * length, Content_Type="text/csv")[2] == b"str"


CASES = request_cases()


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    """One running server for each model of the table of requests."""
    running = {}
    contexts = []

    def server_of(artifact):
        if artifact not in running:
            base = tmp_path_factory.mktemp(artifact)
            variables = write_artifact(artifact, base / "model")
            context = serving(program=REAL, SAGEMAKER_BASE_DIR=str(base), **variables)
            running[artifact] = context.__enter__()
            contexts.append(context)
        return running[artifact]

    yield server_of
    for context in contexts:
        context.__exit__(None, None, None)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_table_of_requests_holds_over_a_socket(case, servers):
    headers = {
        "Content-Type": case.content_type,
        "Accept": case.accept,
        "X-Amzn-SageMaker-Custom-Attributes": case.custom_attributes,
    }
    client = servers(case.artifact).http()
    client.request(
        "POST", "/invocations", case.body, {name: value for name, value in headers.items() if value is not None}
    )
    response = client.getresponse()
    case.check(response.status, response.headers["Content-Type"], response.read())
    client.close()


def last_line(server):
    assert server.stderr[-1] == {"message": "end"}
    return server.stderr[-2]


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"SCRIPT_LOAD": "fail"}, "no model file in the directory"),
        ({"SCRIPT_LOAD": "crash"}, "the server failed: RuntimeError: the loader crashed"),
        ({"SAGEMAKER_MODEL_SERVER_WORKERS": "none"}, "SAGEMAKER_MODEL_SERVER_WORKERS is 'none': give a whole number"),
        (
            {"SKLEARN_RUNTIME_USER": "nobody-of-that-name"},
            "SKLEARN_RUNTIME_USER is 'nobody-of-that-name': give the name",
        ),
    ],
)
def test_a_server_that_cannot_start_ends_with_the_reason_as_its_last_line(variables, message):
    with serving(**variables) as server:
        assert server.wait() == 1
        line = last_line(server)
        assert line["level"] == "ERROR"
        assert line["message"].startswith(message)


def test_a_base_directory_without_a_model_is_named(tmp_path):
    with serving(program=REAL, SAGEMAKER_BASE_DIR=str(tmp_path)) as server:
        assert server.wait() == 1
        assert str(tmp_path / "model") in last_line(server)["message"]


@pytest.mark.parametrize("bind", ["nonsense", "127.0.0.1:99999"])
def test_an_address_that_is_none_is_named(bind):
    with serving(bind=bind) as server:
        assert server.wait() == 1
        assert last_line(server)["message"] == f"bind address is '{bind}': give HOST:PORT or unix:PATH"


def test_a_port_in_use_is_named():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen(1)
        address = f"127.0.0.1:{other.getsockname()[1]}"
        with serving(bind=address) as server:
            assert server.wait() == 1
            assert last_line(server)["message"].startswith(f"cannot listen on {address}: address already in use")


@pytest.mark.parametrize("workers", ["0", "-1", "two"])
def test_a_number_of_workers_that_is_none_is_refused(workers, capsys):
    with pytest.raises(SystemExit, match="2"):
        module._parser(Settings()).parse_args(["--workers", workers])
    assert "--workers" in capsys.readouterr().err


def test_nobody_can_connect_while_the_model_is_loading():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = probe.getsockname()
    with serving(bind=f"127.0.0.1:{address[1]}", SCRIPT_LOAD="wait") as server:
        server.wait_for(lambda line: line["message"] == "loading")
        with socket.socket() as client, pytest.raises(ConnectionRefusedError):
            client.connect(address)
        server.process.send_signal(signal.SIGTERM)
        assert server.wait() == 0


def test_sigterm_while_a_hook_loads_the_model_is_no_failure(tmp_path):
    for name in ("model", "code"):
        (tmp_path / name).mkdir()
    (tmp_path / "model" / "model.bin").write_bytes(b"weights")
    (tmp_path / "code" / "slow.py").write_text(
        # Short waits: Python hears a signal that comes just before a wait when that is over.
        "import logging, time\n\n"
        "def model_fn(model_dir):\n"
        "    logging.getLogger().warning('loading')\n"
        "    for _ in range(600):\n"
        "        time.sleep(0.1)\n",
        encoding="utf-8",
    )
    with serving(program=REAL, SAGEMAKER_BASE_DIR=str(tmp_path), SKLEARN_RUNTIME_PROGRAM="slow.py") as server:
        server.wait_for(lambda line: line["message"] == "loading")
        server.process.send_signal(signal.SIGTERM)
        assert server.wait() == 0


def test_a_unix_socket_serves_and_is_removed_at_the_end(tmp_path):
    path = tmp_path / "server.sock"
    with serving(bind=f"unix:{path}", workers=2) as server:
        assert server.exchange(b"GET /ping HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200 OK")
        assert server.terminate() == 0
    assert not path.exists()


def test_more_workers_than_memory_has_room_for_are_not_started():
    with serving(workers=1_000_000, SCRIPT_MEMORY="20") as server:
        [line] = server.wait_for(lambda line: line["message"] == "listening")
        assert 1 <= line["workers"] <= 20
        server.wait_for(lambda line: line["message"].startswith("memory has room for"))


def test_the_log_level_counts():
    with serving(SAGEMAKER_CONTAINER_LOG_LEVEL="10") as server:
        assert server.exchange(b"GET /ping HTTP/1.0\r\n\r\n")
        [line] = server.wait_for(lambda line: line["event"] == "request", stream="stdout")
        assert (line["path"], line["level"], line["status"]) == ("/ping", "DEBUG", 200)


def test_a_log_that_nobody_reads_holds_up_no_request_and_loses_no_line():
    with serving(read=["stderr"]) as server:
        client = server.http()
        for number in range(2000):
            client.request("POST", "/invocations", b"%d" % number)
            assert client.getresponse().read() == b"%d" % number
        client.close()
        # Far more than a pipe holds, 64 KiB.
        server.read("stdout")
        lines = server.wait_for(lambda line: line.get("event") == "request", stream="stdout", count=2000)
        assert sum(line["request_bytes"] for line in lines) == sum(len(str(number)) for number in range(2000))


def test_no_payload_is_logged():
    with serving(SAGEMAKER_CONTAINER_LOG_LEVEL="10") as server:
        server.invoke(b"a secret value", Content_Type="text/csv")
        server.exchange(b"POST /invocations?secret HTTP/1.0\r\nX-Secret: secret\r\nContent-Length: 6\r\n\r\nsecret")
        server.wait_for(lambda line: line.get("event") == "request", stream="stdout", count=2)
        assert server.terminate() == 0
        assert "secret" not in json.dumps(server.stdout + server.stderr)


def test_root_s_rights_are_given_up_for_good(monkeypatch):
    calls: list[tuple[str, object]] = []
    me = pwd.getpwuid(os.getuid())
    for name in ("initgroups", "setgid", "setuid"):
        monkeypatch.setattr(os, name, lambda *arguments, name=name: calls.append((name, arguments)))
    module._become(me.pw_name)
    assert calls == [("initgroups", (me.pw_name, me.pw_gid)), ("setgid", (me.pw_gid,)), ("setuid", (me.pw_uid,))]
    with pytest.raises(SettingsError, match="SKLEARN_RUNTIME_USER is 'no such user'"):
        module._become("no such user")


BECOME_NOBODY = """
import os
from sklearn_runtime.server.command import _become
_become("nobody")
try:
    os.setuid(0)
except PermissionError:
    print(*os.getresuid())
"""


def test_the_way_back_to_root_is_closed():
    done = subprocess.run([sys.executable, "-c", BECOME_NOBODY], capture_output=True, text=True, check=False)
    if os.geteuid() == 0:
        assert done.stdout.split() == [str(pwd.getpwnam("nobody").pw_uid)] * 3
    else:
        assert "PermissionError" in done.stderr
