"""How much a compressed body may unpack to, so that a small request cannot fill the memory."""

from __future__ import annotations

from sklearn_runtime.errors import PayloadTooLarge

__all__ = ["ROW_BYTES", "allowed_bytes", "check_expansion"]

MAX_EXPANSION = 32
"""Bytes in memory for one byte sent. JSON and CSV reach 20: ``0,`` becomes a float in a list, then a float64."""

LEAST_ALLOWED_BYTES = 64 << 20
"""Bytes that a body of any size may unpack to: small bodies compress well."""

ROW_BYTES = 64
"""What a row counts at least: a prediction needs memory for each, also where a format needs none."""


def allowed_bytes(sent: int) -> int:
    """Bytes in memory that a body of `sent` bytes may stand for.

    Example
    -------
    >>> allowed_bytes(1_000) == 64 << 20
    True
    """
    return max(LEAST_ALLOWED_BYTES, MAX_EXPANSION * sent)


def check_expansion(sent: int, expanded: int, remedy: str) -> None:
    """Refuse a body that stands for too much.

    Parameters
    ----------
    sent, expanded : int
        Bytes of the body, and bytes in memory that it would take.
    remedy : str
        What to send instead, for the message.

    Raises
    ------
    PayloadTooLarge
        `expanded` is more than `allowed_bytes`.
    """
    allowed = allowed_bytes(sent)
    if expanded > allowed:
        raise PayloadTooLarge(
            f"the body of {sent} bytes stands for {expanded} bytes in memory, and one of this size may take {allowed}: "
            f"{remedy}"
        )
