"""How many requests pass: a bucket for each method of a stage and for each key of a plan, and the plan's quotas.

Rule: "Throttle requests to your REST APIs" in the API Gateway developer guide. An account's own limit is 10,000
requests a second and 5,000 at once.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

ACCOUNT_RATE = 10_000.0
ACCOUNT_BURST = 5_000


class Bucket:
    """Tokens that requests take, and that come back at a rate.

    Parameters
    ----------
    clock
        Gives seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._tokens: float | None = None
        self._at = clock()

    def take(self, rate: float, burst: int) -> bool:
        """Take a token, and say whether there was one; rate and burst may have changed since the last time."""
        now = self._clock()
        held = burst if self._tokens is None else min(self._tokens + (now - self._at) * rate, burst)
        self._at = now
        passes = held >= 1
        self._tokens = held - 1 if passes else held
        return passes


class Throttling:
    """All buckets and counters.

    Parameters
    ----------
    clock
        Gives seconds.
    today
        Gives the day, in UTC.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        today: Callable[[], dt.date] = lambda: dt.datetime.now(tz=dt.UTC).date(),
    ) -> None:
        self._clock = clock
        self._today = today
        self._lock = threading.Lock()
        self._buckets: dict[Hashable, Bucket] = {}
        self._used: dict[Hashable, tuple[dt.date, int]] = {}

    def passes(self, key: Hashable, rate: float, burst: int) -> bool:
        """Say whether one more request passes, and count it."""
        with self._lock:
            return self._buckets.setdefault(key, Bucket(self._clock)).take(rate, burst)

    def within_quota(self, key: Hashable, quota: Mapping[str, Any]) -> bool:
        """Say whether one more request is within a plan's quota, and count it."""
        begun = _period_start(self._today(), str(quota["period"]))
        with self._lock:
            # The offset counts as used in the first period alone.
            since, used = self._used.get(key, (begun, int(quota.get("offset") or 0)))
            used = used if since == begun else 0
            if used >= int(quota["limit"]):
                return False
            self._used[key] = (begun, used + 1)
            return True


def method_limits(stage: Any, resource_path: str, http_method: str) -> tuple[float, int]:
    """Give rate and burst of a method at a stage: its own settings, else the stage's, else the account's."""
    own = f"{resource_path.strip('/').replace('/', '~1')}/{http_method}"
    for key in (own, f"~1{own}", "*/*"):
        settings = stage.method_settings.get(key, {})
        if "throttlingRateLimit" in settings or "throttlingBurstLimit" in settings:
            return (
                min(float(settings.get("throttlingRateLimit", ACCOUNT_RATE)), ACCOUNT_RATE),
                min(int(settings.get("throttlingBurstLimit", ACCOUNT_BURST)), ACCOUNT_BURST),
            )
    return ACCOUNT_RATE, ACCOUNT_BURST


def _period_start(today: dt.date, period: str) -> dt.date:
    if period == "WEEK":
        return today - dt.timedelta(days=(today.weekday() + 1) % 7)
    return today.replace(day=1) if period == "MONTH" else today
