"""Which container gets an invocation: variants by weight, then the container with the least to do.

A fleet is replaced in one step under one lock, and the old one is given back only when each of its invocations has
been answered: so an update loses no request.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from local_sagemaker.data_plane_errors import DataPlaneError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from local_sagemaker.hosting.fleet import Fleet, Variant
    from local_sagemaker.hosting.instances import Instance
    from local_sagemaker.invocations.data_capture import CaptureTarget


_TOLERANCE = 1e-9


class NoSuchVariantError(DataPlaneError):
    """TargetVariant names a variant that the endpoint does not have."""


class NoTrafficError(DataPlaneError):
    """The weights of all variants are 0."""


class ThrottledError(DataPlaneError):
    """A serverless variant answers as many requests as it may."""


class Load(NamedTuple):
    """How busy a variant is when it takes a request.

    Attributes
    ----------
    in_flight
        Requests, this one included.
    max_concurrency, provisioned_concurrency
        Of a serverless variant; None, and 0, where it has none.
    setup_time
        Seconds of the cold start that this request is said to have waited for, else 0.
    """

    in_flight: int
    instances: int
    max_concurrency: int | None
    provisioned_concurrency: int
    setup_time: float


class Lease(NamedTuple):
    """A container that counts as busy until the lease ends.

    Attributes
    ----------
    load
        How busy its variant is.
    capture_target
        Where its requests are captured to; None where they are not.
    """

    variant: str
    container: Instance
    capture_target: CaptureTarget | None
    load: Load


class Router:
    """Routes the invocations of one endpoint.

    Parameters
    ----------
    fleet
        A started fleet.
    """

    def __init__(self, fleet: Fleet) -> None:
        self._changed = threading.Condition()
        self._fleet = fleet
        # State of smooth weighted round robin: shares are exact over each cycle, not only on average.
        self._credit: dict[str, float] = {}
        self._shadow_credit = 0.0
        # The fleet that an update moves the traffic to, and how far that is.
        self._successor: Fleet | None = None
        self._successor_share = 0.0
        self._successor_credit = 0.0

    @property
    def fleet(self) -> Fleet:
        """The fleet that takes the traffic."""
        return self._fleet

    @contextmanager
    def lease(self, target_variant: str | None, deadline: float, *, shadow: bool = False) -> Iterator[Lease]:
        """Take a container for one invocation.

        Parameters
        ----------
        target_variant
            Name of the variant, or None for a choice by weight.
        deadline
            ``time.monotonic()`` until which it waits for a container that is being started again.
        shadow
            Choose among the shadow variants.

        Raises
        ------
        NoSuchVariantError, NoTrafficError
        ThrottledError
            The variant is serverless, and busy.
        UnreachableError
            No container of the variant was ready in time.
        """
        with self._changed:
            fleet = self._choose_fleet()
            while True:
                if fleet not in (self._fleet, self._successor):
                    fleet = self._fleet  # the other went while this waited
                variant = self._choose(target_variant, fleet.shadows if shadow else fleet.variants)
                in_flight = sum(container.in_flight for container in variant.containers)
                if variant.max_concurrency is not None and in_flight >= variant.max_concurrency:
                    raise ThrottledError(f"variant {variant.name} has {in_flight} requests in flight")
                container = _least_busy(variant.containers)
                if container is not None:
                    break
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    raise UnreachableError(f"no container of variant {variant.name} is ready")
                # A container that becomes ready tells nobody: look again now and then.
                self._changed.wait(min(remaining, 0.05))
            container.in_flight += 1
            load = Load(
                in_flight + 1,
                len(variant.containers),
                variant.max_concurrency,
                variant.provisioned_concurrency,
                variant.take_setup_time(),
            )
        try:
            yield Lease(variant.name, container, variant.capture_target, load)
        finally:
            with self._changed:
                container.in_flight -= 1
                self._changed.notify_all()

    def mirrors(self) -> bool:
        """Say whether the next request is to be copied to the shadow variant, by its share of the production's."""
        if not self._fleet.shadows:
            return False
        with self._changed:
            shadows, productions = self._fleet.shadows.values(), self._fleet.variants.values()
            total = sum(variant.weight for variant in productions)
            if not total:
                return False
            self._shadow_credit += min(sum(variant.weight for variant in shadows) / total, 1.0)
            if self._shadow_credit < 1.0:
                return False
            self._shadow_credit -= 1.0
            return True

    def shift(self, successor: Fleet, share: float) -> None:
        """Send a share of the invocations to another fleet, which is to replace this one.

        Parameters
        ----------
        successor
            A started fleet.
        share
            0 to 1.
        """
        with self._changed:
            self._successor, self._successor_share, self._successor_credit = successor, share, 0.0
            self._credit = {}

    def shift_back(self, timeout: float) -> None:
        """Send all invocations to the old fleet again and wait until the successor has answered its own.

        Parameters
        ----------
        timeout
            Seconds to wait.
        """
        with self._changed:
            successor, self._successor = self._successor, None
            if successor is not None:
                self._wait_until_idle([c for variant in successor.all_variants for c in variant.containers], timeout)

    def replace(self, fleet: Fleet, timeout: float) -> Fleet:
        """Send all new invocations to another fleet and wait until the old one has answered its own.

        Parameters
        ----------
        fleet
            A started fleet.
        timeout
            Seconds to wait.

        Returns
        -------
        Fleet
            The old one, idle.
        """
        with self._changed:
            old, self._fleet, self._successor = self._fleet, fleet, None
            self._credit, self._shadow_credit = {}, 0.0
            self._wait_until_idle([c for variant in old.all_variants for c in variant.containers], timeout)
        return old

    def set_weights(self, weights: Mapping[str, float]) -> None:
        """Change the weights of variants, by name."""
        with self._changed:
            for name, weight in weights.items():
                self._fleet.variants[name].weight = weight
            self._credit = {}

    def set_concurrency(self, name: str, most: int, provisioned: int) -> None:
        """Change how many requests a serverless variant answers at once, and how many of these in warm slots."""
        with self._changed:
            self._fleet.variants[name].max_concurrency = most
            self._fleet.variants[name].provisioned_concurrency = provisioned

    def add(self, variant: Variant, containers: Sequence[Instance]) -> None:
        """Let started containers take traffic."""
        with self._changed:
            variant.containers = [*variant.containers, *containers]

    def withdraw(self, variant: Variant, count: int, timeout: float) -> list[Instance]:
        """Take containers out of the traffic and wait until they are idle.

        Parameters
        ----------
        variant
            Of this fleet.
        count
            How many.
        timeout
            Seconds to wait.
        """
        with self._changed:
            kept = len(variant.containers) - count
            withdrawn, variant.containers = variant.containers[kept:], variant.containers[:kept]
            self._wait_until_idle(withdrawn, timeout)
        return withdrawn

    def _wait_until_idle(self, containers: Sequence[Instance], timeout: float) -> None:
        self._changed.wait_for(lambda: not any(container.in_flight for container in containers), timeout)

    def _choose_fleet(self) -> Fleet:
        if self._successor is None:
            return self._fleet
        self._successor_credit += self._successor_share
        # A share such as 0.1 is not exact.
        if self._successor_credit < 1.0 - _TOLERANCE:
            return self._fleet
        self._successor_credit -= 1.0
        return self._successor

    def _choose(self, target_variant: str | None, variants: Mapping[str, Variant]) -> Variant:
        if target_variant is not None:
            if target_variant not in variants:
                raise NoSuchVariantError(f"{target_variant!r} is none of {', '.join(variants) or 'no variants'}")
            return variants[target_variant]
        weighted = [variant for variant in variants.values() if variant.weight > 0]
        if not weighted:
            raise NoTrafficError("the weight of every variant is 0")
        for variant in weighted:
            self._credit[variant.name] = self._credit.get(variant.name, 0.0) + variant.weight
        chosen = max(weighted, key=lambda variant: self._credit[variant.name])
        self._credit[chosen.name] -= sum(variant.weight for variant in weighted)
        return chosen


def _least_busy(containers: Sequence[Instance]) -> Instance | None:
    ready = [container for container in containers if container.ready.is_set()]
    return min(ready, key=lambda container: container.in_flight, default=None)
