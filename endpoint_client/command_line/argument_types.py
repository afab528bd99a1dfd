"""What an option may be: each reads its text, or says what is wrong with it."""

from __future__ import annotations

import argparse
import csv


def positive(text: str) -> int:
    """Read a whole number from 1 on.

    Raises
    ------
    argparse.ArgumentTypeError
        It is none.
    """
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 on")
    return int(text)


def character(text: str) -> str:
    r"""Read what stands between cells; ``\t`` is a tab.

    Raises
    ------
    argparse.ArgumentTypeError
        It is not one character, or one that CSV has another use for.
    """
    read = "\t" if text == r"\t" else text
    if len(read) != 1 or read in '\r\n"':
        raise argparse.ArgumentTypeError(f"{text!r} is not one character other than a quote or a line break")
    return read


def names(text: str) -> tuple[str, ...]:
    """Read names as a record of CSV: one with a comma in it stands in quotes.

    Example
    -------
    >>> names('age,"income, net"')
    ('age', 'income, net')
    """
    return tuple(next(csv.reader([text])))
