"""Draws throughput and p99 against concurrency: ``picture.py RESULTS.json PICTURE.svg``, where matplotlib is."""

import json
import statistics
import sys
from pathlib import Path
from typing import Any

LABEL = "LogisticRegression, 1 row of 30 features, JSON, 2 workers"
OURS = ("ours", "ours-orjson", "ours-fast")


def curves(data: dict[str, Any]) -> dict[str, list[tuple[int, float, float]]]:
    """For each server: connections, requests a second, p99 in milliseconds, in this order."""
    found: dict[str, list[tuple[int, float, float]]] = {}
    for connections, cell in data["run"]["concurrency"]:
        for server, entry in data["cells"].get(cell, {}).items():
            if server in data["servers"] and entry["samples"] and not entry["problem"]:
                rate, _, p99 = (statistics.median(sample[i] for sample in entry["samples"]) for i in range(3))
                found.setdefault(server, []).append((connections, rate, p99))
    return found


def draw(data: dict[str, Any], path: Path) -> None:
    """Write the picture; the same data give the same file."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "serving"
    mpl.rcParams["svg.fonttype"] = "none"
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.6), layout="constrained")
    for server, points in curves(data).items():
        connections, rates, latencies = zip(*points, strict=True)
        style = {"linewidth": 2.5, "marker": "o"} if server in OURS else {"linewidth": 1.3, "marker": "."}
        left.plot(connections, rates, label=data["servers"][server]["title"], **style)
        right.plot(connections, latencies, **style)
    for axes, title in ((left, "requests a second"), (right, "p99 latency, ms")):
        axes.set(xscale="log", yscale="log", xlabel="connections", title=title)
        ticks = [connections for connections, _ in data["run"]["concurrency"]]
        axes.set_xticks(ticks, [str(tick) for tick in ticks])
        axes.minorticks_off()
        axes.grid(visible=True, alpha=0.3)
    figure.suptitle(LABEL, fontsize="medium")
    figure.legend(loc="outside right center", frameon=False)
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    draw(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), Path(sys.argv[2]))
