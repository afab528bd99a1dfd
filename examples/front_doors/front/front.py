"""Takes the numbers of wines, and answers with the names of their cultivars: what SklearnFunction calls."""

import json
from pathlib import Path

WINES = json.loads(Path(__file__).with_name("wines.json").read_text(encoding="utf-8"))
CULTIVARS = ("Barolo", "Grignolino", "Barbera")


def before(body: bytes, content_type: str) -> tuple[bytes, str]:
    """Look up the features of ``{"wines": [0, 17]}``; in place of the file, this could be a table."""
    del content_type
    numbers = json.loads(body)["wines"]
    unknown = [number for number in numbers if not 0 <= number < len(WINES)]
    if unknown:
        raise ValueError(f"there is no wine {unknown[0]}; give numbers from 0 to {len(WINES) - 1}")
    return json.dumps([WINES[number] for number in numbers]).encode(), "application/json"


def after(body: bytes, content_type: str) -> tuple[bytes, str]:
    """Name the cultivars."""
    return json.dumps({"cultivars": [CULTIVARS[label] for label in json.loads(body)]}).encode(), content_type
