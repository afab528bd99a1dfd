"""What an endpoint costs by the hour: prices are the user's, since they differ by region and by contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from constructs_lib.endpoint_traits import EndpointTraits


@dataclass(frozen=True, kw_only=True)
class Prices:
    """Prices of what an endpoint uses, for the dashboard's cost.

    Without them the dashboard shows what is billed, and not for how much: instances, or gigabyte-seconds.

    Parameters
    ----------
    instance_hour
        Of an instance, one for all variants or by variant.
    gigabyte_second
        Of a serverless variant's memory while it computes. Provisioned concurrency and the data that goes in and out
        are not counted.
    currency
        As it is written beside the numbers.

    Example
    -------
    >>> Prices(instance_hour=0.115).of_instance("AllTraffic")
    0.115
    """

    instance_hour: float | Mapping[str, float] | None = None
    gigabyte_second: float | None = None
    currency: str = "USD"

    def of_instance(self, variant_name: str) -> float | None:
        """The price of an hour of one of a variant's instances; None where it is not known."""
        if self.instance_hour is None or isinstance(self.instance_hour, int | float):
            return self.instance_hour
        return self.instance_hour.get(variant_name)

    def problems(self, traits: EndpointTraits) -> Iterator[str]:
        """Say what is no price, or none of this endpoint."""
        names = traits.all_variant_names
        if traits.kind == "serverless" and self.instance_hour is not None:
            yield "prices has instance_hour, and a serverless variant has no instances; give gigabyte_second"
        if traits.kind != "serverless" and self.gigabyte_second is not None:
            yield "prices has gigabyte_second, and the endpoint is not serverless; give instance_hour"
        if traits.kind == "serverless" and self.gigabyte_second is not None:
            for name in names:
                if name not in traits.memory_size_in_mb:
                    yield (
                        f"prices has gigabyte_second, and the memory of variant {name!r} is not known; give the "
                        f"imported endpoint traits with memory_size_in_mb={{{name!r}: 2048}}, or what it has"
                    )
        given: dict[str, float] = {}
        if isinstance(self.instance_hour, int | float):
            given["instance_hour"] = self.instance_hour
        elif self.instance_hour is not None:
            known = ", ".join(map(repr, names))
            for name, price in self.instance_hour.items():
                given[f"instance_hour of {name!r}"] = price
                if name not in names:
                    yield f"prices has instance_hour of {name!r}, which is no variant; choose of {known}"
        given |= {} if self.gigabyte_second is None else {"gigabyte_second": self.gigabyte_second}
        for what, price in given.items():
            if price <= 0:
                yield f"prices has {what} {price}; give a price above 0"
