"""Runs the runtime's tests under the Python and the libraries of every AWS image.

`make test-images` runs all whose Python is on this machine; `make test-images ARGS="--only 1.2-1"` runs one.
Linux on x86_64, as the images: the old libraries have no other wheels.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from tools.interpreters import InterpreterMissingError, find_interpreter
from tools.locked_environment import EnvironmentMissingError, LockedEnvironment

ROOT = Path(__file__).resolve().parent.parent
FACTS = ROOT / "constructs_lib" / "data" / "sklearn_images.json"
TESTS = "tests/runtime"
_COUNT = re.compile(r"(\d+) (passed|failed|skipped|errors?|xfailed)\b")
_LIMIT_SECONDS = 1800


class Image(NamedTuple):
    """An AWS image: its version, its Python's, its scikit-learn's."""

    version: str
    python: str
    sklearn: str

    @property
    def lock(self) -> Path:
        return ROOT / "requirements" / "images" / f"{self.version}.txt"


class Outcome(NamedTuple):
    """What became of one image's tests.

    Attributes
    ----------
    state
        ``passed``, ``failed`` or ``not run``.
    words
        The numbers of tests, or the reason.
    skips
        How many tests were skipped for each reason.
    output
        All of pytest's output, where they failed.
    """

    state: str
    words: str
    skips: Mapping[str, int] = MappingProxyType({})
    output: str = ""


def images() -> list[Image]:
    """Every image that the constructs know, oldest first."""
    versions = json.loads(FACTS.read_text(encoding="utf-8"))["versions"]
    return [Image(version, facts["python"], facts["scikit_learn"]) for version, facts in versions.items()]


def try_image(image: Image) -> Outcome:
    """Run one image's tests in its environment, which is made first unless it stands."""
    try:
        environment = LockedEnvironment(
            ROOT / ".venvs" / "images" / image.version, [image.lock], find_interpreter(image.python)
        )
        # Wheels only: what these versions would need to be compiled, nobody has. The lock is complete.
        environment.make(["--no-deps", "--only-binary", ":all:", "--require-hashes", "--requirement", str(image.lock)])
    except InterpreterMissingError as missing:
        return Outcome("not run", str(missing))
    except EnvironmentMissingError as error:
        return Outcome("failed", "its libraries cannot be installed", output=str(error))
    return run_tests(environment)


def run_tests(environment: LockedEnvironment, tests: str = TESTS) -> Outcome:
    """Run tests with an environment's Python, without what the tests of other rooms need."""
    command = [str(environment.python), "-m", "pytest", tests, "-q", "-rs", "-c", str(ROOT / TESTS / "images.ini")]
    command += ["--rootdir", str(ROOT), "--confcutdir", str(ROOT / TESTS)]
    variables = {
        "PYTHONPATH": str(ROOT / "runtime"),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(environment.home / "hypothesis"),
    }
    started = time.monotonic()
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            timeout=_LIMIT_SECONDS,
        )
    except subprocess.TimeoutExpired as late:
        return Outcome("failed", f"not done after {_LIMIT_SECONDS} s", output=_text(late.stdout))
    return judge(done.returncode, done.stdout, time.monotonic() - started)


def judge(status: int, output: str, seconds: float) -> Outcome:
    """What pytest's exit status and output mean.

    Example
    -------
    >>> judge(0, "...\\nSKIPPED [4] a.py:3: no orjson\\n3 passed, 4 skipped in 2.0s", 2.4)
    Outcome(state='passed', words='3 passed, 4 skipped in 2 s', skips={'no orjson': 4}, output='')
    """
    lines = output.splitlines() or [""]
    counts = ", ".join(" ".join(count) for count in _COUNT.findall(lines[-1])) or f"pytest ended with status {status}"
    words = f"{counts} in {seconds:.0f} s"
    skips: dict[str, int] = {}
    for number, reason in re.findall(r"^SKIPPED \[(\d+)\] \S+ (.*)$", output, re.MULTILINE):
        skips[reason] = skips.get(reason, 0) + int(number)
    return Outcome("failed", words, skips, output) if status else Outcome("passed", words, skips)


def _text(output: str | bytes | None) -> str:
    return output.decode("utf-8", "replace") if isinstance(output, bytes) else output or ""


def report(outcomes: dict[Image, Outcome]) -> str:
    """The table of all images, and below it which tests were skipped.

    Example
    -------
    >>> print(report({Image("1.2-1", "3.9", "1.2.1"): Outcome("passed", "1016 passed in 60 s")}))
    image        Python scikit-learn
    1.2-1        3.9    1.2.1        passed: 1016 passed in 60 s
    """
    lines = [f"{'image':12} {'Python':6} scikit-learn"]
    lines += [f"{i.version:12} {i.python:6} {i.sklearn:12} {o.state}: {o.words}" for i, o in outcomes.items()]
    skips = [(i.version, number, reason) for i, o in outcomes.items() for reason, number in o.skips.items()]
    lines += ["", "skipped"] * bool(skips)
    lines += [f"{version:12} {number:6} {reason}" for version, number, reason in skips]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None, try_one: Callable[[Image], Outcome] = try_image) -> int:
    """Run what the arguments ask for; 1 where an image's tests failed, or none could be run."""
    known = images()
    options = _parser([image.version for image in known]).parse_args(arguments)
    chosen = [image for image in known if not options.only or image.version in options.only]
    if options.list:
        print("\n".join(f"{image.version} {image.python}" for image in chosen))
        return 0
    outcomes = {}
    with ThreadPoolExecutor(options.jobs) as pool:
        running = {pool.submit(try_one, image): image for image in chosen}
        for future in as_completed(running):
            image, outcome = running[future], future.result()
            outcomes[image] = outcome
            if outcome.output:
                print(f"{'=' * 20} {image.version} {'=' * 20}\n{outcome.output}")
            print(f"{image.version}: {outcome.state}: {outcome.words}", flush=True)
    print("\n" + report({image: outcomes[image] for image in chosen}))
    states = [outcome.state for outcome in outcomes.values()]
    wrong = "failed" in states or "passed" not in states or (options.require_all and "not run" in states)
    return 1 if wrong else 0


def _parser(versions: list[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make test-images ARGS=", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=versions, metavar="VERSION", help="images to run (default: all)")
    parser.add_argument("--require-all", action="store_true", help="fail where the Python of an image is not there")
    parser.add_argument("--jobs", type=int, default=2, help="images at a time (default: 2)")
    parser.add_argument("--list", action="store_true", help="only print each image and its Python")
    return parser


if __name__ == "__main__":
    sys.exit(main())
