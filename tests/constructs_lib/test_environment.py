import aws_cdk as cdk
import pytest

from constructs_lib.environment import METHODS, ContainerSettings, environment_problems, render_environment
from sklearn_runtime.methods import METHODS as RUNTIME_METHODS
from sklearn_runtime.settings import VARIABLES

DEFAULTS = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "SAGEMAKER_CONTAINER_LOG_LEVEL": "20",
    "SAGEMAKER_REGION": "eu-west-1",
}


def render(user: dict[str, str] | None = None, **settings: object) -> dict[str, str]:
    known = ContainerSettings(**{"server": "runtime", "region": "eu-west-1", "hooks_file": "inference.py", **settings})  # type: ignore[arg-type]
    return render_environment(known, user or {})


def test_code_in_the_archive_under_our_server():
    assert render() == {
        **DEFAULTS,
        "GUNICORN_CMD_ARGS": "--config python:sklearn_runtime.gunicorn_config",
        "PYTHONPATH": "/opt/ml/model/code",
        "SAGEMAKER_SERVING_MODULE": "sklearn_runtime.serving:main",
        "SAGEMAKER_USE_NGINX": "false",
    }


def test_code_from_s3_under_our_server():
    assert render(code_uri="s3://bucket/code") == {
        **DEFAULTS,
        "GUNICORN_CMD_ARGS": "--config python:sklearn_runtime.gunicorn_config",
        "PIP_NO_BUILD_ISOLATION": "0",
        "PYTHONPATH": "/opt/ml/code",
        "SAGEMAKER_PROGRAM": "inference.py",
        "SAGEMAKER_SERVING_MODULE": "sklearn_runtime.serving:main",
        "SAGEMAKER_SUBMIT_DIRECTORY": "s3://bucket/code",
        "SAGEMAKER_USE_NGINX": "false",
    }


@pytest.mark.parametrize(("code_uri", "directory"), [(None, "/opt/ml/model/code"), ("s3://b/k", "s3://b/k")])
def test_the_stock_server(code_uri, directory):
    assert render(server="stock", code_uri=code_uri) == {
        **DEFAULTS,
        "PIP_NO_BUILD_ISOLATION": "0",
        "SAGEMAKER_PROGRAM": "inference.py",
        "SAGEMAKER_SUBMIT_DIRECTORY": directory,
    }


def test_what_the_runtime_should_know_about_model_and_script():
    rendered = render(
        program="hooks.py",
        model_sha256="0" * 64,
        model_sklearn_version="1.9.0",
        model_revision="v7",
        method="predict_proba",
        float32=True,
    )
    assert {name: value for name, value in rendered.items() if name.startswith("SKLEARN_RUNTIME_")} == {
        "SKLEARN_RUNTIME_FLOAT32": "true",
        "SKLEARN_RUNTIME_METHOD": "predict_proba",
        "SKLEARN_RUNTIME_MODEL_REVISION": "v7",
        "SKLEARN_RUNTIME_MODEL_SHA256": "0" * 64,
        "SKLEARN_RUNTIME_MODEL_SKLEARN": "1.9.0",
        "SKLEARN_RUNTIME_PROGRAM": "hooks.py",
    }


def test_the_runtime_reads_every_variable_of_its_own_but_the_revision():
    rendered = render(program="p", model_sha256="0", model_sklearn_version="1.9", method="transform", float32=True)
    ours = {name for name in rendered if name.startswith("SKLEARN_RUNTIME_")}
    assert ours <= {variable.name for variable in VARIABLES}


def test_the_methods_are_those_of_the_runtime():
    assert METHODS == RUNTIME_METHODS


def test_defaults_can_be_overridden_and_names_are_sorted():
    rendered = render({"OMP_NUM_THREADS": "4", "A": "b"})
    assert (rendered["OMP_NUM_THREADS"], rendered["OPENBLAS_NUM_THREADS"]) == ("4", "1")
    assert list(rendered) == sorted(rendered)


def problems(user: dict[str, str]) -> list[str]:
    return environment_problems(user, render(user))


def test_what_the_construct_sets_is_not_overridden():
    assert problems({"SAGEMAKER_PROGRAM": "x.py", "PYTHONPATH": "/x"}) == [
        "environment variable 'PYTHONPATH' is set by the construct; put your modules into source_dir",
        "environment variable 'SAGEMAKER_PROGRAM' is set by the construct; use entry_point",
    ]


@pytest.mark.parametrize("name", ["", "1A", "A-B", "A" * 1025])
def test_a_name_that_is_none_is_refused(name):
    assert problems({name: "x"})[0] == (
        f"environment variable {name!r} is not a name; use letters, digits and underscores, no digit first"
    )


def test_limits_are_those_of_create_model():
    assert problems({"A": "x" * 1024}) == []
    assert problems({"A": "x" * 1025}) == ["environment variable 'A' has 1025 characters; SageMaker takes 1,024"]
    assert problems({f"A{n}": "x" for n in range(92)}) == []
    assert problems({f"A{n}": "x" for n in range(93)}) == [
        "environment has 101 entries, 8 of them the construct's; SageMaker takes 100"
    ]
    (problem,) = problems({f"A{n}": "x" * 1000 for n in range(40)})
    assert problem.endswith("bytes in all; SageMaker takes 32,768: put data into a file")


def test_the_value_of_a_token_is_not_measured():
    assert problems({"A": cdk.Aws.STACK_ID * 60}) == []
