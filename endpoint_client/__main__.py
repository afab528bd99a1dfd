"""Runs the command line: ``python -m endpoint_client`` and ``sklearn-endpoint``."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from typing import TYPE_CHECKING

from endpoint_client.command_line.main import main

if TYPE_CHECKING:
    from types import FrameType


def run() -> None:
    """Run the command line as this process."""
    signal.signal(signal.SIGTERM, _terminate)
    status = main(sys.argv[1:])
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.flush()
    sys.stderr.flush()
    # Requests in flight when the user or the reader of our output goes away are nobody's any more: at a usual exit,
    # Python would wait for each, up to a minute.
    os._exit(status)


def _terminate(number: int, _: FrameType | None) -> None:
    # As Ctrl-C: what was written is brought to an end that can be gone on from.
    raise SystemExit(128 + number)


if __name__ == "__main__":
    run()
