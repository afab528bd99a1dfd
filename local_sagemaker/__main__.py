"""Runs the command line: ``python -m local_sagemaker`` and ``local-sagemaker``."""

from __future__ import annotations

from local_sagemaker.cli import cli


def main() -> None:
    """Run the command line."""
    cli(prog_name="local-sagemaker")


if __name__ == "__main__":
    main()
