"""What of an input was predicted before a request failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


class PartialResult:
    """Results of some rows, and the way to the others.

    Attributes
    ----------
    count : int
        Rows of the input.
    failed : range
        Rows of the request that failed.
    results : list of (range, ndarray)
        Rows that are answered, in order, and their results, one a row.

    Example
    -------
    >>> from endpoint_client import EndpointClientError, Predictor
    >>> try:
    ...     labels = Predictor("churn", max_concurrency=8).predict(features)
    ... except EndpointClientError as error:
    ...     if error.partial is None:
    ...         raise
    ...     labels = error.partial.resume()  # once what was wrong is right
    ... # doctest: +SKIP
    """

    def __init__(
        self, count: int, failed: range, results: list[tuple[range, NDArray[Any]]], resume: Callable[[], NDArray[Any]]
    ) -> None:
        self.count = count
        self.failed = failed
        self.results = results
        self._resume = resume

    def resume(self) -> NDArray[Any]:
        """Send the rows that have no results yet, and give the results of all.

        Raises
        ------
        EndpointClientError
            As for `Predictor.predict`, again with a partial result.
        """
        return self._resume()

    def __repr__(self) -> str:
        answered = sum(len(rows) for rows, _ in self.results)
        return (
            f"<PartialResult: {answered:,} of {self.count:,} rows have results; the request with rows "
            f"{self.failed.start} to {self.failed.stop - 1} failed>"
        )
