"""What becomes of errors, closed pipes and requests for help."""

import importlib.metadata
import sys

import pytest

import endpoint_client.command_line.main
from endpoint_client.command_line import target
from endpoint_client.command_line.main import main
from endpoint_client.command_line.reasons import reason


def test_help_and_version_are_no_errors(run):
    done = run("--help")
    assert done.status == 0
    assert "predict each row of a file" in done.out
    assert run("--version").out == importlib.metadata.version("sagemaker-sklearn-cdk") + "\n"
    assert run().status == 2


@pytest.mark.parametrize("command", ["predict", "status", "tail"])
def test_each_command_says_its_exit_status_and_shows_examples(run, command):
    done = run(command, "--help")
    assert done.status == 0
    assert "Exit status" in done.out
    assert f"\n  sklearn-endpoint {command} churn" in done.out


def test_a_checkout_that_is_not_installed_has_no_version(run, monkeypatch):
    def missing(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(endpoint_client.command_line.main, "version", missing)
    assert run("--version").out == "unknown: not installed\n"


def test_an_error_of_the_system_is_told_without_a_traceback():
    assert (
        reason(FileNotFoundError(2, "No such file or directory", "rows.csv")) == "rows.csv: No such file or directory"
    )
    assert reason(OSError(28, "No space left on device")) == "No space left on device"
    assert reason(OSError("odd")) == "odd"


def test_a_name_may_be_that_of_a_stack_or_of_a_parameter(run, monkeypatch):
    # Both are looked up in tests/endpoint_client/test_discovery.py.
    monkeypatch.setattr(target, "endpoint_of_stack", lambda *words, **_: "-".join(map(str, words)))
    monkeypatch.setattr(target, "endpoint_of_parameter", lambda name, **_: f"of {name}")
    names = {"churn": "churn", "stack:S": "S-None", "stack:S/A/B": "S-A/B", "parameter:/churn": "of /churn"}
    for name, expected in names.items():
        arguments = endpoint_client.command_line.main.make_parser().parse_args(
            ["status", name, "--region", "eu-west-1"]
        )
        found = target.target_of(arguments)
        assert (found.name, found.session.region_name) == (expected, "eu-west-1")


def test_a_second_error_of_a_closed_pipe_is_kept_from_the_user(monkeypatch, tmp_path):
    def broken(arguments: object) -> int:
        raise BrokenPipeError

    with (tmp_path / "out").open("w") as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        monkeypatch.setattr("endpoint_client.command_line.status.run", broken)
        assert main(["status", "churn"]) == 141
        print("to nobody", file=stdout, flush=True)
    assert (tmp_path / "out").read_text() == ""
