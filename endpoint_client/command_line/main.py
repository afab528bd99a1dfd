"""The parser, and what becomes of errors, interrupts and closed pipes."""

from __future__ import annotations

import argparse
import os
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from endpoint_client.command_line import predict
from endpoint_client.command_line.predict_arguments import add_predict
from endpoint_client.command_line.reasons import reason
from endpoint_client.command_line.status import add_status
from endpoint_client.command_line.tail import add_tail
from endpoint_client.exceptions import EndpointClientError

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = "sklearn-endpoint"
# As a shell says of a process that SIGINT or SIGPIPE ended.
INTERRUPTED, PIPE_CLOSED = 130, 141

DESCRIPTION = """\
Predict with a scikit-learn model on a SageMaker endpoint, and look at the endpoint.
Credentials and region are those of the AWS CLI; AWS_ENDPOINT_URL leads to a local cloud.
"""


def make_parser() -> argparse.ArgumentParser:
    """Make the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        epilog=f"`{PROGRAM} COMMAND --help` says all of a command, with examples.",
    )
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_predict(commands, predict.run)
    add_status(commands)
    add_tail(commands)
    return parser


def main(words: Sequence[str]) -> int:
    """Run the command line.

    Parameters
    ----------
    words : sequence of str
        What stands behind the program's name.

    Returns
    -------
    int
        The exit status.
    """
    try:
        arguments = make_parser().parse_args(words)
        arguments.words = [PROGRAM, *words]
        status: int = arguments.run(arguments)
        sys.stdout.flush()
    except SystemExit as error:
        # argparse has said all.
        return error.code if isinstance(error.code, int) else 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Else Python would fail once more when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except (EndpointClientError, OSError) as error:
        print(f"{PROGRAM}: {reason(error)}", file=sys.stderr)
        return 1
    return status


def _version() -> str:
    try:
        return version("sagemaker-sklearn-cdk")
    except PackageNotFoundError:
        return "unknown: not installed"
