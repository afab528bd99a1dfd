"""Times in the context object of an execution."""

import re

import pytest

from tests.local_sagemaker.moto_mends import engine_alone


@pytest.mark.parametrize("is_mended", [False, True], ids=["moto alone", "mended"])
def test_the_start_is_text_that_can_be_split(empty_moto: None, is_mended: bool) -> None:
    engine_alone.prepare(mended=is_mended)
    found = engine_alone.output({"parts.$": "States.StringSplit($$.Execution.StartTime, '-T:.Z')"})
    expected = {"parts": ["2026", "11", "28", "20", "24", "52", "123"]}
    assert found == (expected if is_mended else "States.Runtime")


@pytest.mark.parametrize("is_mended", [False, True], ids=["moto alone", "mended"])
def test_the_time_a_state_was_entered_is_written_as_aws_does(empty_moto: None, is_mended: bool) -> None:
    engine_alone.prepare(mended=is_mended)
    found = engine_alone.output({"time.$": "$$.State.EnteredTime"})["time"]
    assert bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", found)) == is_mended
