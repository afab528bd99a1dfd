"""The figures as tables: the same rows for the terminal and for the manual."""

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from benchmarks.serving.multi_model import DEFAULTS, HOOKS, HOOKS_FAST, MULTI_MODEL_CELLS
from benchmarks.serving.protocol import SAGEMAKER
from benchmarks.serving.results import Results, Sample
from benchmarks.serving.servers import OURS, OURS_FAST, OURS_ORJSON, SERVERS, STOCK
from benchmarks.serving.wanted import judge
from benchmarks.serving.workload import CELLS, LARGE_ROWS, LINEAR, MATCHING_ROWS, Cell

__all__ = ["Table", "make_tables", "markdown"]

SMALL = tuple(cell for cell in CELLS if cell.rows < LARGE_ROWS)
LARGE = tuple(cell for cell in CELLS if cell.rows == LARGE_ROWS)
_NATIVE = {server.name for server in SERVERS if server.protocol is SAGEMAKER}


class Table(NamedTuple):
    """Text only: title, header, and rows as long as the header."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


def markdown(table: Table) -> str:
    """The table as the manual shows it.

    Example
    -------
    >>> print(markdown(Table("Speed", ["", "ours"], [["1 row", "9"]])))
    ### Speed
    <BLANKLINE>
    | | ours |
    |---|---|
    | 1 row | 9 |
    """
    lines = [table.header, ["---"] * len(table.header), *table.rows]
    first, rule, *rest = ("| " + " | ".join(line) + " |" for line in lines)
    return "\n".join([f"### {table.title}", "", first.replace("|  |", "| |", 1), rule.replace(" ", ""), *rest])


def make_tables(results: Results) -> list[Table]:
    """Every table of a run that has rows; in brackets how many times as good as in the first column."""
    return [table for table in _tables(results) if table.rows]


def _tables(results: Results) -> Iterator[Table]:
    titles = {name: str(results.server(name)["title"]) for name in results.servers}
    native = {name: title for name, title in titles.items() if name in _NATIVE}
    peers = {name: title for name, title in titles.items() if name not in _NATIVE}
    yield _grid("Requests a second", results, native, SMALL, _RATE)
    yield _grid("Server CPU for a request, microseconds", results, native, SMALL, _CPU)
    yield _grid("Latency p50 / p99, milliseconds", results, native, SMALL, _LATENCY)
    yield _grid("Seconds for one large request", results, native, LARGE, _SECONDS)
    if peers:
        columns = {name: titles[name] for name in (STOCK, OURS, OURS_ORJSON, OURS_FAST) if name in titles} | peers
        cells = [cell for cell in SMALL if cell.model == LINEAR and cell.format == "json"]
        yield _grid("Beside the peers: requests a second", results, columns, cells, _RATE)
        yield _grid("Beside the peers: server CPU for a request, microseconds", results, columns, cells, _CPU)
        yield _grid("Beside the peers: latency p50 / p99, milliseconds", results, columns, cells, _LATENCY)
    hooks = {DEFAULTS: "the toolkit's defaults", HOOKS: "our hooks", HOOKS_FAST: "our hooks, fast paths"}
    title = "Multi-model: CPU for a request in the toolkit's handler, microseconds (without its Java server)"
    yield _grid(title, results, hooks, MULTI_MODEL_CELLS, _CPU)
    yield _servers(results)
    rows = [[one.text, _times(one.least), _times(one.found), _times(one.cpu), one.verdict] for one in judge(results)]
    yield Table("What was wanted", ["", "wanted", "requests a second", "CPU", ""], rows)


def _times(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.1f}x"


class Quantity(NamedTuple):
    """What a table shows of a sample: its text, and, where more of it is better, how much there is."""

    text: Callable[[Sample], str]
    worth: Callable[[Sample], float] | None = None


_RATE = Quantity(lambda one: f"{one.requests_per_second:,.0f}", lambda one: one.requests_per_second)
_CPU = Quantity(lambda one: f"{one.cpu_us:,.0f}", lambda one: 1 / max(one.cpu_us, 1))
_SECONDS = Quantity(lambda one: f"{one.p50_ms / 1e3:.2f}", lambda one: 1 / one.p50_ms)
_LATENCY = Quantity(
    lambda one: f"{one.p50_ms:.1f} / {one.p99_ms:.1f}" + (f" ({one.errors:.0f} errors)" if one.errors else "")
)


def _grid(title: str, results: Results, servers: Mapping[str, str], cells: Sequence[Cell], shown: Quantity) -> Table:
    def text(figure: Sample | str | None, first: Sample | str | None) -> str:
        if not isinstance(figure, Sample):
            return figure or "-"
        if shown.worth is None or figure is first or not isinstance(first, Sample):
            return shown.text(figure)
        return f"{shown.text(figure)} ({shown.worth(figure) / shown.worth(first):.1f}x)"

    rows = []
    for cell in cells:
        figures = [results.figure(cell.name, server) for server in servers]
        if any(figures):
            rows.append([cell.name, *(text(figure, figures[0]) for figure in figures)])
    return Table(title, ["", *servers.values()], rows)


def _servers(results: Results) -> Table:
    rows = []
    for name in results.servers:
        server = results.server(name)
        ready = f"{statistics.median(server['ready_seconds']):.2f}" if server["ready_seconds"] else "-"
        right = ", ".join(f"{format_.upper()} {count:,}" for format_, count in server["matching"].items())
        versions = ", ".join(f"{package} {version}" for package, version in server["versions"].items())
        rows.append([server["title"], ready, right or "-", server["problem"] or versions])
    if "import_seconds" in results.run:
        rows.append(["(import and load alone)", f"{results.run['import_seconds']:.2f}", "-", "the image's libraries"])
    right = f"answers of {MATCHING_ROWS:,} that were right"
    return Table("The servers", ["", "ready after start, s", right, "versions, or what failed"], rows)
