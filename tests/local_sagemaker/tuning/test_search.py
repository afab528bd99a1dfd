"""What is tried next: within the ranges, the same for the same seed, and better where the strategy learns."""

import pytest

from local_sagemaker.tuning.ranges import CategoricalRange, ContinuousRange, IntegerRange, Range
from local_sagemaker.tuning.search import Search

RATE = ContinuousRange("rate", 0.0, 1.0, "Linear")
DEPTH = IntegerRange("depth", 1, 9, "Auto")
KIND = CategoricalRange("kind", ('"a"', '"b"', '"c"'))


def make(strategy: str = "Random", *ranges: Range, seed: int | None = 1, jobs: int | None = 30) -> Search:
    return Search(ranges or (RATE, DEPTH, KIND), strategy=strategy, maximize=False, seed=seed, most_jobs=jobs)


def tried(search: Search, count: int) -> list[dict[str, str]]:
    """Let a search look for a rate of 0.3."""
    found = []
    for _ in range(count):
        suggestion = search.ask()
        found.append(suggestion.values)
        search.tell(suggestion.number, abs(float(suggestion.values.get("rate", "0")) - 0.3))
    return found


@pytest.mark.parametrize("strategy", ["Random", "Bayesian"])
def test_values_are_texts_within_the_ranges(strategy):
    for values in tried(make(strategy), 20):
        assert list(values) == ["rate", "depth", "kind"]
        assert 0 <= float(values["rate"]) <= 1
        assert values["depth"] in set("123456789")
        assert values["kind"] in KIND.values


@pytest.mark.parametrize("strategy", ["Random", "Bayesian", "Grid"])
def test_the_same_seed_gives_the_same_values(strategy):
    ranges: tuple[Range, ...] = (KIND, CategoricalRange("size", tuple("12345"))) if strategy == "Grid" else (RATE, KIND)
    first, again, other = (tried(make(strategy, *ranges, seed=seed), 12) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_grid_is_every_combination_once_also_side_by_side():
    search = make("Grid", KIND, CategoricalRange("size", ("1", "2")))
    suggestions = [search.ask() for _ in range(6)]
    combinations = {(suggestion.values["kind"], suggestion.values["size"]) for suggestion in suggestions}
    assert combinations == {(kind, size) for kind in KIND.values for size in ("1", "2")}
    for suggestion in suggestions:
        search.tell(suggestion.number, 1.0)


@pytest.mark.parametrize("strategy", ["Random", "Bayesian"])
def test_no_combination_is_tried_twice_while_there_are_others(strategy):
    search = make(strategy, DEPTH)
    assert sorted(values["depth"] for values in tried(search, 9)) == list("123456789")
    assert tried(search, 1)[0]["depth"] in set("123456789")


def test_a_bayesian_search_comes_closer_than_a_random_one():
    distances = {}
    for strategy in ("Random", "Bayesian"):
        found = [tried(make(strategy, RATE, seed=seed), 30) for seed in range(5)]
        distances[strategy] = [sorted(abs(float(values["rate"]) - 0.3) for values in each)[:10] for each in found]
    assert sum(map(sum, distances["Bayesian"])) < sum(map(sum, distances["Random"])) / 2


def test_what_came_of_a_training_job_may_be_nothing():
    search = make("Bayesian", RATE)
    for _ in range(12):
        search.tell(search.ask().number, None)
    assert 0 <= float(search.ask().values["rate"]) <= 1


def test_a_search_learns_what_is_within_its_ranges():
    search = make("Bayesian", RATE, jobs=6)
    for number in range(100):
        assert search.learn({"rate": str(number / 100), "other": "x"}, abs(number / 100 - 0.3))
    assert not search.learn({"rate": "2"}, 0.0)
    assert not search.learn({}, 0.0)
    assert all(abs(float(values["rate"]) - 0.3) < 0.2 for values in tried(search, 4))
