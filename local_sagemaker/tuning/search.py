"""Which values are tried next: optuna's samplers behind the strategies of AWS.

AWS does not say how its Bayesian search works inside, so the values that it would choose are not these.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from optuna.samplers import BaseSampler

    from local_sagemaker.tuning.ranges import Range

# Of a Bayesian search: the first trials are random, a third of all, but no more than this.
_MOST_RANDOM = 10
_FEWEST_RANDOM = 2
# How often another combination is drawn for one that was tried before.
_DRAWS = 100


class Suggestion(NamedTuple):
    """Values to try.

    Parameters
    ----------
    number
        What `Search.tell` knows them by.
    values
        The hyperparameters, as texts.
    """

    number: int
    values: dict[str, str]


class Search:
    """The search of one tuning job.

    Parameters
    ----------
    ranges
        What is searched.
    strategy
        Bayesian, Random or Grid.
    maximize
        Whether a greater objective is better.
    seed
        RandomSeed; the same seed gives the same values.
    most_jobs
        MaxNumberOfTrainingJobs.
    """

    def __init__(
        self, ranges: Sequence[Range], *, strategy: str, maximize: bool, seed: int | None, most_jobs: int | None
    ) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._ranges = ranges
        self._distributions: dict[str, Any] = {item.name: item.distribution() for item in ranges}
        self._grid = strategy == "Grid"
        self._random: BaseSampler = optuna.samplers.RandomSampler(seed)
        self._sampler = self._make_sampler(strategy, seed, most_jobs)
        self._study = optuna.create_study(direction="maximize" if maximize else "minimize", sampler=self._sampler)
        self._seen: set[tuple[str, ...]] = set()

    def ask(self) -> Suggestion:
        """Give values that were not tried before, as long as there are some."""
        suggestion = self._ask()
        draws = 0
        while not self._grid and self._was_seen(suggestion) and self._some_left() and draws < _DRAWS:
            draws += 1
            self.tell(suggestion.number, None)
            # The same sampler would often come to the same again.
            self._study.sampler = self._random
            suggestion = self._ask()
        self._study.sampler = self._sampler
        self._seen.add(tuple(suggestion.values.values()))
        return suggestion

    def tell(self, number: int, value: float | None) -> None:
        """Say what came of a suggestion.

        Parameters
        ----------
        number
            The suggestion's.
        value
            Its objective; None where there is none.
        """
        from optuna.trial import TrialState

        self._study.tell(number, value, state=TrialState.FAIL if value is None else TrialState.COMPLETE)

    def learn(self, values: Mapping[str, str], objective: float) -> bool:
        """Take what another tuning job found; say whether it is within the ranges of this one.

        Parameters
        ----------
        values
            All hyperparameters of the training job, as texts.
        objective
            What it came to.
        """
        from optuna.trial import create_trial

        points = {item.name: item.point(values.get(item.name, "")) for item in self._ranges}
        if any(point is None for point in points.values()):
            return False
        self._study.add_trial(create_trial(params=points, distributions=self._distributions, value=objective))
        return True

    def _make_sampler(self, strategy: str, seed: int | None, most_jobs: int | None) -> BaseSampler:
        from optuna.samplers import GridSampler, TPESampler

        class Grid(GridSampler):
            def after_trial(self, *arguments: Any) -> None:
                """Leave the end to the tuning job: GridSampler ends a loop of optuna's, and there is none."""

        if strategy == "Random":
            return self._random
        if strategy == "Grid":
            return Grid({name: distribution.choices for name, distribution in self._distributions.items()}, seed)
        share = math.inf if most_jobs is None else most_jobs // 3
        return TPESampler(n_startup_trials=int(max(_FEWEST_RANDOM, min(_MOST_RANDOM, share))), seed=seed)

    def _ask(self) -> Suggestion:
        trial = self._study.ask(self._distributions)
        return Suggestion(trial.number, {item.name: item.text(trial.params[item.name]) for item in self._ranges})

    def _was_seen(self, suggestion: Suggestion) -> bool:
        return tuple(suggestion.values.values()) in self._seen

    def _some_left(self) -> bool:
        return len(self._seen) < math.prod(item.combinations for item in self._ranges)
