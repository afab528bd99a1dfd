"""A job's own virtual environment: on top of the interpreter it is made from, and never changing it."""

import os
import subprocess
import sys

import pytest

from local_sagemaker.containers.virtual_environments import Interpreter, make_environment


def output(python, code):
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def site_packages(folder):
    [found] = (folder / "lib").glob("python*/site-packages")
    return found


@pytest.fixture
def running():
    return Interpreter.ask(sys.executable, os.environ)


def test_what_the_parent_has_is_there_and_what_the_job_brings_wins(tmp_path, running):
    middle = make_environment(running, tmp_path / "middle", os.environ)
    (site_packages(tmp_path / "middle") / "extra.py").write_text("NAME = 'old'")
    job = make_environment(Interpreter.ask(str(middle), os.environ), tmp_path / "job", os.environ)
    assert output(job, "import extra; print(extra.NAME)") == "old"
    (site_packages(tmp_path / "job") / "extra.py").write_text("NAME = 'new'")
    assert output(job, "import extra; print(extra.NAME)") == "new"
    assert output(middle, "import extra; print(extra.NAME)") == "old"
    # Two environments up.
    assert output(job, "import numpy; print(numpy.__version__)") == output(
        sys.executable, "import numpy; print(numpy.__version__)"
    )


def test_pip_installs_into_it_though_pip_is_the_parents(tmp_path, running):
    job = make_environment(running, tmp_path / "job", os.environ)
    assert output(job, "import pip, pathlib; print(pathlib.Path(pip.__file__).parents[1])") in running.site_packages
    assert output(job, "import sysconfig; print(sysconfig.get_path('purelib'))") == str(site_packages(tmp_path / "job"))


def test_a_parent_without_pip_gets_one(tmp_path, running):
    bare = Interpreter(python=running.python, search_path=(), site_packages=(), installers=())
    job = make_environment(bare, tmp_path / "job", os.environ)
    assert output(job, "import pip; print(pip.__file__)").startswith(str(tmp_path / "job"))


def test_the_python_path_is_the_toolkits_own_search_path_after_the_code(running):
    places = running.python_path("/opt/ml/code").split(":")
    assert places[0] == "/opt/ml/code"
    assert places[1] == os.path.dirname(sys.executable)  # noqa: PTH120  as it stands, no links followed
    assert set(running.site_packages) <= set(places)


def test_code_that_is_in_the_search_path_already_stays_where_it_is():
    interpreter = Interpreter(python="/bin/python", search_path=("/lib", "/code"), site_packages=(), installers=())
    assert interpreter.python_path("/code") == "/bin:/lib:/code"


def test_a_pythonpath_of_the_container_counts():
    found = Interpreter.ask(sys.executable, {**os.environ, "PYTHONPATH": "/mine"})
    assert found.search_path[0] == "/mine"


def test_what_is_no_python_is_named(tmp_path):
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho broken >&2\nexit 3\n")
    program.chmod(0o755)
    with pytest.raises(ValueError, match=r"/python ended with status 3 when asked for sys\.path: broken"):
        Interpreter.ask(str(program), os.environ)
    bare = Interpreter(python=str(program), search_path=(), site_packages=(), installers=())
    with pytest.raises(OSError, match=r"-m venv .* ended with status 3: broken"):
        make_environment(bare, tmp_path / "job", os.environ)
