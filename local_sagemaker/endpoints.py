"""SageMaker endpoints that really serve: moto's endpoint resource with a data plane behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def install(get_base_url: Callable[[], str]) -> None:
    """Put the data plane behind moto's SageMaker endpoints.

    Parameters
    ----------
    get_base_url
        Gives the address of the local cloud (``http://localhost:PORT``) once it is known; called late, per fleet.
    """
    del get_base_url


def shutdown() -> None:
    """Stop every fleet and wait for its processes to end."""
