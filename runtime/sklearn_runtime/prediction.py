"""The default prediction: rows put in the order that the model was fitted on, errors told in the request's terms."""

from __future__ import annotations

import collections
import importlib.util
import warnings
from typing import TYPE_CHECKING, Any, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from sklearn_runtime.errors import InputRefused, InvalidRows, MissingValue, RequestError, shown
from sklearn_runtime.methods import bound_method

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["predict", "silence_feature_name_warning"]

NAMES_SHOWN = 10
FLOAT32_MAX = 3.4028235e38
"""scikit-learn's trees compare in float32, and refuse what does not fit."""


class _Facts(NamedTuple):
    """What a fitted model says of its input."""

    n_features: Optional[int]
    names: Optional[Tuple[str, ...]]
    takes_frame: bool


_last: "Optional[Tuple[Any, _Facts]]" = None


def silence_feature_name_warning() -> None:
    """Do not warn, once a request, that a model fitted on a data frame is given an array: names are checked here."""
    warnings.filterwarnings("ignore", message="X does not have valid feature names", category=UserWarning)


def predict(rows: Any, model: Any, method: str = "predict") -> Any:
    """Call a model's method on the rows of a request.

    Parameters
    ----------
    rows : ndarray of shape (rows, columns), or whatever an ``input_fn`` returned
        The columns of `NamedRows` are put in the order of the model's ``feature_names_in_``; a model without names
        takes them as they come.
    model : fitted estimator
    method : str
        One of `methods.METHODS`.

    Returns
    -------
    What the method returned.

    Raises
    ------
    RequestError
        400: the model lacks the method; the number or the names of the columns are not those of the fit; a value is
        missing and the model takes none; scikit-learn raised ValueError.
    """
    function = bound_method(model, method)
    if not isinstance(rows, np.ndarray) or rows.ndim != 2:
        return _called(function, rows, rows)
    facts = _facts(model)
    columns = getattr(rows, "columns", None)
    taken = np.asarray(rows)
    if columns and facts.names:
        taken = taken[:, _order(columns, facts.names)]
    elif facts.n_features is not None and taken.shape[1] != facts.n_features:
        raise InvalidRows(_wrong_count(taken.shape, facts))
    if facts.takes_frame:
        import pandas  # noqa: ICN001 - imported only where a model needs it: it takes half a second

        return _called(function, pandas.DataFrame(taken, columns=list(facts.names or ())), rows)
    return _called(function, taken, rows)


def _called(function: Any, taken: Any, rows: Any) -> Any:
    try:
        return function(taken)
    except ValueError as error:
        raise _refusal(str(error), rows) from error


def _refusal(message: str, rows: Any) -> RequestError:
    """scikit-learn's message, with the cell that it speaks of where that can be found."""
    if not isinstance(rows, np.ndarray) or rows.dtype.kind != "f":
        return InputRefused(message)
    first_line = message.partition("\n")[0]
    values = np.asarray(rows)
    missing = _first(np.isnan(values)) if "NaN" in message else None
    if missing:
        return MissingValue(
            f"{_cell(missing, rows)} is missing, and the model takes no missing values: {first_line}", *missing
        )
    large = _first(~(np.abs(values) <= FLOAT32_MAX)) if "infinity" in message else None
    if large:
        return InputRefused(f"{_cell(large, rows)} is {values[large]}: {first_line}", *large)
    return InputRefused(message)


def _first(mask: "NDArray[np.bool_]") -> Optional[Tuple[int, int]]:
    if mask.ndim != 2 or not mask.any():
        return None
    row, column = divmod(int(mask.argmax()), mask.shape[1])
    return row, column


def _cell(cell: Tuple[int, int], rows: Any) -> str:
    columns = getattr(rows, "columns", None)
    name = f" ({shown(columns[cell[1]])})" if columns else ""
    return f"row {cell[0]}, column {cell[1]}{name}"


def _order(columns: Sequence[str], names: Tuple[str, ...]) -> List[int]:
    # In time linear in the columns: a request chooses how many there are.
    places = {name: place for place, name in enumerate(columns)}
    known = set(names)
    missing = [name for name in names if name not in places]
    unknown = [name for name in columns if name not in known]
    twice = sorted(name for name, count in collections.Counter(columns).items() if count > 1)
    faults = [
        f"{what} {_names(faulty)}"
        for what, faulty in (("it lacks", missing), ("the model does not know", unknown), ("it repeats", twice))
        if faulty
    ]
    if faults:
        raise InvalidRows(
            f"the header does not name the model's columns: {'; '.join(faults)}. The model was fitted on "
            f"{_names(names)}, in any order here; for a first line that is no header send text/csv; header=absent",
            column=columns.index(unknown[0]) if unknown else None,
        )
    return [places[name] for name in names]


def _wrong_count(shape: Tuple[int, ...], facts: _Facts) -> str:
    fitted = f" ({_names(facts.names)})" if facts.names else ""
    message = f"the rows have {shape[1]} columns, the model takes {facts.n_features}{fitted}"
    if shape[0] == 1 and facts.n_features == 1:
        message += "; a flat list is one row: send [[1.0], [2.0]] for rows of one value"
    return message


def _names(names: Sequence[str]) -> str:
    listed = ", ".join(map(shown, names[:NAMES_SHOWN]))
    return listed if len(names) <= NAMES_SHOWN else f"{listed} and {len(names) - NAMES_SHOWN} more"


def _facts(model: Any) -> _Facts:
    global _last
    if _last is None or _last[0] is not model:
        names = getattr(model, "feature_names_in_", None)
        count = getattr(model, "n_features_in_", None)
        _last = (
            model,
            _Facts(
                int(count) if isinstance(count, (int, np.integer)) else None,
                None if names is None else tuple(map(str, names)),
                names is not None and _selects_by_name(model) and importlib.util.find_spec("pandas") is not None,
            ),
        )
    return _last[1]


def _selects_by_name(model: Any) -> bool:
    """Whether some part of a model may look a column up by its name, so that it needs a data frame."""
    parts = [model]
    if hasattr(model, "get_params"):
        parts.extend(part for part in model.get_params(deep=True).values() if hasattr(part, "fit"))
    return any(
        type(part).__name__ in ("ColumnTransformer", "FunctionTransformer")
        or type(part).__module__.split(".")[0] != "sklearn"
        for part in parts
    )
