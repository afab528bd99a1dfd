"""Warns of what needs the internet, where a container cannot reach it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from aws_cdk import Annotations

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from constructs import Construct

    from constructs_lib.network import ModelNetwork


def warn_of_isolation(construct: Construct, script: Path | None) -> None:
    """Warn where a script imports packages that call other services, which no call of an isolated container reaches.

    Parameters
    ----------
    construct
        What has the network isolation.
    script
        The user's script, which parses; None without one.
    """
    if script is None or script.suffix != ".py":
        return
    calling = sorted({*_imported(ast.parse(script.read_bytes()))} & _CALLING_PACKAGES)
    if calling:
        Annotations.of(construct).add_warning_v2(
            "constructs_lib:isolated-script",
            f"{script.name} imports {', '.join(calling)}, and with network_isolation no call leaves the container; put "
            "what it fetches into source_dir or the model data, or leave network_isolation out",
        )


def warn_of_installation(
    construct: Construct, packages: Collection[str], network: ModelNetwork | None, environment: Mapping[str, str]
) -> None:
    """Warn where pip is to install packages in subnets that do not lead to an index of packages.

    Parameters
    ----------
    construct
        What the packages are for.
    packages
        The lines of requirements.txt; none is fine.
    network
        Where the container lies; None outside of a VPC.
    environment
        Variables for the container: an index in them may be one that the VPC reaches.
    """
    if not packages or network is None or network.has_internet or _INDEX_VARIABLES & environment.keys():
        return
    Annotations.of(construct).add_warning_v2(
        "constructs_lib:no-way-to-packages",
        f"pip is to install {', '.join(packages)}, but no NAT gateway serves the subnets; choose subnets of type "
        "PRIVATE_WITH_EGRESS, or give PIP_INDEX_URL in environment, with an index that the VPC reaches, or let them "
        "travel with a model: requirements='vendored'",
    )


def _imported(tree: ast.Module) -> Iterator[str]:
    """Yield the top-level packages that a module imports, anywhere in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield str(node.module).split(".")[0]


# Packages that have no other use than calls; urllib, say, also parses addresses.
_CALLING_PACKAGES = frozenset(
    {
        "aiobotocore", "aiohttp", "boto3", "botocore", "grpc", "httpx", "mlflow", "pg8000", "psycopg", "psycopg2",
        "pymongo", "pymysql", "redis", "requests", "s3fs", "sagemaker", "urllib3", "websockets",
    }
)  # fmt: skip
_INDEX_VARIABLES = frozenset({"PIP_CONFIG_FILE", "PIP_FIND_LINKS", "PIP_INDEX_URL"})
