"""The log of an endpoint: the lines of all its containers, merged by time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from endpoint_client.log_lines import LogLine, NewLines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from endpoint_client.aws_services import AwsServices
    from endpoint_client.exceptions import ServiceError

# Every instance that an endpoint ever had has left a stream: the last lines are looked for in the youngest.
_STREAMS = 50


class EndpointLogs:
    """Reads the log group ``/aws/sagemaker/Endpoints/<endpoint>``.

    The credentials need logs:FilterLogEvents, logs:DescribeLogStreams and logs:GetLogEvents on it.

    Parameters
    ----------
    services : AwsServices
    endpoint_name : str
    variant : str, optional
        Of this production variant alone.

    Attributes
    ----------
    group : str
        Name of the log group.
    """

    def __init__(self, services: AwsServices, endpoint_name: str, variant: str | None = None) -> None:
        self._services = services
        self._prefix = "" if variant is None else f"{variant}/"
        self.group = f"/aws/sagemaker/Endpoints/{endpoint_name}"
        self._new_lines: NewLines[LogLine] = NewLines()

    def last(self, count: int) -> list[LogLine]:
        """Give the last lines, without reading those before them; `new` goes on behind them.

        Raises
        ------
        ServiceError
            There is no such group (code ``ResourceNotFoundException``): the endpoint has written nothing yet, or there
            is no such endpoint; or the log cannot be read.
        """
        lines: list[LogLine] = []
        for stream in self._youngest_streams():
            with self._services.translated(f"log stream {stream!r} of {self.group}"):
                page = self._services.logs.get_log_events(
                    logGroupName=self.group, logStreamName=stream, limit=count, startFromHead=False
                )
            lines += [_line(event, stream) for event in page["events"]]
        # sorted() keeps the order of lines of one stream and one millisecond.
        lines = sorted(lines, key=lambda line: line.milliseconds)[-count:]
        if lines:
            self._begin_behind(lines[-1].milliseconds)
        return lines

    def begin(self, milliseconds: int) -> None:
        """Let `new` begin with lines of this time, since 1970 in UTC."""
        self._new_lines = NewLines(milliseconds)

    def new(self) -> Iterator[LogLine]:
        """Give the lines that have come since the last call, in the order of their time.

        Raises
        ------
        ServiceError
            As for `last`.
        """
        return self._new_lines.of(self._read())

    def _begin_behind(self, milliseconds: int) -> None:
        self.begin(milliseconds)
        for _ in self._new_lines.of(line for line in self._read() if line.milliseconds <= milliseconds):
            """Seen, whether it was asked for or not."""

    def _youngest_streams(self) -> list[str]:
        streams: list[Any] = []
        with self._services.translated(f"log group {self.group}"):
            options: Any = {"logStreamNamePrefix": self._prefix} if self._prefix else {}
            for page in self._services.logs.get_paginator("describe_log_streams").paginate(
                logGroupName=self.group, **options
            ):
                streams += page["logStreams"]
        # The time of the last event is known an hour late; a stream that has begun since has none.
        streams.sort(key=lambda stream: max(stream.get("lastEventTimestamp", 0), stream.get("creationTime", 0)))
        return [stream["logStreamName"] for stream in streams[-_STREAMS:]]

    def _read(self) -> Iterator[LogLine]:
        options: Any = {"logStreamNamePrefix": self._prefix} if self._prefix else {}
        with self._services.translated(f"log group {self.group}"):
            pages = self._services.logs.get_paginator("filter_log_events").paginate(
                # AWS merges streams in any case since 2019, moto where it is asked to.
                logGroupName=self.group,
                startTime=self._new_lines.start,
                interleaved=True,
                **options,
            )
            for page in pages:
                for event in page["events"]:
                    # Again here: moto gives all streams.
                    if event["logStreamName"].startswith(self._prefix):
                        yield _line(event, event["logStreamName"])


def is_missing(error: ServiceError) -> bool:
    """Whether an error says that there is no such log group."""
    return error.code == "ResourceNotFoundException"


def _line(event: Any, stream: str) -> LogLine:
    return LogLine(milliseconds=event["timestamp"], stream=stream, text=event["message"].rstrip("\n"))
