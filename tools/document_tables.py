"""Generates tables of the documents from what drives the code: requests, variables, metrics and alarms.

`python tools/document_tables.py` rewrites what stands between the markers; a test holds the documents to it.
"""

import inspect
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from constructs_lib import EndpointAlarms
from constructs_lib.monitoring.alarm_rules import RULES
from constructs_lib.monitoring.async_metrics import BacklogMetrics
from constructs_lib.monitoring.variant_metrics import VariantMetrics
from sklearn_runtime.settings import VARIABLES

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
MONITORING = ROOT / "docs" / "monitoring.md"
REQUESTS = ROOT / "runtime" / "sklearn_runtime" / "requests.json"


def requests_table() -> str:
    """One row a kind of request: what AWS's own server answers, and what ours does."""
    rows = ["| request | AWS's own server | ours |", "|---|---|---|"]
    for case in json.loads(REQUESTS.read_text(encoding="utf-8")):
        row = f"| {case['sentence']} | {case['stock']} | {case['ours']} |"
        if row not in rows:
            rows.append(row)
    return "\n".join(rows)


def variables_table() -> str:
    """One row an environment variable."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    rows += [f"| `{name}` | {f'`{default}`' if default else ''} | {meaning} |" for name, default, meaning in VARIABLES]
    return "\n".join(rows)


def metric_rows(source: Any, called: str) -> Iterator[str]:
    """One row a method, in the order of the families."""
    for family in type(source).__mro__:
        for name in vars(family):
            if name.startswith("metric_"):
                method = getattr(source, name)
                metric = method()
                meaning = (inspect.getdoc(method) or "").splitlines()[0]
                yield f"| `{called}.{name}()` | `{metric.metric_name}` | {metric.statistic} | {meaning} |"


def metrics_table() -> str:
    """One row a metric: its method, its name, its default statistic, and what it says in which unit."""
    rows = ["| method | metric | statistic | what it says |", "|---|---|---|---|"]
    rows += metric_rows(VariantMetrics("churn", "AllTraffic"), "variant")
    rows += metric_rows(BacklogMetrics({"EndpointName": "churn"}), "endpoint.backlog")
    return "\n".join(rows)


UNITS = {"model_latency_p99": " ms", "overhead_latency_p99": " ms", "oldest_request": " s"}


def alarms_table() -> str:
    """One row a setting: its default thresholds, the kinds of endpoint that have it, and what the alarm says."""
    rows = ["| setting | default | kinds of endpoint | fires when |", "|---|---|---|---|"]
    for rule in RULES:
        thresholds = EndpointAlarms().thresholds(rule.setting)
        unit = UNITS.get(rule.setting, " %" if rule.setting.endswith("_percent") else "")
        default = ", ".join(f"{severity} {threshold:,g}{unit}" for severity, threshold in thresholds.items()) or "none"
        text = rule.text.replace("{threshold:g}", "N")
        rows.append(f"| `{rule.setting}` | {default} | {', '.join(rule.kinds)} | {text} |")
    return "\n".join(rows)


TABLES: dict[Path, dict[str, Callable[[], str]]] = {
    README: {"requests": requests_table, "variables": variables_table},
    MONITORING: {"alarms": alarms_table, "metrics": metrics_table},
}


def render(document: Path) -> str:
    """The document with every generated table made anew."""
    text = document.read_text(encoding="utf-8")
    for name, table in TABLES[document].items():
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        before, begun, rest = text.partition(begin)
        _, ended, after = rest.partition(end)
        if not (begun and ended):
            raise ValueError(f"{document.name} must hold {begin} and {end}")
        text = f"{before}{begin}\n{table()}\n{end}{after}"
    return text


if __name__ == "__main__":
    for path in TABLES:
        path.write_text(render(path), encoding="utf-8")
