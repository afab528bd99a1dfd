"""The default prediction: a model's method on the rows of a request, and its errors told in the request's terms."""

from __future__ import annotations

import importlib
import warnings
from typing import Any

import numpy as np

from sklearn_runtime.codecs.arrays import is_sparse
from sklearn_runtime.errors import InputRefused, ModelLoadError
from sklearn_runtime.fast import FastPaths
from sklearn_runtime.methods import bound_method
from sklearn_runtime.rows.model_columns import model_columns
from sklearn_runtime.rows.model_rows import arrange, columns_as_sent
from sklearn_runtime.rows.refusals import refusal
from sklearn_runtime.threads import suitable_threads

__all__ = ["predict", "prepare", "silence_feature_name_warning"]


def silence_feature_name_warning() -> None:
    """Do not warn, once a request, that a model fitted on a data frame is given an array: names are checked here."""
    warnings.filterwarnings("ignore", message="X does not have valid feature names", category=UserWarning)


def prepare(model: Any, predicts: bool = True) -> None:
    """Derive what the model takes, and import pandas where it takes data frames, so that no request waits for that.

    Parameters
    ----------
    model : object
        What ``model_fn`` returned.
    predicts : bool
        Whether `predict` is to call it, and not a ``predict_fn`` of the user's.

    Raises
    ------
    ModelLoadError
        The model picks columns by name, and pandas is not installed.
    """
    takes = model_columns(model)
    if takes.takes_frame:
        importlib.import_module("pandas")
    elif takes.needs_frame and predicts:
        raise ModelLoadError(
            "the model picks columns by name, which takes pandas, and that is not installed: add it to "
            "requirements.txt, or fit the model again with columns selected by position"
        )


_NO_FAST_PATHS = FastPaths()


def predict(rows: Any, model: Any, method: str = "predict", fast_paths: FastPaths = _NO_FAST_PATHS) -> Any:
    """Call a model's method on the rows of a request.

    Parameters
    ----------
    rows : ndarray of shape (rows, columns), sparse matrix, or whatever an ``input_fn`` returned
        Given to the model as `model_rows.arrange` has them.
    model : fitted estimator
    method : str
        One of `methods.METHODS`.
    fast_paths : FastPaths
        The model's own; none unless given.

    Returns
    -------
    What the method returned.

    Raises
    ------
    RequestError
        400: the model lacks the method; the number or the names of the columns are not those of the fit; text where it
        takes numbers; a value is missing and it takes none; scikit-learn raised ValueError, or TypeError on a sparse
        matrix.
    """
    function = bound_method(model, method)
    taken = arrange(rows, model)
    if type(taken) is np.ndarray:
        answer = fast_paths.answer(method, taken)
        if answer is not None:
            return answer
    try:
        with suitable_threads(model, taken):
            return function(taken)
    except ValueError as error:
        raise refusal(str(error), rows, columns_as_sent(rows, model)) from error
    except TypeError as error:
        if not is_sparse(rows):
            raise
        raise InputRefused(str(error)) from error
