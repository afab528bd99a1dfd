"""Predictions as a frame, also those that go on after a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from endpoint_client.exceptions import EndpointClientError
from endpoint_client.prediction.partial_result import PartialResult

if TYPE_CHECKING:
    from collections.abc import Callable

    from endpoint_client.tables.frames import FrameOfResults


def framed(frame: FrameOfResults, predict: Callable[[], Any]) -> Any:
    """Put into a frame what a call gives.

    Parameters
    ----------
    frame : FrameOfResults
    predict : callable
        Gives the results as an array.

    Raises
    ------
    EndpointClientError
        Of the call; what its partial result gives once it is resumed is a frame too.
    """
    try:
        return frame.filled(predict())
    except EndpointClientError as error:
        if (partial := error.partial) is not None:
            resume = partial.resume
            error.partial = PartialResult(partial.count, partial.failed, partial.results, lambda: framed(frame, resume))
        raise
