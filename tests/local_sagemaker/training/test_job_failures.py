"""FailureReason as AWS writes it."""

from local_sagemaker.training.job_failures import AlgorithmFailure, ClientFailure


def test_the_reason_of_a_script_is_its_failure_file_and_the_exit_code():
    assert AlgorithmFailure("ValueError: no\n", 1).reason == "AlgorithmError: ValueError: no, exit code: 1"


def test_without_a_failure_file_the_exit_code_remains():
    assert AlgorithmFailure("", 2).reason == "AlgorithmError: , exit code: 2"


def test_a_signal_is_an_exit_code_above_128():
    assert AlgorithmFailure("", -9).reason == "AlgorithmError: , exit code: 137"


def test_a_long_reason_keeps_its_end_within_1024_characters():
    reason = AlgorithmFailure("x" * 5000, 1).reason
    assert len(reason) == 1024
    assert reason.endswith("xx, exit code: 1")
    assert len(ClientFailure("x" * 5000).reason) == 1024
