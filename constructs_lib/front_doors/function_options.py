"""What a front function is given, and what Lambda or the endpoint would not take of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from aws_cdk import Token

from constructs_lib.endpoint_base import EndpointBase

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aws_cdk import Duration
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_logs as logs
    from aws_cdk import aws_sagemaker as sagemaker

Architecture: TypeAlias = Literal["arm64", "x86_64"]


@dataclass(frozen=True, kw_only=True)
class FunctionOptions:
    """The settings of a front function; see `SklearnFunction`."""

    endpoint: sagemaker.IEndpoint
    environment: Mapping[str, str]
    function_name: str | None
    timeout: Duration
    memory_size: int
    reserved_concurrent_executions: int | None
    architecture: Architecture
    function_url: bool
    tracing: bool
    log_retention: logs.RetentionDays | None
    encryption_key: kms.IKey | None
    vpc: ec2.IVpc | None
    vpc_subnets: ec2.SubnetSelection | None
    security_groups: Sequence[ec2.ISecurityGroup] | None

    @property
    def read_timeout(self) -> float:
        """Seconds that the endpoint may take: a container has 60, and the function is to have the rest for itself."""
        return min(self.timeout.to_seconds() - RESERVE_SECONDS, CONTAINER_SECONDS)


def option_problems(options: FunctionOptions) -> Iterator[str]:
    """Say what Lambda would refuse, or what could not work."""
    endpoint = options.endpoint
    if isinstance(endpoint, EndpointBase) and endpoint.traits.kind == "asynchronous":
        yield (
            f"endpoint {endpoint.endpoint_name!r} is asynchronous, and gives no answer that a function could wait for; "
            "give a real-time or serverless endpoint, or call this one with predict_async of endpoint_client"
        )
    yield from _size_problems(options)
    if options.architecture not in get_args(Architecture):
        yield f"architecture is {options.architecture!r}; choose one of {', '.join(get_args(Architecture))}"
    name = options.function_name
    if name is not None and not Token.is_unresolved(name) and not re.fullmatch(r"[A-Za-z0-9-_]{1,64}", name):
        yield f"function_name {name!r} is not a name; use at most 64 letters, digits, hyphens and underscores"
    if options.vpc is None and (options.vpc_subnets is not None or options.security_groups is not None):
        yield "vpc_subnets and security_groups need a vpc; give one, or leave them out"
    yield from _environment_problems(options.environment)


def _size_problems(options: FunctionOptions) -> Iterator[str]:
    if options.timeout.is_unresolved():
        yield "timeout is known only at deployment, and the endpoint's share of it is reckoned before; give a number"
    elif not _MIN_SECONDS <= (seconds := options.timeout.to_seconds()) <= _MAX_SECONDS:
        yield f"timeout is {seconds:g} s; give {_MIN_SECONDS} to {_MAX_SECONDS} s"
    size = options.memory_size
    if not Token.is_unresolved(size) and not _MIN_MEGABYTES <= size <= _MAX_MEGABYTES:
        yield f"memory_size is {size} MB; give {_MIN_MEGABYTES} to {_MAX_MEGABYTES:,} MB"
    reserved = options.reserved_concurrent_executions
    if reserved is not None and not Token.is_unresolved(reserved) and reserved < 1:
        yield f"reserved_concurrent_executions is {reserved}; give at least 1, since with 0 nobody is answered"


def _environment_problems(environment: Mapping[str, str]) -> Iterator[str]:
    for name in environment:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]+", name):
            yield f"environment variable {name!r} is not a name; use letters, digits and underscores, a letter first"
        elif name.startswith(_TAKEN):
            yield f"environment variable {name!r} begins as those of Lambda or of the handler do; choose another name"
    texts = [text for entry in environment.items() for text in entry]
    if not any(map(Token.is_unresolved, texts)):
        size = sum(len(text.encode()) for text in texts)
        if size > _MAX_ENVIRONMENT_BYTES:
            yield f"environment has {size:,} bytes; Lambda takes {_MAX_ENVIRONMENT_BYTES:,}: put more into source_dir"


CONTAINER_SECONDS = 60
# For two connections of 2 s each, and the function's own work.
RESERVE_SECONDS = 5
_MIN_SECONDS, _MAX_SECONDS = 6, 900
_MIN_MEGABYTES, _MAX_MEGABYTES = 128, 10_240
# Of Lambda's 4 KB, without the handler's own.
_MAX_ENVIRONMENT_BYTES = 3_500
_TAKEN = ("AWS_", "LAMBDA_", "SKLEARN_FRONT_")
