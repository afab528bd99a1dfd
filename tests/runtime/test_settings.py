"""The settings come from the environment, with the image's own meanings, and a bad value is named."""

import doctest
import inspect
import re

import pytest

from sklearn_runtime import settings as module
from sklearn_runtime.settings import VARIABLES, Settings, SettingsError


def test_an_empty_environment_gives_the_defaults_of_the_class():
    assert Settings.from_environ({}) == Settings()


def test_a_blank_value_counts_as_not_set():
    assert Settings.from_environ({variable.name: " " for variable in VARIABLES}) == Settings()


def test_the_base_directory_moves_model_and_code():
    settings = Settings.from_environ({"SAGEMAKER_BASE_DIR": "/srv"})
    assert settings.model_dir == "/srv/model"
    assert settings.code_dirs == ("/srv/code", "/srv/model/code")


@pytest.mark.parametrize(
    ("name", "value", "field", "expected"),
    [
        ("SAGEMAKER_BIND_TO_PORT", "9000", "bind", "0.0.0.0:9000"),
        ("SAGEMAKER_MODEL_SERVER_WORKERS", "3", "workers", 3),
        ("SAGEMAKER_CONTAINER_LOG_LEVEL", "10", "log_level", 10),
        ("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", "text/csv", "default_accept", "text/csv"),
        ("SKLEARN_RUNTIME_PROGRAM", "hooks.py", "program", "hooks.py"),
        ("SKLEARN_RUNTIME_METHOD", "predict_proba", "method", "predict_proba"),
        ("SKLEARN_RUNTIME_FLOAT32", "TRUE", "float32", True),
        ("SKLEARN_RUNTIME_MODEL_SHA256", "ab", "model_sha256", "ab"),
        ("SKLEARN_RUNTIME_MODEL_SKLEARN", "1.9.0", "model_sklearn", "1.9.0"),
        ("SKLEARN_RUNTIME_MAX_BODY_BYTES", "10", "max_body_bytes", 10),
        ("SKLEARN_RUNTIME_MAX_HEADER_BYTES", "11", "max_header_bytes", 11),
        ("SKLEARN_RUNTIME_LARGE_BODY_BYTES", "0", "large_body_bytes", 0),
        ("SKLEARN_RUNTIME_MAX_CONNECTIONS", "12", "max_connections", 12),
        ("SKLEARN_RUNTIME_HEADER_TIMEOUT", "0.5", "header_timeout", 0.5),
        ("SKLEARN_RUNTIME_BODY_TIMEOUT", "1", "body_timeout", 1.0),
        ("SKLEARN_RUNTIME_WRITE_TIMEOUT", "2", "write_timeout", 2.0),
        ("SKLEARN_RUNTIME_KEEP_ALIVE_TIMEOUT", "3", "keep_alive_timeout", 3.0),
        ("SKLEARN_RUNTIME_DRAIN_TIMEOUT", "4", "drain_timeout", 4.0),
        ("SKLEARN_RUNTIME_FAILURE_PAUSE", "0", "failure_pause", 0.0),
        ("SKLEARN_RUNTIME_USER", "nobody", "user", "nobody"),
    ],
)
def test_each_variable_sets_its_field_and_no_other(name, value, field, expected):
    settings = Settings.from_environ({name: value})
    assert getattr(settings, field) == expected
    assert settings._replace(**{field: getattr(Settings(), field)}) == Settings()


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("SAGEMAKER_BIND_TO_PORT", "65536", "a port from 0 to 65535"),
        ("SAGEMAKER_MODEL_SERVER_WORKERS", "0", "at least 1"),
        ("SAGEMAKER_CONTAINER_LOG_LEVEL", "info", "a level"),
        ("SKLEARN_RUNTIME_FLOAT32", "maybe", "true or false"),
        ("SKLEARN_RUNTIME_MAX_BODY_BYTES", "6 MB", "whole number"),
        ("SKLEARN_RUNTIME_DRAIN_TIMEOUT", "-1", "seconds"),
        ("SKLEARN_RUNTIME_DRAIN_TIMEOUT", "nan", "seconds"),
        ("SKLEARN_RUNTIME_DRAIN_TIMEOUT", "inf", "seconds"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(name, value, allowed):
    with pytest.raises(SettingsError, match=f"^{name} is '{re.escape(value)}': give .*{allowed}"):
        Settings.from_environ({name: value})


def test_the_table_holds_exactly_the_variables_that_are_read():
    source = inspect.getsource(Settings.from_environ)
    assert {variable.name for variable in VARIABLES} == set(re.findall(r"SAGEMAKER_\w+|SKLEARN_RUNTIME_\w+", source))
    assert all(variable.meaning for variable in VARIABLES)


def test_the_example_in_the_docstring_runs():
    assert doctest.testmod(module).failed == 0
