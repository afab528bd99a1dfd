"""The median rule: against the running averages of the others up to the same epoch."""

import pytest

from local_sagemaker.tuning.early_stopping import is_behind


def less(one: float, other: float) -> bool:
    return one < other


def more(one: float, other: float) -> bool:
    return one > other


@pytest.mark.parametrize(
    ("values", "earlier", "better", "behind"),
    [
        ([], [[0.5]], less, False),
        ([0.9], [], less, False),
        ([0.9], [[]], less, False),
        ([0.6], [[0.5, 0.0]], less, True),
        ([0.5], [[0.5, 0.0]], less, False),
        ([0.6], [[0.5, 0.0]], more, False),
        ([0.4], [[0.5, 0.0]], more, True),
        # The averages up to the second epoch are 0.4, 0.3 and 0.8: their median is 0.4.
        ([0.9, 0.41], [[0.6, 0.2], [0.3, 0.3, 9.0], [0.8]], less, True),
        ([0.9, 0.39], [[0.6, 0.2], [0.3, 0.3, 9.0], [0.8]], less, False),
    ],
)
def test_the_last_value_is_held_against_the_median_of_the_averages(values, earlier, better, behind):
    assert is_behind(values, earlier, better) is behind
