"""What a container writes of a failure, and how it ends."""

import pytest

from local_sagemaker.training.failures import SCRIPT_ERROR, CommandFailure, FrameworkFailure


def failure(exit_status):
    return CommandFailure(
        error=SCRIPT_ERROR,
        exit_status=exit_status,
        last_line="ValueError: x",
        command=("python", "train.py", "--a", "1"),
    )


@pytest.mark.parametrize("exit_status", [1, 3, -9])
def test_a_container_ends_with_1_whatever_the_status_of_the_script(exit_status):
    assert failure(exit_status).container_status == 1
    assert failure(exit_status).text == (
        f"ExecuteUserScriptError:\nExitCode {exit_status}\n"
        'ErrorMessage "ValueError: x"\nCommand "python train.py --a 1"'
    )


def test_the_status_of_a_shell_whose_command_was_killed_reads_as_a_lack_of_memory():
    assert '\nExtraInfo "OutOfMemory: Process killed by SIGKILL (signal 9)"\nCommand' in failure(137).text


@pytest.mark.parametrize(
    ("error", "status"),
    [(FileNotFoundError(2, "no such file"), 2), (PermissionError(13, "no"), 13), (ValueError("x"), 1)],
)
def test_the_number_of_an_operating_systems_error_is_the_containers_status(error, status):
    found = FrameworkFailure(error=error)
    assert found.container_status == status
    assert found.text == f"Framework Error: \n{type(error).__name__}: {error}\n\n{error}"
