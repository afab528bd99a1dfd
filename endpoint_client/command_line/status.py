"""``sklearn-endpoint status``: what state an endpoint is in, and what it is made of."""

from __future__ import annotations

import json
import sys
import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from endpoint_client.aws_services import AwsServices
from endpoint_client.command_line.endpoint_report import describe_endpoint, endpoint_report
from endpoint_client.command_line.status_text import status_lines
from endpoint_client.command_line.target import add_command, add_credentials, target_of
from endpoint_client.command_line.times import span
from endpoint_client.live_line import LiveLine, clock
from endpoint_client.training.pauses import Pauses

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

IN_SERVICE = "InService"
# As `systemctl status` says of a unit that is not running.
NOT_IN_SERVICE = 3
_UNDER_WAY = frozenset({"Creating", "Deleting", "RollingBack", "SystemUpdating", "Updating"})

DESCRIPTION = """\
Show the state of an endpoint, its variants and their models; after a failure, why.
"""

EPILOG = """\
Exit status, for scripts: 0 it is InService, 3 it is in another state, 1 an error (there is no such endpoint, or the
credentials may not look), 2 a wrong command line, 130 Ctrl-C. It takes sagemaker:DescribeEndpoint; without
sagemaker:DescribeEndpointConfig and sagemaker:DescribeModel, instance types and models are left out, with a note.

--json has: endpoint, arn, status, since, created, failure_reason, endpoint_config, variants and shadow_variants (name,
weight, desired_weight, share, instances, desired_instances, instance_type, serverless, status, model: name, image,
data, scikit_learn, method), async_inference, data_capture, notes. What is not known is null.

examples:
  sklearn-endpoint status churn
  sklearn-endpoint status churn --wait --timeout 20m && sklearn-endpoint predict churn customers.csv
  sklearn-endpoint status churn --json | jq -r '.variants[].instance_type'
"""


def add_status(commands: Any) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands, "status", run, summary="show the state of an endpoint", description=DESCRIPTION, epilog=EPILOG
    )
    parser.add_argument("--json", action="store_true", help="all of it as one JSON object")
    parser.add_argument("--wait", action="store_true", help="wait while it is created, updated, rolled back or deleted")
    parser.add_argument(
        "--timeout",
        metavar="TIME",
        type=span,
        default="1h",
        help="how long to wait: 30s, 10m, 2h (default: 1h)",
    )
    add_credentials(parser)


def run(arguments: argparse.Namespace) -> int:
    """Show the state of an endpoint.

    Returns
    -------
    int
        0 where it is in service, else 3.

    Raises
    ------
    EndpointNotFound
        There is no such endpoint; or it was deleted while it was waited for.
    ServiceError
        SageMaker refused or failed.
    """
    target = target_of(arguments)
    services = AwsServices(region=target.region, session=target.session)
    described = describe_endpoint(services, target.name)
    if arguments.wait:
        described = _settled(services, described, arguments.timeout.total_seconds())
    report = endpoint_report(services, described)
    if arguments.json:
        print(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        print("\n".join(status_lines(report, datetime.now(timezone.utc))))
    return 0 if report["status"] == IN_SERVICE else NOT_IN_SERVICE


def _settled(services: AwsServices, described: Mapping[str, Any], timeout: float) -> Mapping[str, Any]:
    """Wait until nothing goes on; give what is the case then, or after the timeout."""
    begin, pauses, line = time.monotonic(), Pauses(), LiveLine(sys.stderr)
    shown = ""
    name = described["EndpointName"]
    while (status := described["EndpointStatus"]) in _UNDER_WAY:
        waited = time.monotonic() - begin
        if status != shown and not line.live:
            line.write(f"{clock(waited)} {status}")
        line.show(f"{clock(waited)} {status}")
        shown = status
        if waited > timeout:
            break
        pauses.pause()
        described = pauses.insist(lambda: describe_endpoint(services, name))
    line.end()
    return described
