"""Who may call a REST API, and how often."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from aws_cdk import Token

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, kw_only=True)
class Throttle:
    """How many requests pass; what is more is answered with 429, and costs the endpoint nothing.

    API Gateway lets requests out of a bucket which holds `burst` of them, and which `rate` a second fill up again.
    An account's own limit, 10,000 a second and 5,000 at once in most regions, holds beside it for all its APIs.

    Parameters
    ----------
    rate
        Requests a second.
    burst
        Requests at once.

    Example
    -------
    >>> Throttle(rate=5, burst=10).rate
    5
    """

    rate: float
    burst: int

    def problems(self, name: str) -> Iterator[str]:
        """Say what API Gateway would refuse; `name` is the parameter's."""
        if not Token.is_unresolved(self.rate) and self.rate <= 0:
            yield f"{name} has rate {self.rate}; give more than 0 requests a second"
        if not Token.is_unresolved(self.burst) and self.burst < 1:
            yield f"{name} has burst {self.burst}; give 1 request or more, else none ever passes"


@dataclass(frozen=True, kw_only=True)
class Quota:
    """How many requests a key has in a day, a week or a month; what is more is answered with 429.

    Parameters
    ----------
    limit
        Requests.
    period
        ``DAY``, ``WEEK`` or ``MONTH``; each begins at midnight in UTC.

    Example
    -------
    >>> Quota(limit=10_000).period
    'DAY'
    """

    limit: int
    period: Literal["DAY", "WEEK", "MONTH"] = "DAY"

    def problems(self) -> Iterator[str]:
        """Say what API Gateway would refuse."""
        if not Token.is_unresolved(self.limit) and self.limit < 1:
            yield f"quota has limit {self.limit}; give 1 request or more"
        if self.period not in _PERIODS:
            yield f"quota has period {self.period!r}; give one of {', '.join(_PERIODS)}"


@dataclass(frozen=True, kw_only=True)
class IamAuthorization:
    """Callers sign their requests (Signature Version 4, service ``execute-api``) and need `grant_invoke`."""

    def problems(self) -> Iterator[str]:
        """Say what API Gateway would refuse: nothing."""
        yield from ()


@dataclass(frozen=True, kw_only=True)
class ApiKeyAuthorization:
    """Callers send a key in the header ``x-api-key``; a usage plan says how often each may call.

    A key is for callers without AWS credentials whose requests are to be counted. It does not say who calls: whoever
    has seen it may use it. The construct makes one; ``rest_api.usage_plan.add_api_key(...)`` takes more. A key's value
    is in no template and no output: ``aws apigateway get-api-key --include-value --api-key <ApiKeyId>`` shows it.

    Parameters
    ----------
    throttle
        What each key may ask for, beside the throttle of the API. API Gateway takes it for a target, not for a
        ceiling. Default: 10 requests a second, 20 at once.
    quota
        How many requests each key has in a period; default: as many as the throttle lets through.

    Example
    -------
    >>> ApiKeyAuthorization(quota=Quota(limit=1000)).throttle
    Throttle(rate=10, burst=20)
    """

    throttle: Throttle = field(default_factory=lambda: Throttle(rate=10, burst=20))
    quota: Quota | None = None

    def problems(self) -> Iterator[str]:
        """Say what API Gateway would refuse."""
        yield from self.throttle.problems("authorization's throttle")
        if self.quota is not None:
            yield from self.quota.problems()


Authorization: TypeAlias = IamAuthorization | ApiKeyAuthorization

_PERIODS = ("DAY", "WEEK", "MONTH")
