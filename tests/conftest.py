"""What every test shares: skips are listed, workers share the tests, and some processes go unmeasured."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import unmeasured
from tests.distribution import SharedFixtureScheduling, folder_of, longest_first

ROOT = Path(__file__).resolve().parent.parent


def allowed_skips() -> set[str]:
    """Node ids that skips.txt lists with a reason."""
    lines = (Path(__file__).parent / "skips.txt").read_text(encoding="utf-8").splitlines()
    entries = [line.partition("  # ") for line in lines if line and not line.startswith("#")]
    return {node_id.strip() for node_id, separator, reason in entries if separator and reason.strip()}


class SkipGuard:
    """Fails the run when a test that skips.txt does not list is skipped."""

    def __init__(self) -> None:
        self.skipped: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped:
            self.skipped.add(report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        unlisted = sorted(self.skipped - allowed_skips())
        if unlisted:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            for node_id in unlisted:
                print(f"\nskipped, but not listed in tests/skips.txt: {node_id}")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(SkipGuard(), "skip-guard")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    longest_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> SharedFixtureScheduling | None:
    return SharedFixtureScheduling(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(scope="module", autouse=True)
def unmeasured_processes(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let processes of some folders' tests start without coverage."""
    with pytest.MonkeyPatch.context() as patch:
        if folder_of(request.node.nodeid, unmeasured.FOLDERS):
            patch.delenv(unmeasured.VARIABLE, raising=False)
        yield
