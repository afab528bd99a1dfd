"""Results as a Series or a DataFrame, under the index of the rows that they are of; through pandas, which has these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from endpoint_client.exceptions import ConfigurationError, UnreadableResponse

if TYPE_CHECKING:
    import pandas as pd


class FrameOfResults:
    """What results are put into.

    Parameters
    ----------
    data
        The input, as for `Predictor.predict`. The index is that of a DataFrame, the name of a Series (which is one
        row), else 0 to n - 1.
    name : str
        For results of one dimension: the method that gave them.
    raw : bool
        Whether the answer is wanted unread, which excludes this.

    Raises
    ------
    ConfigurationError
        pandas is not installed, or `raw` is true.

    Example
    -------
    >>> import numpy as np
    >>> import pandas as pd
    >>> customers = pd.DataFrame({"age": [41, 23]}, index=["ada", "bob"])
    >>> FrameOfResults(customers, "predict").filled(np.array([1, 0])).to_dict()
    {'ada': 1, 'bob': 0}
    """

    def __init__(self, data: Any, name: str, *, raw: bool = False) -> None:
        if raw:
            raise ConfigurationError(
                "as_frame=True and raw=True exclude each other: a raw response is not read; leave one of them out"
            )
        try:
            import pandas as pd
        except ModuleNotFoundError:
            raise ConfigurationError("as_frame=True needs pandas: install it, or leave as_frame out") from None
        self._pandas: Any = pd
        self._name = name
        self._index = _index_of(data, pd)

    def filled(self, results: Any) -> pd.Series | pd.DataFrame:
        """Give the results with their index.

        Parameters
        ----------
        results : ndarray or scipy.sparse matrix
            One a row.

        Returns
        -------
        Series
            Of results of one dimension.
        DataFrame
            Of results of two dimensions, whose columns are 0 to n - 1; of a sparse matrix, with sparse columns.

        Raises
        ------
        UnreadableResponse
            There are more or fewer results than rows, or they have another number of dimensions.
        """
        shape = results.shape
        index = self._index
        if index is None and shape:
            index = self._pandas.RangeIndex(shape[0])
        if len(shape) not in {1, 2} or shape[0] != len(index):
            rows = "" if self._index is None else f" of {len(self._index)} rows"
            raise UnreadableResponse(
                f"the endpoint answered with an array of shape {shape}, which does not fit a frame{rows}: "
                "leave as_frame out, and take it as it is"
            )
        if hasattr(results, "tocsr"):
            return self._pandas.DataFrame.sparse.from_spmatrix(results, index=index)
        if len(shape) == 1:
            return self._pandas.Series(results, index=index, name=self._name)
        return self._pandas.DataFrame(results, index=index)


def _index_of(data: Any, pandas: Any) -> Any:
    if isinstance(data, pandas.DataFrame):
        return data.index
    # A row, as `rows_of` takes it.
    return data.to_frame().T.index if isinstance(data, pandas.Series) else None
