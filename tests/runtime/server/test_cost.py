"""Requests of unknown or high cost leave the loop, cheap ones come back, each by the length of its body."""

import doctest

import pytest

from sklearn_runtime.server import cost as module
from sklearn_runtime.server.cost import BUDGET_SECONDS, Costs

SLOW, QUICK = 10 * BUDGET_SECONDS, BUDGET_SECONDS / 100
SMALL, LARGE = 100, 60_000


def cheap(costs, body_bytes):
    return costs.cheap[body_bytes.bit_length()]


def test_what_is_not_known_is_not_cheap():
    assert not any(cheap(Costs(), size) for size in (0, 1, SMALL, LARGE, 1 << 30))


def test_one_quick_request_makes_its_own_length_cheap_and_no_other():
    costs = Costs()
    costs.learn(SMALL, QUICK)
    assert [size for size in range(1000) if cheap(costs, size)] == list(range(64, 128))


def test_a_slow_request_makes_its_length_and_all_above_dear():
    costs = Costs()
    costs.foresee([(1 << 20, QUICK)])
    costs.learn(SMALL, SLOW)
    assert cheap(costs, 63)
    assert not any(cheap(costs, size) for size in (64, SMALL, 128, LARGE))


def test_a_history_of_quick_requests_makes_it_cheap_again():
    costs = Costs()
    costs.learn(SMALL, SLOW)
    needed = 0
    while not cheap(costs, SMALL):
        costs.learn(SMALL, QUICK)
        needed += 1
    assert 10 < needed < 30
    assert not cheap(costs, LARGE)


def test_what_is_cheap_stays_so_while_it_is_quick():
    costs = Costs()
    for _ in range(5):
        costs.learn(SMALL, BUDGET_SECONDS)
    assert cheap(costs, SMALL)


@pytest.mark.parametrize(
    ("measurements", "cheap_up_to"),
    [
        # Even one row takes too long.
        ([(30, SLOW)], -1),
        # As many cells as a body can hold bytes: bodies below 2^10 hold no more than 1,024 cells.
        ([(30, QUICK), (1024, QUICK), (2048, SLOW)], 1023),
        # What was not measured is in proportion: 30 cells take a hundredth of the budget.
        ([(30, QUICK)], 2047),
        # However quick the model is, reading half a megabyte takes time.
        ([(1 << 30, QUICK)], (1 << 19) - 1),
    ],
)
def test_what_the_model_took_for_so_many_cells_tells_which_bodies_are_cheap(measurements, cheap_up_to):
    costs = Costs()
    costs.foresee(measurements)
    sizes = [(1 << bits) - 1 for bits in range(24)]
    assert [size for size in sizes if cheap(costs, size)] == [size for size in sizes if size <= cheap_up_to]


def test_better_measurements_take_the_place_of_an_extrapolation():
    costs = Costs()
    costs.foresee([(30, QUICK)])
    assert not cheap(costs, LARGE)
    costs.foresee([(30, QUICK), (1 << 16, QUICK)])
    assert cheap(costs, LARGE)


def test_one_quick_request_counts_for_more_than_what_was_foreseen():
    costs = Costs()
    costs.foresee([(30, SLOW)])
    costs.learn(LARGE, QUICK)
    assert cheap(costs, LARGE)


def test_what_a_request_has_shown_counts_for_more_than_what_was_foreseen():
    costs = Costs()
    costs.learn(SMALL, SLOW)
    costs.foresee([(1 << 20, QUICK)])
    assert not cheap(costs, SMALL)
    assert not cheap(costs, LARGE)
    assert cheap(costs, 63)


def test_the_example_in_the_docstring_runs():
    assert doctest.testmod(module).failed == 0
