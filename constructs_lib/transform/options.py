"""What is asked of a transform job, and what is wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from aws_cdk import Token

from constructs_lib.instance_types import has_local_storage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aws_cdk import Duration
    from aws_cdk import aws_kms as kms

SplitType: TypeAlias = Literal["None", "Line"]
Strategy: TypeAlias = Literal["SingleRecord", "MultiRecord"]
CompressionType: TypeAlias = Literal["None", "Gzip"]
JoinSource: TypeAlias = Literal["None", "Input"]


@dataclass(frozen=True, kw_only=True)
class TransformSettings:
    """What is asked of the jobs of a `SklearnTransform`; see there.

    Attributes
    ----------
    data
        ``s3://`` address of the input; None where each start gives one.
    max_payload
        Megabytes of a request at most.
    """

    data: str | None
    content_type: str
    accept: str
    split_type: str
    compression_type: str
    strategy: str
    assemble_with: str
    input_filter: str
    output_filter: str
    join_source: str
    instance_type: str
    instance_count: int
    max_concurrent_transforms: int | None
    max_payload: int | None
    invocation_timeout: Duration | None
    max_retries: int | None
    environment: Mapping[str, str]
    encryption_key: kms.IKey | None
    tags: Mapping[str, str]


def setting_problems(settings: TransformSettings) -> Iterator[str]:
    """Say what SageMaker would refuse, or fail at."""
    for name, kind in (
        ("split_type", SplitType),
        ("assemble_with", SplitType),
        ("compression_type", CompressionType),
        ("strategy", Strategy),
        ("join_source", JoinSource),
    ):
        value, allowed = getattr(settings, name), get_args(kind)
        if not Token.is_unresolved(value) and value not in allowed:
            yield f"{name} is {value!r}; choose one of {', '.join(map(repr, allowed))}"
    if settings.data is not None and not re.match(r"s3://[^/]+/", settings.data):
        yield f"data {settings.data!r} is not an address in S3; give 's3://bucket/key' or 's3://bucket/prefix/'"
    yield from _size_problems(settings)
    yield from _filter_problems(settings)
    if not Token.is_unresolved(settings.instance_count) and settings.instance_count < 1:
        yield f"instance_count is {settings.instance_count}; give at least 1"
    if len(settings.environment) > _MOST_VARIABLES:
        yield f"environment has {len(settings.environment)} entries; a transform job takes {_MOST_VARIABLES}"
    for name in settings.environment:
        if not re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]{0,1023}", name):
            yield f"environment variable {name!r} is not a name; use letters, digits and underscores, no digit first"


def encrypts_volume(settings: TransformSettings) -> bool:
    """Tell whether there is a key, and a volume to encrypt with it: some instances bring encrypted disks."""
    return settings.encryption_key is not None and not has_local_storage(settings.instance_type)


def _size_problems(settings: TransformSettings) -> Iterator[str]:
    payload, concurrent = settings.max_payload, settings.max_concurrent_transforms
    if payload is not None and not 1 <= payload <= MOST_MEGABYTES:
        yield f"max_payload is {payload} MB; give 1 to {MOST_MEGABYTES}"
    elif concurrent is not None and concurrent < 1:
        yield f"max_concurrent_transforms is {concurrent}; give at least 1"
    elif concurrent is not None:
        each = DEFAULT_MEGABYTES if payload is None else payload
        if concurrent * each > MOST_MEGABYTES:
            yield (
                f"max_concurrent_transforms {concurrent} times max_payload {each} MB is {concurrent * each} MB; "
                f"SageMaker takes {MOST_MEGABYTES} MB: give fewer, or max_payload={MOST_MEGABYTES // concurrent}"
            )
    timeout = settings.invocation_timeout
    if timeout is not None and not 1 <= timeout.to_seconds() <= _MOST_SECONDS:
        yield f"invocation_timeout is {timeout.to_seconds():g} seconds; give 1 to {_MOST_SECONDS}"
    if settings.max_retries is not None and not 0 <= settings.max_retries <= _MOST_RETRIES:
        yield f"max_retries is {settings.max_retries}; give 0 to {_MOST_RETRIES}"


def _filter_problems(settings: TransformSettings) -> Iterator[str]:
    for name in ("input_filter", "output_filter"):
        path = getattr(settings, name)
        if not Token.is_unresolved(path) and not (_PATH.fullmatch(path) and len(path) <= _MOST_PATH):
            yield (
                f"{name} {path!r} is not a JSONPath of batch transform; give at most {_MOST_PATH} characters of "
                "$ .name ['name', ...] [number, ...] [start:end] .*, such as '$[1:]' or '$.features'"
            )
    changes = (settings.input_filter, settings.output_filter, settings.join_source) != ("$", "$", "None")
    kind = settings.content_type.partition(";")[0].strip().lower()
    if changes and not Token.is_unresolved(settings.content_type) and kind not in JOINED:
        yield (
            f"input_filter, output_filter and join_source need records of {', '.join(JOINED)}, and content_type is "
            f"{settings.content_type!r}"
        )


MOST_MEGABYTES = 100
DEFAULT_MEGABYTES = 6
JOINED = ("text/csv", "application/json", "application/jsonlines")
_MOST_SECONDS, _MOST_RETRIES = 3600, 3
_MOST_VARIABLES = 16
_MOST_PATH = 63
# The operators that the developer guide lists ("Associate Prediction Results with Input Records").
_PATH = re.compile(
    r"""[$@](\.\*|\.[\w-]+|\[\*\]|\['[^']*'(,\s*'[^']*')*\]|\[-?\d+(,\s*-?\d+)*\]|\[(-?\d+)?:(-?\d+)?\])*"""
)
