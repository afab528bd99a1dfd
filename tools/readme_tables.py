"""Generates the README's tables from the data that drives the code: the requests and the runtime's variables.

`python tools/readme_tables.py` rewrites what stands between the markers; a test holds README.md to it.
"""

import json
from pathlib import Path

from sklearn_runtime.settings import VARIABLES

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
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


TABLES = {"requests": requests_table, "variables": variables_table}


def render(text: str) -> str:
    """The README with every generated table made anew."""
    for name, table in TABLES.items():
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        before, begun, rest = text.partition(begin)
        _, ended, after = rest.partition(end)
        if not (begun and ended):
            raise ValueError(f"README.md must hold {begin} and {end}")
        text = f"{before}{begin}\n{table()}\n{end}{after}"
    return text


if __name__ == "__main__":
    README.write_text(render(README.read_text(encoding="utf-8")), encoding="utf-8")
