"""A container's program and environment follow from what the template gives."""

import os
import sys
from pathlib import Path

import pytest

from local_sagemaker.access.rights import Credentials
from local_sagemaker.containers.container_plans import Site, plan_container, plan_installation
from local_sagemaker.containers.submit_directories import place_code
from local_sagemaker.data_plane_errors import ContainerError
from tests.local_sagemaker.cloud import CARRIED, IMAGE


@pytest.fixture
def site(tmp_path: Path) -> Site:
    for name in ("model/code/sklearn_runtime", "code"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "model/code/sklearn_runtime/__init__.py").touch()
    return Site(tmp_path, "eu-west-1", "http://localhost:4566", Credentials("ASIA1", "secret", "token"))


def test_paths_of_opt_ml_move_to_the_base_folder(site):
    given = {
        "PYTHONPATH": "/opt/ml/model/code:/opt/ml/code",
        "OPTION": "--dir=/opt/ml/model --other /opt/ml",
        "OTHER": "/srv/opt/ml/model /opt/mlx",
        "SAGEMAKER_SERVING_MODULE": CARRIED["SAGEMAKER_SERVING_MODULE"],
    }
    environment = plan_container(given, site).environment
    base = site.base_dir
    assert environment["PYTHONPATH"] == f"{base}/model/code:{base}/code"
    assert environment["OPTION"] == f"--dir={base}/model --other {base}"
    assert environment["OTHER"] == "/srv/opt/ml/model /opt/mlx"
    assert environment["SAGEMAKER_BASE_DIR"] == str(base)


def test_the_environment_is_clean_but_for_the_path_and_coverage(site, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "mine")
    monkeypatch.setenv("PYTHONPATH", "/mine")
    monkeypatch.setenv("SECRET", "mine")
    monkeypatch.setenv("COVERAGE_PROCESS_CONFIG", "measured")
    environment = plan_container({}, site).environment
    assert "mine" not in environment.values()
    assert environment["COVERAGE_PROCESS_CONFIG"] == "measured"
    assert environment["PATH"] == os.environ["PATH"]
    assert environment["AWS_ACCESS_KEY_ID"] == "ASIA1"
    assert environment["AWS_SECRET_ACCESS_KEY"] == "secret"
    assert environment["AWS_SESSION_TOKEN"] == "token"
    assert environment["AWS_REGION"] == environment["AWS_DEFAULT_REGION"] == "eu-west-1"
    assert environment["AWS_ENDPOINT_URL"] == "http://localhost:4566"


def test_a_model_with_network_isolation_has_no_credentials_and_no_way_to_the_network(site):
    environment = plan_container({"http_proxy": "http://proxy"}, site._replace(network_isolation=True)).environment
    assert not [name for name in environment if name.startswith(("AWS_ACCESS", "AWS_SECRET", "AWS_SESSION"))]
    assert environment["AWS_ENDPOINT_URL"] == "http://localhost:4566"
    assert environment["AWS_SHARED_CREDENTIALS_FILE"] == environment["AWS_CONFIG_FILE"] == os.devnull
    assert environment["http_proxy"] == environment["https_proxy"] == "http://127.0.0.1:9"


def test_the_model_may_set_what_we_would_set(site):
    given = {"SKLEARN_RUNTIME_FAILURE_PAUSE": "2", "AWS_REGION": "eu-west-2"}
    environment = plan_container(given, site).environment
    assert environment["SKLEARN_RUNTIME_FAILURE_PAUSE"] == "2"
    assert environment["AWS_REGION"] == "eu-west-2"


def test_a_model_that_carries_the_runtime_runs_it(site):
    plan = plan_container({**CARRIED, "GUNICORN_CMD_ARGS": "--config x", "SAGEMAKER_MODEL_SERVER_WORKERS": "3"}, site)
    assert plan.arguments == [sys.executable, "-m", "sklearn_runtime.server", "--workers", "3"]
    assert plan.environment["PYTHONPATH"] == str(site.base_dir / "model/code")
    assert "GUNICORN_CMD_ARGS" not in plan.environment


@pytest.mark.parametrize("path", ["/opt/ml/code", ""])
def test_a_model_that_should_carry_the_runtime_and_does_not_is_refused(site, path):
    with pytest.raises(ContainerError, match=f"No module named 'sklearn_runtime' on PYTHONPATH={path}: "):
        plan_container({**CARRIED, "PYTHONPATH": path}, site)


def test_a_script_for_the_images_own_server_runs_on_what_does_as_that_server(site):
    plan = plan_container({"SAGEMAKER_PROGRAM": "serve.py"}, site, image=IMAGE)
    assert plan.arguments == [sys.executable, "-m", "stock_image", "--workers", "1"]
    code, stock = plan.environment["PYTHONPATH"].split(":")
    assert code == str(site.base_dir / "code")
    assert Path(stock, "stock_image/__main__.py").is_file()


@pytest.mark.parametrize(
    ("given", "program"), [({}, "serve.py"), ({"SKLEARN_RUNTIME_PROGRAM": "hooks.py"}, "hooks.py")]
)
def test_a_script_for_another_image_gives_its_hooks_to_our_runtime(site, given, program):
    image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/mine:1"
    plan = plan_container({"SAGEMAKER_PROGRAM": "serve.py", **given}, site, image=image)
    assert plan.arguments == [sys.executable, "-m", "sklearn_runtime.server", "--workers", "1"]
    assert plan.environment["SKLEARN_RUNTIME_PROGRAM"] == program
    assert plan.environment["PYTHONPATH"] == str(site.base_dir / "code")


@pytest.mark.parametrize("workers", ["abc", "0", "-1", "1.5"])
def test_workers_that_are_no_number_are_named(site, workers):
    words = f"^SAGEMAKER_MODEL_SERVER_WORKERS is '{workers}': give a whole number of at least 1$"
    with pytest.raises(ContainerError, match=words):
        plan_container({"SAGEMAKER_PROGRAM": "serve.py", "SAGEMAKER_MODEL_SERVER_WORKERS": workers}, site, image=IMAGE)


def test_bundled_hooks_for_the_images_own_server_keep_the_users_script(site):
    given = {
        "SAGEMAKER_PROGRAM": "inference.py",
        "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
        "SKLEARN_RUNTIME_PROGRAM": "hooks.py",
    }
    place_code(given, site.base_dir)
    plan = plan_container(given, site, image=IMAGE)
    assert plan.arguments[:3] == [sys.executable, "-m", "sklearn_runtime.server"]
    assert plan.environment["SKLEARN_RUNTIME_PROGRAM"] == "hooks.py"
    assert Path(plan.environment["PYTHONPATH"], "sklearn_runtime/__init__.py").is_file()


def test_another_python_gets_our_package_and_nothing_else_of_ours(site):
    plan = plan_container({"SAGEMAKER_PROGRAM": "serve.py"}, site, "/opt/py39/bin/python", image=IMAGE)
    assert plan.arguments[0] == "/opt/py39/bin/python"
    code, *packages = plan.environment["PYTHONPATH"].split(":")
    assert code == str(site.base_dir / "code")
    assert [path.name for folder in packages for path in Path(folder).iterdir()] == ["stock_image", "sklearn_runtime"]


def test_another_python_runs_the_package_that_the_model_carries(site):
    (site.base_dir / "model/code/sklearn_runtime").mkdir(parents=True, exist_ok=True)
    (site.base_dir / "model/code/sklearn_runtime/__init__.py").touch()
    plan = plan_container(CARRIED, site, "/opt/py39/bin/python")
    assert plan.environment["PYTHONPATH"] == str(site.base_dir / "model/code")


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"SAGEMAKER_PROGRAM": "serve.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/script"}, "model/script"),
        ({"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}, "model/code"),
        ({**CARRIED, "SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": "s3://a/b"}, "code"),
    ],
)
def test_the_program_runs_with_what_is_installed_for_it(site, given, place):
    (site.base_dir / place).mkdir(exist_ok=True)
    (site.base_dir / place / "requirements.txt").touch()
    place_code(given, site.base_dir)
    plan = plan_container(given, site, installation=plan_installation(given, site))
    assert plan.installation is not None
    assert plan.arguments[0] == plan.installation.python == str(site.base_dir / "python/bin/python")
    assert plan.environment["PATH"] == f"{site.base_dir}/python/bin:{os.environ['PATH']}"


def test_where_awss_start_up_code_is_given_no_program_nothing_is_installed(site):
    (site.base_dir / "model/code/requirements.txt").touch()
    assert plan_installation(CARRIED, site) is None
    assert plan_container(CARRIED, site).arguments[0] == sys.executable


def test_code_that_brings_nothing_has_nothing_installed(site):
    given = {"SAGEMAKER_PROGRAM": "serve.py"}
    assert plan_installation(given, site) is None
    (site.base_dir / "code/requirements.txt").touch()
    assert plan_installation(given, site) is not None


@pytest.mark.parametrize("given", [{}, {"PYTHONPATH": "/opt/ml/code"}])
def test_awss_image_has_nothing_to_serve_without_a_program_and_an_image_of_ones_own_may(site, given):
    with pytest.raises(ContainerError, match=r"names no SAGEMAKER_PROGRAM, .* name a script that defines model_fn"):
        plan_container(given, site, image=IMAGE)
    assert plan_container(given, site, image="own").arguments[2] == "sklearn_runtime.server"
    carried = {"PYTHONPATH": "/opt/ml/model/code"}
    assert plan_container(carried, site, image=IMAGE).arguments[2] == "sklearn_runtime.server"
