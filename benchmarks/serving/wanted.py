"""What is wanted of our server, and whether a run reached it."""

from collections.abc import Iterator
from typing import NamedTuple

from benchmarks.serving.multi_model import DEFAULTS, HOOKS, HOOKS_FAST, MULTI_MODEL_CELLS
from benchmarks.serving.protocol import SAGEMAKER
from benchmarks.serving.results import Results, Sample
from benchmarks.serving.servers import OURS, OURS_FAST, OURS_ORJSON, SERVERS, STOCK, STOCK_WITH_HOOKS
from benchmarks.serving.workload import BOOSTING, FOREST, LARGE_ROWS, LINEAR, Cell

__all__ = ["Wanted", "judge"]


class Wanted(NamedTuple):
    """One aim.

    Attributes
    ----------
    least, found
        How many times as many requests a second; `found` is None where a figure is missing.
    cpu
        How many times less of the server's CPU a request takes: what else runs on the machine moves it least.
    """

    text: str
    least: float
    found: float | None
    cpu: float | None

    @property
    def verdict(self) -> str:
        """reached, missed, or not measured."""
        if self.found is None:
            return "not measured"
        return "reached" if self.found >= self.least else "missed"


_ONE_NPY, _ONE_JSON, _ONE_CSV, _, _MANY_JSON, _MANY_CSV = MULTI_MODEL_CELLS
_STOCK = "over the stock server"
_TOOLKIT = "over the toolkit's defaults, CPU"
_AIMS = (
    (f"1 row NPY, the image's libraries: {_STOCK}", _ONE_NPY, OURS, STOCK, 4.5),
    (f"1 row JSON, the image's libraries: {_STOCK}", _ONE_JSON, OURS, STOCK, 4.5),
    (f"1,000 rows JSON, the image's libraries: {_STOCK}", _MANY_JSON, OURS, STOCK, 3.0),
    (f"1,000 rows JSON, orjson: {_STOCK}", _MANY_JSON, OURS_ORJSON, STOCK, 6.0),
    (f"1,000 rows CSV, the image's libraries: {_STOCK}", _MANY_CSV, OURS, STOCK, 6.0),
    (f"100,000 rows CSV, one connection: {_STOCK}", Cell(LINEAR, LARGE_ROWS, "csv", 0), OURS, STOCK, 10.0),
    (f"fast paths, LogisticRegression, 1 row NPY: {_STOCK}", _ONE_NPY, OURS_FAST, STOCK, 20.0),
    (f"fast paths, RandomForest, 1 row NPY: {_STOCK}", Cell(FOREST, 1, "npy", 16), OURS_FAST, STOCK, 15.0),
    (f"fast paths, HistGradientBoosting, 1 row NPY: {_STOCK}", Cell(BOOSTING, 1, "npy", 64), OURS_FAST, STOCK, 15.0),
    (f"hooks alone, 1 row NPY: {_STOCK}", _ONE_NPY, STOCK_WITH_HOOKS, STOCK, 1.5),
    (f"hooks alone, 1,000 rows CSV: {_STOCK}", _MANY_CSV, STOCK_WITH_HOOKS, STOCK, 3.0),
    (f"multi-model hooks, 1 row NPY: {_TOOLKIT}", _ONE_NPY, HOOKS, DEFAULTS, 1.5),
    (f"multi-model hooks, 1 row CSV: {_TOOLKIT}", _ONE_CSV, HOOKS, DEFAULTS, 3.0),
    (f"multi-model hooks, 1,000 rows CSV: {_TOOLKIT}", _MANY_CSV, HOOKS, DEFAULTS, 3.0),
    (f"multi-model hooks with fast paths, 1 row NPY: {_TOOLKIT}", _ONE_NPY, HOOKS_FAST, DEFAULTS, 1.5),
    (f"multi-model hooks with fast paths, 1 row CSV: {_TOOLKIT}", _ONE_CSV, HOOKS_FAST, DEFAULTS, 3.0),
    *(
        (f"{text}: over {peer.title}", cell, OURS, peer.name, 1.0)
        for text, cell in (("1 row JSON", _ONE_JSON), ("1,000 rows JSON", _MANY_JSON))
        for peer in SERVERS
        if peer.protocol is not SAGEMAKER
    ),
)


def judge(results: Results) -> Iterator[Wanted]:
    """Every aim with what was found."""
    for text, cell, server, other, least in _AIMS:
        figure, against = results.figure(cell.name, server), results.figure(cell.name, other)
        if isinstance(figure, Sample) and isinstance(against, Sample):
            times = figure.requests_per_second / against.requests_per_second
            yield Wanted(text, least, times, against.cpu_us / max(figure.cpu_us, 1))
        else:
            yield Wanted(text, least, None, None)
