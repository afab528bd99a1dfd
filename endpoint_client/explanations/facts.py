"""What an error tells: its attributes, and what only its words name."""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import Any

from endpoint_client.exceptions import ModelError
from endpoint_client.explanations.plain_text import plain

_ARN = re.compile(
    r"arn:(?P<partition>aws[\w-]*):(?P<service>[\w-]+):(?P<region>[\w-]*):(?P<account>\d*):(?P<resource>[^\s\"',)]+)"
)
_NOT_AUTHORIZED = re.compile(
    r"not authorized to perform: (?P<action>[\w-]+:\w+)(?: on resource: [\"']?(?P<resource>arn:[^\s\"']+))?"
)
_ENDPOINT = re.compile(
    r"\b[Ee]ndpoint '?(?P<name>[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62})'? (?:of account|in |does not|has not|gave|kept|is )"
)
_QUOTED = re.compile(
    r"find endpoint [\"'](?P<name>[\w-]+)[\"']|/aws/sagemaker/Endpoints/(?P<group>[\w-]+)|/endpoints/(?P<path>[\w-]+)/"
)
_HOST = re.compile(r"//runtime(?:-fips)?\.sagemaker\.(?P<region>[\w-]+)\.")
_URL = re.compile(r"https?://[^\s\"',)]+")
_PREFIXES = {
    "cloudformation": ("DescribeStacks",),
    "logs": ("DescribeLogStreams", "FilterLogEvents", "GetLogEvents", "StartLiveTail"),
    "s3": ("GetObject", "ListObjectsV2", "PutObject", "DeleteObject", "HeadObject"),
    "ssm": ("GetParameter",),
    "states": ("DescribeExecution", "GetExecutionHistory", "ListExecutions", "StartExecution", "StopExecution"),
}
_SERVICE_OF = {operation: service for service, operations in _PREFIXES.items() for operation in operations}
# Operations whose right has another name.
_RIGHT_OF = {"ListObjectsV2": "ListBucket", "HeadObject": "GetObject"}


class Facts:
    """What is known of one error, under names that the texts of the rules use.

    Parameters
    ----------
    error : BaseException

    Example
    -------
    >>> from endpoint_client import EndpointNotFound
    >>> facts = Facts(EndpointNotFound("Endpoint churn of account 123456789012 not found.", status=400))
    >>> facts.endpoint, facts.name, facts.status, facts.in_region
    ("endpoint 'churn'", 'churn', 400, '')
    """

    def __init__(self, error: BaseException) -> None:
        self.error: BaseException = error
        self.kind: str = type(error).__name__
        self.words = str(getattr(error, "message", "") or error)
        self.message = plain(_said(error)) or "it gave no reason"
        self.status: int = getattr(error, "status", 0)
        self.code = plain(getattr(error, "code", ""))
        self.error_type = plain(getattr(error, "error_type", ""))
        self.log_stream = plain(getattr(error, "log_stream", ""))
        self.reason = plain(getattr(error, "reason", "") or getattr(error, "cause", "") or error)

    @cached_property
    def name(self) -> str:
        """The endpoint's name; ``NAME`` where it is not known, as a place to fill in."""
        if name := getattr(self.error, "endpoint_name", ""):
            return str(name)
        if self._arn is not None and self._arn["resource"].startswith("endpoint/"):
            return self._arn["resource"].partition("/")[2]
        if quoted := _QUOTED.search(f"{self.log_stream} {self.words}"):
            return str(quoted[quoted.lastindex or 0])
        named = _ENDPOINT.search(self.words)
        return named["name"] if named else "NAME"

    @cached_property
    def endpoint(self) -> str:
        """The endpoint as a sentence names it."""
        where = f" in {self.region}" if self.region else ""
        return f"the endpoint{where}" if self.name == "NAME" else f"endpoint {self.name!r}{where}"

    @cached_property
    def region(self) -> str:
        """The region of the call; empty: not known."""
        arn = self._arn or _ARN.search(self.log_stream) or _HOST.search(self.words)
        told = (str(getattr(error, "region", "") or "") for error in (self.error, self.error.__cause__))
        return next(filter(None, told), arn["region"] if arn else "")

    @property
    def in_region(self) -> str:
        """The option of a command."""
        return f" --region {self.region}" if self.region else ""

    @property
    def right(self) -> str:
        """The right of IAM that the call takes; empty: not known."""
        if told := _NOT_AUTHORIZED.search(self.words):
            return told["action"]
        action = str(getattr(self.error, "action", ""))
        return action and f"{_SERVICE_OF.get(action, 'sagemaker')}:{_RIGHT_OF.get(action, action)}"

    @property
    def statement(self) -> str:
        """The statement of IAM that allows the call, as JSON."""
        right = self.right or "sagemaker:InvokeEndpoint"
        return json.dumps({"Effect": "Allow", "Action": right, "Resource": self._resource(right)})

    @property
    def job(self) -> str:
        """The job's name; ``JOB`` where it is not known."""
        job: Any = getattr(self.error, "job", None)
        named = re.search(r"(?:training|tuning|transform) job '([^']+)'", self.words)
        return str(job.name) if job is not None else named[1] if named else "JOB"

    @property
    def row_and_column(self) -> str:
        """Where in the caller's data, for a sentence; empty: not known, or the message says it."""
        places = [f"{what} {place}" for what in ("row", "column") if (place := _place(self.error, what)) is not None]
        return "" if not places or places[0] in self.message else f" ({', '.join(places)} of the input, counted from 0)"

    @property
    def look_at_row(self) -> str:
        """A step that shows the offending row; empty: not known."""
        row = _place(self.error, "row")
        return "" if row is None else f"Look at the row (counted from 0):\nprint(numpy.asarray(rows)[{row}])"

    @property
    def quote(self) -> str:
        """What to tell AWS support."""
        request_id = plain(getattr(self.error, "request_id", ""))
        return f"request id {request_id}" if request_id else "the time of the call: the answer carried no request id"

    @property
    def log_group(self) -> str:
        """The endpoint's log group."""
        return f"/aws/sagemaker/Endpoints/{self.name}"

    @property
    def tail(self) -> str:
        """The command that shows the endpoint's log."""
        return f"sklearn-endpoint tail {self.name}{self.in_region}"

    @property
    def try_address(self) -> str:
        """A step that tries the address that was called; empty: not known."""
        found = _URL.search(plain(self.words, 2000))
        return f"Try the address from here:\ncurl --silent --show-error --output /dev/null {found[0]}" if found else ""

    @property
    def bytes_of_limit(self) -> str:
        """What a request may hold, and what it would have held."""
        size, limit = (getattr(self.error, one, 0) for one in ("size", "limit"))
        return f"{size:,} bytes, where {limit:,} are allowed" if size else "more than the service takes"

    def says(self, pattern: str) -> bool:
        """Whether the error's code, the class in the container, or its words hold a pattern, in any case of letters."""
        return re.search(pattern, f"{self.code} {self.error_type} {self.words}", re.IGNORECASE) is not None

    @cached_property
    def _arn(self) -> re.Match[str] | None:
        told = _NOT_AUTHORIZED.search(self.words)
        return _ARN.match(told["resource"]) if told and told["resource"] else None

    def _resource(self, right: str) -> str:
        if self._arn is not None:
            return self._arn[0].rstrip(".,;")
        if right.startswith("s3:"):
            location = re.search(r"s3://([^\s:;,]+)", self.words)
            return f"arn:{_partition(self.region)}:s3:::{location[1] if location else 'BUCKET/KEY'}"
        if right.startswith("sagemaker:Invoke"):
            return f"arn:{_partition(self.region)}:sagemaker:{self.region or '*'}:*:endpoint/{self.name.lower()}"
        # To be filled in: a statement for everything is no remedy.
        return "RESOURCE-ARN"


def _said(error: BaseException) -> str:
    """Give the words of the service or of botocore, without this package's own around them."""
    cause: Any = error.__cause__
    # Of what a container said, the message holds all that is worth it.
    if not isinstance(error, ModelError) and type(cause).__module__.startswith("botocore"):
        answer = getattr(cause, "response", None)
        return str(cause) if answer is None else str(answer.get("Error", {}).get("Message", ""))
    return str(getattr(error, "message", "") or error)


def _place(error: BaseException, what: str) -> int | None:
    place: int | None = getattr(error, what, None)
    return place


def _partition(region: str) -> str:
    starts = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
    return next((partition for start, partition in starts.items() if region.startswith(start)), "aws")
