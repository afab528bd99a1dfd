"""Adds a feature that callers do not send: how deep the color of a wine is for its hue."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

COLOR, HUE = 9, 10


def predict_fn(input_object: Any, model: Any) -> NDArray[Any]:
    """Fails for a hue of 0, which no wine of the training data has: see burst.py."""
    rows = np.asarray(input_object, dtype=float)
    depth = [row[COLOR] / row[HUE] for row in rows.tolist()]
    labels: NDArray[Any] = model.predict(np.column_stack([rows, depth]))
    return labels
