"""Writes the pins of orjson that constructs_lib ships: for each Python the newest, with the hashes of its wheels."""

import json
from pathlib import Path

from constructs_lib.exceptions import RequirementsError
from constructs_lib.image_table import ARM64, X86_64
from constructs_lib.vendoring.pins import ResolvedPackage, resolve
from constructs_lib.vendoring.target import Target

FILE = Path(__file__).resolve().parent.parent / "constructs_lib" / "data" / "orjson.json"
# Python 3.7 is left out: what there is for it may be made to overflow the stack (CVE-2024-27454).
PYTHONS = ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
OLDEST_GLIBC = 17


def newest(python_version: str) -> dict[str, object]:
    """Version and hashes for a Python; the same version for both architectures."""
    found: dict[str, ResolvedPackage] = {}
    for architecture in (X86_64, ARM64):
        target = Target(python_version=python_version, architecture=architecture, glibc=OLDEST_GLIBC)
        wanted = next((f"=={item.version}" for item in found.values()), ">=3.9.15")
        [found[target.machine]] = resolve([f"orjson{wanted}"], target, {})
    version = found["x86_64"].version
    return {"version": version, "sha256": {machine: item.sha256 for machine, item in sorted(found.items())}}


if __name__ == "__main__":
    about = "Pins of orjson by Python, for glibc 2.17 and later; by: python -m tools.orjson_pins"
    try:
        pins = {"_about": about, "pythons": {python: newest(python) for python in PYTHONS}}
    except RequirementsError as error:
        raise SystemExit(str(error)) from error
    FILE.write_text(json.dumps(pins, indent=1) + "\n", encoding="utf-8")
