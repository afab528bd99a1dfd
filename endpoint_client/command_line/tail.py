"""``sklearn-endpoint tail``: what an endpoint's containers write."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

from endpoint_client.aws_services import AwsServices
from endpoint_client.command_line.argument_types import positive
from endpoint_client.command_line.command_error import CommandError
from endpoint_client.command_line.target import add_command, add_credentials, target_of
from endpoint_client.command_line.times import moment, past
from endpoint_client.endpoint_logs import EndpointLogs, is_missing
from endpoint_client.exceptions import ServiceError
from endpoint_client.training.pauses import Pauses

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from endpoint_client.log_lines import LogLine

LINES = 20
# Seconds: AWS answers five FilterLogEvents a second, for all of an account.
POLL_INTERVAL = 2.0

DESCRIPTION = """\
Show the log of an endpoint: the lines of all its instances, merged by time.

Each line is its time in UTC, its stream (variant/instance) and what the container wrote.
"""

EPILOG = """\
The log group is /aws/sagemaker/Endpoints/NAME. Reading it takes logs:DescribeLogStreams, logs:GetLogEvents and
logs:FilterLogEvents on it. CloudWatch shows a line some seconds after it was written; --follow shows it then, once.

Exit status: 0, 1 an error, 2 a wrong command line, 130 Ctrl-C, 141 the reader of the output went away.

examples:
  sklearn-endpoint tail churn
  sklearn-endpoint tail churn --follow
  sklearn-endpoint tail churn --since 1h --variant Challenger | grep -i error
  sklearn-endpoint tail churn --since 2026-11-29T18:00:00Z --json | jq -r .message
"""


def add_tail(commands: Any) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands, "tail", run, summary="show an endpoint's log", description=DESCRIPTION, epilog=EPILOG
    )
    begin = parser.add_mutually_exclusive_group()
    begin.add_argument(
        "--lines", "-n", metavar="N", type=positive, default=LINES, help="the last so many (default: %(default)s)"
    )
    begin.add_argument(
        "--since", metavar="TIME", type=past, help="all lines since 30s, 10m, 2h or 1d ago, or since a date or time"
    )
    parser.add_argument("--follow", "-f", action="store_true", help="go on with lines as they come, until Ctrl-C")
    parser.add_argument("--variant", metavar="NAME", help="of this production variant alone")
    parser.add_argument("--json", action="store_true", help="an object a line: time, stream, message")
    add_credentials(parser)


def run(arguments: argparse.Namespace) -> int:
    """Show the log of an endpoint.

    Raises
    ------
    ServiceError
        There is no log, or it cannot be read.
    """
    target = target_of(arguments)
    logs = EndpointLogs(AwsServices(region=target.region, session=target.session), target.name, arguments.variant)
    try:
        _begin(logs, arguments)
    except ServiceError as error:
        hint = f"`sklearn-endpoint status {arguments.name}` says whether there is such an endpoint"
        if not is_missing(error):
            raise
        if not arguments.follow:
            raise CommandError(f"there is no log group {logs.group}: nothing was written yet; {hint}") from error
        print(f"sklearn-endpoint: waiting for the first line of {logs.group}; {hint}", file=sys.stderr, flush=True)
    pauses = Pauses(POLL_INTERVAL)
    while arguments.follow:
        time.sleep(POLL_INTERVAL)
        try:
            pauses.insist(lambda: _show(logs.new(), as_json=arguments.json))
        except ServiceError as error:
            if not is_missing(error):
                raise
    return 0


def _begin(logs: EndpointLogs, arguments: argparse.Namespace) -> None:
    if arguments.since is None:
        _show(logs.last(arguments.lines), as_json=arguments.json)
    else:
        logs.begin(int(arguments.since.timestamp() * 1000))
        _show(logs.new(), as_json=arguments.json)


def _show(lines: Iterable[LogLine], *, as_json: bool) -> None:
    for line in lines:
        when = moment(line.milliseconds)
        if as_json:
            print(json.dumps({"time": when, "stream": line.stream, "message": line.text}, ensure_ascii=False))
        else:
            print(f"{when} {line.stream} {line.text}")
    sys.stdout.flush()
