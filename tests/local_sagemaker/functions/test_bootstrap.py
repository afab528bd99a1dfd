"""The program in a function's process: it finds the handler, serves calls, and ends when nobody asks any more."""

import json
import socket
import sys
import threading
from pathlib import Path

import pytest

from local_sagemaker.functions import bootstrap


def test_a_module_that_raises_is_a_failure_of_its_kind(tmp_path, monkeypatch):
    (tmp_path / "broken_module_of_a_test.py").write_text("1 / 0", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(bootstrap.FunctionFailure) as failure:
        bootstrap.find_handler("broken_module_of_a_test.handler")
    assert failure.value.told["errorType"] == "ZeroDivisionError"


def test_memory_is_told_where_the_system_tells_it(monkeypatch, tmp_path):
    assert bootstrap.most_memory() > 0
    monkeypatch.setattr(bootstrap, "Path", lambda _: tmp_path / "nothing")
    assert bootstrap.most_memory() == 0


def test_it_serves_calls_until_the_socket_is_closed(tmp_path, monkeypatch, capfd):
    (tmp_path / "good_module_of_a_test.py").write_text("def handler(event, context): return event", encoding="utf-8")
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    monkeypatch.setattr(sys, "argv", ["bootstrap.py", str(tmp_path / "calls"), "the end"])
    monkeypatch.setenv("LAMBDA_TASK_ROOT", str(tmp_path))
    monkeypatch.setenv("_HANDLER", "good_module_of_a_test.handler")
    names = (
        "function_name",
        "function_version",
        "function_arn",
        "memory_size",
        "request_id",
        "log_group",
        "log_stream",
    )
    facts = {**dict.fromkeys(names, "x"), "timeout": 3}
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(tmp_path / "calls"))
        listener.listen(1)
        thread = threading.Thread(target=bootstrap.main)
        thread.start()
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb") as stream:
            assert json.loads(stream.readline()) == {"ready": True}
            stream.write(json.dumps({"event": [1], "facts": facts}).encode() + b"\n")
            stream.flush()
            assert json.loads(stream.readline())["result"] == "[1]"
        thread.join()
    assert capfd.readouterr().out == "the end\nthe end\n"
    assert Path(sys.path[0]) == tmp_path
