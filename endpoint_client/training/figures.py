"""Figures of matplotlib, which is imported only when one is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from endpoint_client.exceptions import ConfigurationError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def new_figure(size: tuple[float, float], *, shown: bool) -> Figure:
    """Give an empty figure.

    Parameters
    ----------
    size : tuple of float
        Inches.
    shown : bool
        Whether notebooks are to show it.

    Raises
    ------
    ConfigurationError
        matplotlib is not installed: it comes with the extra ``plot``.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ConfigurationError("plot needs matplotlib: pip install 'sagemaker-sklearn-cdk[plot]'") from None
    if shown:
        # pyplot keeps the figures that it makes, and shows them.
        import matplotlib.pyplot as plt

        return plt.figure(figsize=size, layout="constrained")
    return Figure(figsize=size, layout="constrained")
