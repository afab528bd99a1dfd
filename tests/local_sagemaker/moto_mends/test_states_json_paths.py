"""What JSON paths give: a value, or a list where a path may match many."""

from typing import Any

import pytest

from tests.local_sagemaker.moto_mends import engine_alone

METRICS = [{"MetricName": "validation:f1", "Value": 0.93}, {"MetricName": "train-loss", "Value": 0.1}]
GIVEN = {"metrics": METRICS, "one": {"two": {"Value": 1}}, "empty": [], "a-b": {"c d": 1}}
FAILED = "States.Runtime"


@pytest.mark.parametrize(
    ("path", "alone", "mended"),
    [
        ("$.metrics[0].Value", [0.93], 0.93),
        ("$.metrics[?(@.MetricName == 'validation:f1')].Value", [0.93], [0.93]),
        ("$.metrics[?(@.MetricName == 'train-loss')].Value", [0.1], [0.1]),
        ("$.metrics[?(@.MetricName == 'missing')].Value", FAILED, []),
        ("$.metrics[*].Value", [0.93, 0.1], [0.93, 0.1]),
        ("$.empty[*]", [], []),
        ("$.one..Value", 1, [1]),
        ("$.metrics[-1]", [METRICS[1]], METRICS[1]),
        ("$.a-b['c d']", 1, 1),
        ("$.missing", FAILED, FAILED),
        ("$.metrics[2]", FAILED, FAILED),
    ],
)
@pytest.mark.parametrize("is_mended", [False, True], ids=["moto alone", "mended"])
def test_the_path_says_whether_a_list_is_given(
    empty_moto: None, is_mended: bool, path: str, alone: Any, mended: Any
) -> None:
    engine_alone.prepare(mended=is_mended)
    found = engine_alone.output({"v.$": path}, GIVEN)
    expected = mended if is_mended else alone
    assert found == (expected if expected == FAILED else {"v": expected})


def test_the_length_of_what_a_filter_finds_can_be_asked_for(empty_moto: None) -> None:
    engine_alone.prepare(mended=True)
    path = "$.metrics[?(@.MetricName == 'missing')].Value"
    assert engine_alone.output({"n.$": f"States.ArrayLength({path})"}, GIVEN) == {"n": 0}
