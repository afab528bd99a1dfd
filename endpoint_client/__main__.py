"""Runs the command line: ``python -m endpoint_client`` and ``sklearn-endpoint``."""

from __future__ import annotations

import os
import sys

from endpoint_client.command_line.main import main


def run() -> None:
    """Run the command line as this process."""
    status = main(sys.argv[1:])
    sys.stderr.flush()
    # Requests in flight when the user or the reader of our output goes away are nobody's any more: at a usual exit,
    # Python would wait for each, up to a minute.
    os._exit(status)


if __name__ == "__main__":
    run()
