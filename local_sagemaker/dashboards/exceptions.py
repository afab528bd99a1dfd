"""Why a dashboard cannot be drawn.

DashboardError
├── InvalidBodyError    its body breaks the rules of CloudWatch
├── MatplotlibMissing   what draws is not installed
├── RangeError          ``--last`` is not a length of time
└── UnknownDashboardError
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Problem(NamedTuple):
    """Something wrong in a body: where, as a JSON pointer such as ``/widgets/0/properties``, and what."""

    path: str
    message: str


class DashboardError(Exception):
    """A dashboard cannot be drawn."""


class InvalidBodyError(DashboardError):
    """A body breaks the rules of CloudWatch's dashboards.

    Parameters
    ----------
    problems
        At least one.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        lines = "".join(f"\n  {problem.path or '/'}: {problem.message}" for problem in problems)
        super().__init__(f"the dashboard's body is not valid:{lines}")


class MatplotlibMissing(DashboardError):  # noqa: N818 - it is what is missing
    """What draws is not installed."""

    def __init__(self) -> None:
        super().__init__("a picture needs matplotlib: pip install 'sagemaker-sklearn-cdk[local,plot]'")


class RangeError(DashboardError):
    """A length of time is not understood."""

    def __init__(self, text: str) -> None:
        super().__init__(f"--last {text!r} is no length of time: give a number and a unit, such as 90s, 5m, 3h or 1d")


class UnknownDashboardError(DashboardError):
    """There is no dashboard of that name."""

    def __init__(self, name: str, region: str, names: Sequence[str]) -> None:
        there = f"there are {', '.join(sorted(names))}" if names else "there is none yet"
        super().__init__(f"no dashboard {name!r} in {region}: {there}")
