"""What a run has measured, so far or in all, and how it lies in a JSON file."""

import json
import statistics
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["Results", "Sample"]


class Sample(NamedTuple):
    """One measurement of a cell.

    Attributes
    ----------
    requests_per_second, p50_ms, p99_ms
        As the client saw them.
    cpu_us
        User and system microseconds of the server's process tree for a request.
    errors
        Failed connections, reads and writes, and answers later than 2 s.
    others
        The share of the processors that was neither the server's nor the client's, 0 to 1: what else ran meanwhile.
    """

    requests_per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    errors: float
    others: float = 0.0


class Results:
    """The figures of a run.

    Parameters
    ----------
    data
        As `read` finds them; by default nothing is measured yet.
    """

    def __init__(self, data: dict[str, Any] | None = None) -> None:
        self._data = data or {"run": {}, "machine": {}, "servers": {}, "cells": {}}

    @classmethod
    def read(cls, path: Path) -> "Results":
        """The results of an earlier run."""
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def write(self, path: Path) -> None:
        """Keep them."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self._data, indent=1), encoding="utf-8")

    @property
    def run(self) -> dict[str, Any]:
        """Rounds, seconds, and figures that belong to no server."""
        found: dict[str, Any] = self._data["run"]
        return found

    @property
    def machine(self) -> dict[str, str]:
        """What it was measured on."""
        found: dict[str, str] = self._data["machine"]
        return found

    @property
    def servers(self) -> list[str]:
        """Names in the order in which they were added."""
        return list(self._data["servers"])

    def add_server(self, name: str, title: str, versions: dict[str, str], problem: str | None) -> None:
        """A server that is to be measured, or why it cannot be."""
        self._data["servers"][name] = {
            "title": title,
            "versions": versions,
            "problem": problem,
            "ready_seconds": [],
            "matching": {},
        }

    def server(self, name: str) -> dict[str, Any]:
        """title, versions, problem, ready_seconds, and matching: for a format how many answers were right."""
        found: dict[str, Any] = self._data["servers"][name]
        return found

    def add(self, cell: str, server: str, sample: Sample | str) -> None:
        """One more measurement, or why there is none."""
        entry = self._data["cells"].setdefault(cell, {}).setdefault(server, {"samples": [], "problem": None})
        if isinstance(sample, str):
            entry["problem"] = sample
        else:
            entry["samples"].append(list(sample))

    @property
    def others(self) -> float:
        """The median of every sample's `Sample.others`; above a few hundredths the machine was not free."""
        entries = [entry for cell in self._data["cells"].values() for entry in cell.values()]
        samples = [Sample(*sample) for entry in entries for sample in entry["samples"]]
        return statistics.median(sample.others for sample in samples) if samples else 0.0

    def figure(self, cell: str, server: str) -> Sample | str | None:
        """The median over the rounds, field by field; text where the server failed; None where it was not asked."""
        entry = self._data["cells"].get(cell, {}).get(server)
        if entry is None:
            return self._data["servers"].get(server, {}).get("problem") and "failed"
        if entry["problem"] is not None:
            return str(entry["problem"])
        return Sample(*(statistics.median(column) for column in zip(*entry["samples"], strict=True)))
