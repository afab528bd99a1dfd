"""Runs pip as if on the target: ``--python-version`` chooses wheels, but pip reads markers for the Python that runs it.

A program of its own, with the markers' values as JSON before pip's arguments: https://github.com/pypa/pip/issues/11664.
"""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path


def main() -> None:
    """Run pip."""
    from pip._vendor.packaging import markers

    # Modules of this folder are not pip's.
    sys.path = [entry for entry in sys.path if Path(entry).resolve() != Path(__file__).resolve().parent]
    values = json.loads(sys.argv.pop(1))
    markers.default_environment = lambda: dict(values)
    if not markers.Marker(f"python_full_version == '{values['python_full_version']}'").evaluate():
        sys.exit("ERROR: this pip reads environment markers in a way that is not known here; install another version")
    runpy.run_module("pip", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
