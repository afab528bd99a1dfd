"""Which endpoint the command line means, with which credentials."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from endpoint_client.command_line.command_error import CommandError
from endpoint_client.discovery import endpoint_of_parameter, endpoint_of_stack

if TYPE_CHECKING:
    from collections.abc import Callable

    import boto3

NAME_HELP = (
    "the endpoint's name; or stack:STACK, the endpoint that this CloudFormation stack made (stack:STACK/CONSTRUCT "
    "where it made several); or parameter:NAME, the endpoint whose name this parameter of Systems Manager holds"
)


@dataclass(frozen=True)
class Target:
    """An endpoint in a region, and who calls it.

    Attributes
    ----------
    name : str
        The endpoint's name.
    region : str or None
        None: as boto3 configures it.
    session : boto3.Session
    """

    name: str
    region: str | None
    session: boto3.Session


def add_command(
    commands: Any,
    name: str,
    run: Callable[[argparse.Namespace], int],
    *,
    summary: str,
    description: str,
    epilog: str,
) -> argparse.ArgumentParser:
    """Add a command about an endpoint; what else it takes is for the caller to add."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(run=run)
    parser.add_argument("name", metavar="NAME", help=NAME_HELP)
    return parser


def add_credentials(parser: argparse.ArgumentParser) -> None:
    """Add what says where the endpoint is, and with whose rights it is asked."""
    group = parser.add_argument_group("account")
    group.add_argument("--region", help="AWS region, such as eu-central-1 (default: as for the AWS CLI)")
    group.add_argument("--profile", help="profile of ~/.aws/config (default: as for the AWS CLI)")


def target_of(arguments: argparse.Namespace) -> Target:
    """Find the endpoint.

    Raises
    ------
    CommandError
        There is no such profile, stack or parameter, or the stack has not one endpoint.
    ServiceError
        CloudFormation or Systems Manager refused or failed.
    """
    import boto3
    from botocore.exceptions import BotoCoreError

    try:
        session = boto3.Session(profile_name=arguments.profile, region_name=arguments.region)
    except BotoCoreError as error:
        raise CommandError(f"--profile {arguments.profile}: {error}; `aws configure list-profiles`") from error
    kind, colon, rest = arguments.name.partition(":")
    name = arguments.name
    if colon and kind == "stack":
        stack, _, construct = rest.partition("/")
        name = endpoint_of_stack(stack, construct or None, region=arguments.region, session=session)
    elif colon and kind == "parameter":
        name = endpoint_of_parameter(rest, region=arguments.region, session=session)
    return Target(name, arguments.region, session)
