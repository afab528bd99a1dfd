"""Shows on stderr how a training job goes on: one live line on a terminal, elsewhere a line for each change."""

from __future__ import annotations

import sys
from collections import deque
from datetime import datetime, timezone
from typing import TYPE_CHECKING, TextIO

from endpoint_client.live_line import LiveLine, clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from types_boto3_sagemaker.type_defs import DescribeTrainingJobResponseTypeDef

    from endpoint_client.training.logs import LogLine


class Progress:
    """Writes phases with the time since the job's creation, and the lines of its log between them.

    Parameters
    ----------
    stream : file, optional
        Default: stderr.

    Example
    -------
    >>> progress = Progress(sys.stdout)
    >>> progress.phase("Training", "Training image download completed.", seconds=72.4)
    0:01:12 Training: Training image download completed.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._line = LiveLine(sys.stderr if stream is None else stream)
        self._shown: tuple[str, str] | None = None
        self._transitions: list[tuple[str, str]] = []
        self._created: datetime | None = None

    def describe(self, description: DescribeTrainingJobResponseTypeDef, lines: Sequence[LogLine] = ()) -> bool:
        """Show the secondary states that the job has entered since the last call, and new lines of its log.

        Returns
        -------
        bool
            Whether it has entered any.
        """
        self._created = description["CreationTime"]
        waiting = deque(lines)
        transitions = description.get("SecondaryStatusTransitions", [])
        known: list[tuple[str, str]] = [(one["Status"], one.get("StatusMessage", "")) for one in transitions]
        for index, (status, message) in enumerate(known):
            if self._transitions[index : index + 1] != [(status, message)]:
                start = transitions[index]["StartTime"]
                while waiting and waiting[0].milliseconds < start.timestamp() * 1000:
                    self.line(waiting.popleft().shown(description))
                self.phase(status, message, (start - self._created).total_seconds())
        for line in waiting:
            self.line(line.shown(description))
        changed = known != self._transitions
        self._transitions = known
        return changed

    def begin(self, created: datetime) -> None:
        """Count the time from a job's creation."""
        self._created = created

    def phase(self, name: str, message: str = "", seconds: float | None = None) -> None:
        """Show what goes on.

        Parameters
        ----------
        name, message : str
        seconds : float, optional
            Since the job's creation; default: now.
        """
        # A message may have several lines.
        message = " ".join(message.split())
        if (name, message) == self._shown:
            return
        self._shown = (name, message)
        if self._line.live:
            self.tick()
        else:
            self._line.write(
                f"{clock(self._age() if seconds is None else seconds)} {name}{': ' if message else ''}{message}"
            )

    def tick(self) -> None:
        """Write the live line with the present time."""
        if self._shown is not None:
            name, message = self._shown
            self._line.show(f"{clock(self._age())} {name}{': ' if message else ''}{message}")

    def line(self, text: str) -> None:
        """Write a line that stays."""
        self._line.write(text)

    def close(self) -> None:
        """End the live line."""
        self._line.end()

    def _age(self) -> float:
        return 0.0 if self._created is None else (datetime.now(timezone.utc) - self._created).total_seconds()
