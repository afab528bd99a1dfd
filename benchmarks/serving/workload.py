"""What is measured: models, rows and cells."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import joblib
import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression

from benchmarks.serving.protocol import Format

__all__ = [
    "BOOSTING",
    "CELLS",
    "CONCURRENCY",
    "FOREST",
    "LARGE_ROWS",
    "LINEAR",
    "MATCHING",
    "MATCHING_ROWS",
    "SETTLING",
    "Cell",
    "Workload",
    "make_workload",
]

FEATURES = 30
TRAINING_ROWS = 20_000
LARGE_ROWS = 100_000
MATCHING_ROWS = 1000

#: The models by name; ``numbered`` predicts the number of a row, so that a swapped answer is seen.
LINEAR, FOREST, BOOSTING, MATCHING = "LogisticRegression", "RandomForest", "HistGradientBoosting", "numbered"


class Cell(NamedTuple):
    """One kind of request, as a row of the tables.

    Attributes
    ----------
    connections
        Kept open by wrk; 0: one request after another from a client of ours, for a latency of seconds.
    """

    model: str
    rows: int
    format: Format
    connections: int

    @property
    def name(self) -> str:
        """What the tables call it.

        Example
        -------
        >>> Cell("LogisticRegression", 1000, "npy", 16).name
        'LogisticRegression, 1,000 rows, NPY'
        """
        kept = "" if self.connections in (0, 16) else f", {self.connections} connection{'s' * (self.connections > 1)}"
        return f"{self.model}, {self.rows:,} row{'s' * (self.rows > 1)}, {self.format.upper()}{kept}"


_FORMATS = ("npy", "json", "csv")
CELLS = (
    *(Cell(LINEAR, 1, format_, 16) for format_ in _FORMATS),
    *(Cell(LINEAR, 1000, format_, 16) for format_ in _FORMATS),
    *(Cell(LINEAR, LARGE_ROWS, format_, 0) for format_ in _FORMATS),
    Cell(FOREST, 1, "npy", 16),
    Cell(BOOSTING, 1, "npy", 64),
)
#: The picture's cell at each of its numbers of connections.
CONCURRENCY = tuple(Cell(LINEAR, 1, "json", connections) for connections in (1, 4, 16, 64, 256))
#: Sent for a moment to a server that has just started, so that each of its workers has loaded the model.
SETTLING = Cell(LINEAR, 1, "json", 16)


class Workload:
    """Fitted models, rows to predict, and what scikit-learn predicts for them in this process."""

    def __init__(self, models: Mapping[str, Any], rows: NDArray[np.float64]) -> None:
        self._models = models
        self._rows = rows
        self._expected: dict[tuple[str, int], NDArray[Any]] = {}

    def rows(self, count: int) -> NDArray[np.float64]:
        """The first rows."""
        return self._rows[:count]

    def numbered_rows(self) -> NDArray[np.float64]:
        """Rows whose prediction by the model ``numbered`` is their number."""
        rows = self._rows[:MATCHING_ROWS].copy()
        rows[:, 0] = np.arange(MATCHING_ROWS)
        return rows

    def expected(self, model: str, count: int) -> NDArray[Any]:
        """What the model predicts for the first rows."""
        if (model, count) not in self._expected:
            self._expected[model, count] = self._models[model].predict(self.rows(count))
        return self._expected[model, count]

    def save(self, model: str, folder: Path) -> Path:
        """Write ``model.joblib``."""
        path = folder / "model.joblib"
        joblib.dump(self._models[model], path)
        return path


def make_workload() -> Workload:
    """Fit the models: three classes, 30 features, 20,000 rows; the forest's trees are grown in full."""
    features, labels = make_classification(
        LARGE_ROWS, FEATURES, n_informative=15, n_classes=3, flip_y=0.05, random_state=0
    )
    training, target = features[-TRAINING_ROWS:], labels[-TRAINING_ROWS:]
    forest = RandomForestClassifier(100, n_jobs=-1, random_state=0).fit(training, target).set_params(n_jobs=None)
    numbered = np.random.default_rng(0).normal(size=(TRAINING_ROWS, FEATURES))
    models = {
        LINEAR: LogisticRegression(max_iter=1000).fit(training, target),
        FOREST: forest,
        BOOSTING: HistGradientBoostingClassifier(random_state=0).fit(training, target),
        MATCHING: LinearRegression(fit_intercept=False).fit(numbered, numbered[:, 0]),
    }
    return Workload(models, features)
