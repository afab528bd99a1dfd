"""Adds a feature that callers do not send: how deep the color of a wine is for its hue."""

import numpy as np

COLOR, HUE = 9, 10


def predict_fn(input_object, model):
    """Fails for a hue of 0, which no wine of the training data has: see burst.py."""
    rows = np.asarray(input_object, dtype=float)
    depth = [row[COLOR] / row[HUE] for row in rows.tolist()]
    return model.predict(np.column_stack([rows, depth]))
