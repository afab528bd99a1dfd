"""The load generator wrk: the script that sends one body again and again, and what it reports."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from benchmarks.serving.protocol import Request

__all__ = ["LoadFigures", "WrkFailedError", "parse_report", "render_script", "run_load", "version"]

# wrk runs the script's done() once, with its own counters: exact, where the text that it prints is rounded.
_SCRIPT = """
local file = assert(io.open({body}, "rb"))
wrk.body = file:read("*a")
file:close()
wrk.method = "POST"
wrk.path = {path}
{headers}
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    'report {{"requests": %d, "microseconds": %d, "status_errors": %d, "socket_errors": %d, "p50": %d, "p99": %d}}\\n',
    summary.requests, summary.duration, e.status, e.connect + e.read + e.write + e.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"""


class WrkFailedError(RuntimeError):
    """wrk ended without a report."""


class LoadFigures(NamedTuple):
    """What wrk counted.

    Attributes
    ----------
    requests
        Answered requests, those with an error status included.
    seconds
        How long it took.
    p50_ms, p99_ms
        Latency in milliseconds.
    status_errors, socket_errors
        Answers with a status of 400 or more; failed connections, reads, writes, and time-outs (2 s).
    """

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    status_errors: int
    socket_errors: int


def version() -> str | None:
    """The version of wrk, None where it is not installed."""
    if shutil.which("wrk") is None:
        return None
    done = subprocess.run(["wrk", "--version"], capture_output=True, text=True, check=False)
    return " ".join(done.stdout.split()[1:2])


def render_script(request: Request, body: Path) -> str:
    """The Lua script that posts the body in a file.

    Example
    -------
    >>> print(render_script(Request("/ping", {"Accept": "text/csv"}, b""), Path("/tmp/x")).splitlines()[6])
    wrk.headers["Accept"] = "text/csv"
    """
    headers = "\n".join(f"wrk.headers[{json.dumps(k)}] = {json.dumps(v)}" for k, v in request.headers.items())
    return _SCRIPT.format(body=json.dumps(str(body)), path=json.dumps(request.path), headers=headers)


def parse_report(output: str) -> LoadFigures:
    """Find the report in what wrk printed.

    Raises
    ------
    WrkFailedError
        There is none.
    """
    for line in output.splitlines():
        if line.startswith("report "):
            counted = json.loads(line.removeprefix("report "))
            return LoadFigures(
                counted["requests"],
                counted["microseconds"] / 1e6,
                counted["p50"] / 1e3,
                counted["p99"] / 1e3,
                counted["status_errors"],
                counted["socket_errors"],
            )
    raise WrkFailedError(f"wrk gave no report: {output.strip()[-300:]}")


def run_load(port: int, request: Request, connections: int, seconds: float, folder: Path) -> LoadFigures:
    """Send the request over so many connections for so many seconds (at least 1: wrk takes whole ones)."""
    body, script = folder / "body", folder / "post.lua"
    body.write_bytes(request.body)
    script.write_text(render_script(request, body), encoding="utf-8")
    command = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "-s", str(script)]
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{port}"], capture_output=True, text=True, check=False, timeout=seconds + 60
    )
    return parse_report(done.stdout + done.stderr)
