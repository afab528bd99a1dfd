"""What lies beside a script is installed before its server starts, without the network."""

import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from local_sagemaker.containers.installation import Installation
from local_sagemaker.containers.processes import ChildProcess, stop_watchdog
from local_sagemaker.data_plane_errors import ContainerError
from tests.aws_training.cases import wheel

WHEEL = "extra-1.0-py3-none-any.whl"
# So that a requirement that is not there is not looked for elsewhere.
OFFLINE = {"PATH": os.environ["PATH"], "PIP_NO_INDEX": "1"}
LONG = 120.0


@pytest.fixture(autouse=True)
def no_watchdog_left():
    yield
    stop_watchdog()


@pytest.fixture
def code(tmp_path):
    folder = tmp_path / "code"
    folder.mkdir()
    return folder


def installation(code, *, network_isolation=False, python=sys.executable, **variables):
    return Installation(
        python,
        code=code,
        folder=code.parent / "python",
        environment={**OFFLINE, **variables},
        network_isolation=network_isolation,
    )


def output(python, script):
    lines: list[str] = []
    process = ChildProcess([python, "-c", script], environment=OFFLINE, folder=Path("/"), on_line=lines.append)
    assert process.wait(LONG)
    assert process.exit_status == 0, lines
    return lines


def test_requirements_are_installed_once_on_top_of_the_interpreter(code):
    (code / WHEEL).write_bytes(wheel("extra", "NAME = 'of the wheel'\n"))
    (code / "requirements.txt").write_text(f"./{WHEEL}\nnumpy\n")
    lines: list[str] = []
    started: list[str] = []

    def start(arguments, **options):
        started.append(" ".join(arguments))
        return ChildProcess(arguments, **options)

    needed = installation(code)
    for _ in range(2):
        needed.run(start, lines.append, LONG)
    assert started == [f"{needed.python} -m pip install -r requirements.txt"]
    assert any(line.startswith("Successfully installed extra-1.0") for line in lines)
    assert output(needed.python, "import extra, numpy; print(extra.NAME)") == ["of the wheel"]
    with pytest.raises(AssertionError, match="No module named 'extra'"):
        output(sys.executable, "import extra")
    assert needed.with_python({"PATH": "/bin"})["PATH"] == f"{code.parent}/python/bin:/bin"


def test_a_package_is_installed_with_its_requirements(code):
    (code / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    (code / "backend.py").write_text(
        "import pathlib, shutil\n"
        "def build_wheel(directory, config_settings=None, metadata_directory=None):\n"
        f"    shutil.copy({WHEEL!r}, directory)\n"
        f"    return {WHEEL!r}\n"
    )
    (code / WHEEL).write_bytes(wheel("extra", "NAME = 'of the package'\n"))
    (code / "requirements.txt").write_text("numpy\n")
    lines: list[str] = []
    needed = installation(code)
    needed.run(ChildProcess, lines.append, LONG)
    assert output(needed.python, "import extra; print(extra.NAME)") == ["of the package"]
    assert any("already satisfied: numpy" in line for line in lines)


@pytest.mark.parametrize(
    ("network_isolation", "end"), [(False, "$"), (True, "; the model has network isolation, so pip reaches neither")]
)
def test_what_cannot_be_installed_fails_with_pips_reason(code, network_isolation, end):
    (code / "requirements.txt").write_text("a-library-that-is-nowhere\n")
    variables = {"PIP_NO_INDEX": "" if network_isolation else "1"}
    reason = (
        r"^pip install -r requirements\.txt ended with status 1: "
        "ERROR: No matching distribution found for a-library-that-is-nowhere"
    )
    # pip itself is what says so in both cases: with network isolation it asks no index, whatever the variables say.
    with pytest.raises(ContainerError, match=reason + end):
        installation(code, network_isolation=network_isolation, **variables).run(ChildProcess, print, LONG)


@pytest.fixture
def index():
    """Serve a wheel; give its address and the paths that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            body = wheel("extra", "NAME = 'of the network'\n")
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Nothing: the test's output is pip's."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/{WHEEL}", asked
        server.shutdown()
        thread.join()


def test_with_network_isolation_pip_fetches_no_address_either(code, index):
    address, asked = index
    (code / "requirements.txt").write_text(f"extra @ {address}\n")
    with pytest.raises(ContainerError, match=r"so pip reaches neither a package index nor a URL: put wheels beside"):
        installation(code, network_isolation=True).run(ChildProcess, print, LONG)
    assert asked == []
    installation(code).run(ChildProcess, print, LONG)
    assert asked == [f"/{WHEEL}"]


def test_what_failed_is_tried_again(code):
    needed = installation(code)
    (code / "requirements.txt").write_text("a-library-that-is-nowhere\n")
    with pytest.raises(ContainerError):
        needed.run(ChildProcess, lambda _: None, LONG)
    (code / "requirements.txt").write_text("numpy\n")
    needed.run(ChildProcess, lambda _: None, LONG)
    assert output(needed.python, "print(1)") == ["1"]


def test_what_takes_too_long_is_ended(code):
    (code / "requirements.txt").write_text("numpy\n")
    children: list[ChildProcess] = []

    def slow(_arguments, **options):
        children.append(ChildProcess(["/bin/sleep", "600"], **options))
        return children[-1]

    with pytest.raises(ContainerError, match=r"^pip install -r requirements\.txt took more than 0\.05 s, what is left"):
        installation(code).run(slow, lambda _: None, 0.05)
    assert not children[0].running


def test_an_interpreter_that_is_none_is_named(code):
    (code / "requirements.txt").write_text("numpy\n")
    with pytest.raises(ContainerError, match=r"no environment to install into: .*/nowhere/python"):
        installation(code, python="/nowhere/python").run(ChildProcess, lambda _: None, LONG)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("requirements.txt", True), ("setup.py", True), ("pyproject.toml", True), ("serve.py", False)],
)
def test_only_code_that_brings_something_is_installed(code, name, expected):
    (code / name).touch()
    assert Installation.is_needed(code) is expected
