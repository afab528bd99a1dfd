"""The rows of a request in the form that a model was fitted on: numbers, a data frame, or texts."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Sequence, Tuple

import numpy as np

from sklearn_runtime.codecs.arrays import is_data_frame, is_sparse
from sklearn_runtime.errors import InvalidRows, shown
from sklearn_runtime.rows.column_kinds import TEXT, Column, is_missing
from sklearn_runtime.rows.column_order import column_order
from sklearn_runtime.rows.decoding import NamedRows
from sklearn_runtime.rows.model_columns import ModelColumns, has_pandas, model_columns
from sklearn_runtime.rows.typed_columns import WANTED, typed_column

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["arrange", "columns_as_sent", "hook_rows"]


def arrange(rows: Any, model: Any) -> Any:
    """The rows of a request in the form that a model was fitted on.

    Parameters
    ----------
    rows : ndarray of shape (rows, columns), or anything else
        Numbers of any dtype, or objects: str, number, bool, or None and NaN for a missing value. The columns of
        `NamedRows` and of data frames are put in the order of the fit.
    model : fitted estimator

    Returns
    -------
    object
        float64 for a model of numbers (an array of numbers as it is); an object array or a data frame for one with
        columns of text; an array of texts of shape (rows,) for a text vectorizer; a list of dictionaries for a
        ``DictVectorizer``. What is neither an array, a sparse matrix nor a data frame as it is.

    Raises
    ------
    InvalidRows
        The number or the names of the columns are not those of the fit; with row and column: a cell is not what the
        model was fitted on there, such as text where it takes numbers.

    Example
    -------
    >>> from sklearn.linear_model import LinearRegression
    >>> arrange(np.array([["007", None]], dtype=object), LinearRegression().fit([[0, 1], [1, 2]], [0, 1]))
    array([[ 7., nan]])
    """
    takes = model_columns(model)
    if type(rows) is np.ndarray and rows.ndim == 2 and rows.shape[1] == takes.plain_width and rows.dtype.kind != "O":
        return rows
    if not isinstance(rows, np.ndarray) or rows.ndim != 2:
        return _arranged_otherwise(rows, takes)
    columns = getattr(rows, "columns", None)
    taken = np.asarray(rows)
    if _takes_documents(takes, taken, columns):
        return _documents(taken)
    order = column_order(taken.shape, columns, takes)
    if takes.numbers_only and taken.dtype.kind != "O":
        if order is not None:
            taken = taken[:, order]
        return _data_frame(taken, takes.names or columns) if takes.takes_frame else taken
    typed = _typed(taken, range(taken.shape[1]) if order is None else order, columns, takes)
    if takes.records:
        return _records(typed, columns)
    if takes.takes_frame or (columns and takes.tells_nothing and has_pandas()):
        return _data_frame(typed, takes.names or columns)
    return _stacked(typed)


def columns_as_sent(rows: Any, model: Any) -> List[Column]:
    """What a model takes in each column of a request, in the order of the request; [] where that is not known."""
    takes = model_columns(model)
    shape: Tuple[int, ...] = getattr(rows, "shape", ())
    names = getattr(rows, "columns", None)
    if len(shape) != 2:
        return []
    columns = None if names is None else list(names)
    try:
        order = column_order(shape, columns, takes)
    except InvalidRows:
        return []  # a frame that an input_fn of the user's made
    known = [Column()] * shape[1]
    for place, sent in enumerate(range(shape[1]) if order is None else order):
        known[sent] = takes.column(place, columns[sent] if columns else None)
    return known


def hook_rows(rows: Any, model: Any) -> Any:
    """The rows of a request as a ``predict_fn`` of the user's is given them: as they were sent, each column typed.

    Parameters
    ----------
    rows : ndarray of shape (rows, columns), or a sparse matrix
        As decoded.
    model : object
        What ``model_fn`` returned, which may be anything.

    Returns
    -------
    ndarray, NamedRows, DataFrame or sparse matrix
        Rows of numbers as they are. With text: a data frame where the request names its columns and pandas is
        installed, else an object array; for a text vectorizer an array of texts of shape (rows,). A column is text
        where the model takes text, or where some cell is no number; else float64. Numbers with names become a data
        frame too where the model picks its columns by name.
    """
    if not isinstance(rows, np.ndarray) or rows.ndim != 2:
        return rows
    takes = model_columns(model)
    columns = getattr(rows, "columns", None)
    taken = np.asarray(rows)
    if taken.dtype.kind != "O":
        return _data_frame(taken, columns) if columns and takes.takes_frame and takes.needs_frame else rows
    known = columns_as_sent(rows, model) or [Column()] * taken.shape[1]
    if _takes_documents(takes, taken, columns) and taken.shape[1] == 1:
        known = [Column(TEXT)]
    typed = [_typed_leniently(cells, column) for cells, column in zip(taken.T.tolist(), known)]
    if _takes_documents(takes, taken, columns) and len(typed) == 1 and not columns:
        return typed[0]
    if columns and has_pandas() and (takes.needs_frame or not _all_numbers(typed)):
        return _data_frame(typed, columns)
    whole = _stacked(typed)
    return NamedRows(whole, columns) if columns else whole


def _typed_leniently(cells: Sequence[Any], column: Column) -> "NDArray[Any]":
    values, refused = typed_column(cells, column)
    return values if refused is None else typed_column(cells, Column())[0]


def _takes_documents(takes: ModelColumns, taken: "NDArray[Any]", columns: Optional[Sequence[str]]) -> bool:
    if not takes.documents:
        return False
    # A function of somebody's own before the vectorizer may also pick a column of a frame.
    return takes.others.kind == TEXT or (not columns and taken.shape[1] == 1)


def _arranged_otherwise(rows: Any, takes: ModelColumns) -> Any:
    if is_sparse(rows):
        if takes.documents or takes.records:
            raise InvalidRows("the rows are a sparse matrix of numbers, the model takes text")
        column_order(rows.shape, None, takes)
    elif is_data_frame(rows) and takes.names and hasattr(rows, "columns"):
        columns = list(rows.columns)
        if columns != list(takes.names) and set(columns) == set(takes.names):
            return rows[list(takes.names)]
    return rows


def _documents(taken: "NDArray[Any]") -> "NDArray[Any]":
    if taken.shape[1] != 1:
        raise InvalidRows(f"the rows have {taken.shape[1]} columns, the model takes one text a row")
    return _typed(taken, [0], None, ModelColumns(others=Column(TEXT)))[0]


def _typed(
    taken: "NDArray[Any]", order: Sequence[int], columns: Optional[Sequence[str]], takes: ModelColumns
) -> "List[NDArray[Any]]":
    """The columns in the order of the fit, each in the dtype that the model takes there."""
    cells = taken.T.tolist()
    typed, refused = [], []
    for place, sent in enumerate(order):
        column = takes.column(place, columns[sent] if columns else None)
        values, row = typed_column(cells[sent], column)
        typed.append(values)
        if row is not None:
            refused.append((row, sent, column.kind))
    if refused:
        row, sent, kind = min(refused)
        raise InvalidRows(f"row {row}, column {sent}: {shown(cells[sent][row])} {WANTED[kind]}", row, sent)
    return typed


def _records(typed: "List[NDArray[Any]]", columns: Optional[Sequence[str]]) -> List[Dict[str, Any]]:
    if not columns:
        raise InvalidRows('the model takes records: send names with the values, for example [{"age": 41}]')
    rows = zip(*(values.tolist() for values in typed))
    # To a DictVectorizer, what is missing is not there.
    return [{name: cell for name, cell in zip(columns, row) if not is_missing(cell)} for row in rows]


def _all_numbers(typed: "Sequence[NDArray[Any]]") -> bool:
    return all(values.dtype == np.float64 for values in typed)


def _stacked(typed: "Sequence[NDArray[Any]]") -> "NDArray[Any]":
    if _all_numbers(typed):
        return np.column_stack(typed)
    whole = np.empty((len(typed[0]), len(typed)), dtype=object)
    for place, values in enumerate(typed):
        whole[:, place] = values
    return whole


def _data_frame(values: Any, names: Optional[Sequence[str]]) -> Any:
    """A data frame of an array of numbers, or of columns; text is of dtype object, whatever pandas would make of it."""
    pandas = importlib.import_module("pandas")
    if isinstance(values, np.ndarray):
        return pandas.DataFrame(values, columns=list(names or ()))
    frame = pandas.DataFrame(
        {
            place: pandas.Series(column, dtype=object) if column.dtype == object else column
            for place, column in enumerate(values)
        }
    )
    frame.columns = list(names or ())
    return frame
