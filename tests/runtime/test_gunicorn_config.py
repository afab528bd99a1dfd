"""gunicorn's process becomes our server, on the address and with the workers that gunicorn was given."""

import doctest
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sklearn_runtime import gunicorn_config as module
from sklearn_runtime.gunicorn_config import command


@pytest.mark.parametrize(
    ("address", "bind"),
    [(("0.0.0.0", 8080), "0.0.0.0:8080"), (("::1", 80), "[::1]:80"), ("/tmp/gunicorn.sock", "unix:/tmp/gunicorn.sock")],
)
def test_the_address_is_handed_on(address, bind):
    assert command([address], 3)[1:] == ["-m", "sklearn_runtime.server", "--bind", bind, "--workers", "3"]


@pytest.mark.parametrize("addresses", [[], [("a", 1), ("b", 2)], [3]])
def test_what_cannot_be_handed_on_is_refused(addresses):
    with pytest.raises(ValueError, match="give one HOST:PORT or unix:PATH"):
        command(addresses, 1)


# Where gunicorn would call the hook: a process with a descriptor that its child would inherit.
GUNICORN = """
import os, types
from sklearn_runtime import gunicorn_config
descriptor = os.open("/dev/null", os.O_RDONLY)
os.set_inheritable(descriptor, True)
print(os.getpid(), descriptor, flush=True)
cfg = types.SimpleNamespace(address=[("127.0.0.1", 0)], workers=1)
gunicorn_config.on_starting(types.SimpleNamespace(cfg=cfg))
"""


def test_the_process_stays_the_same_and_takes_no_descriptor_with_it(tmp_path):
    # A script that stands for the server, found first: it tells what it was started with.
    package = tmp_path / "sklearn_runtime"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "gunicorn_config.py").symlink_to(Path(module.__file__))
    (package / "server.py").write_text(
        "import json, os, sys\nprint(json.dumps([os.getpid(), sys.argv[1:], os.listdir('/proc/self/fd')]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", GUNICORN],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    first, second = done.stdout.splitlines()
    pid, descriptor = first.split()
    server_pid, arguments, descriptors = json.loads(second)
    assert server_pid == int(pid)
    assert arguments == ["--bind", "127.0.0.1:0", "--workers", "1"]
    assert int(descriptor) > 2
    # The standard streams, and the one that lists them.
    assert len(descriptors) == 4


def test_our_server_runs_in_the_process(tmp_path):
    environment = {**os.environ, "SAGEMAKER_BASE_DIR": str(tmp_path), "SKLEARN_RUNTIME_FAILURE_PAUSE": "0"}
    done = subprocess.run(
        [sys.executable, "-c", GUNICORN], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    reason = json.loads(done.stderr.splitlines()[-1])
    assert reason["pid"] == int(done.stdout.split()[0])
    assert str(tmp_path) in reason["message"]


def test_the_example_in_the_docstring_runs():
    assert doctest.testmod(module).failed == 0
