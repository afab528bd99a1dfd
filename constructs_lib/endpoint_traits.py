"""What is known of an endpoint beside its name: what its metrics are about, and how requests reach it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from constructs_lib.names import name_problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

EndpointKind: TypeAlias = Literal["instances", "serverless", "asynchronous"]


@dataclass(frozen=True, kw_only=True)
class EndpointTraits:
    """Says which metrics an endpoint has; an endpoint of the stack's own knows its traits itself.

    Parameters
    ----------
    kind
        ``"instances"``, ``"serverless"`` or ``"asynchronous"``.
    variant_names
        Of its production variants.
    shadow_variant_name
        Of its shadow variant; None: it has none.
    multi_model
        Whether many models share its instances.
    memory_size_in_mb
        Of serverless variants, by name: for what they cost.
    vcpus
        Of an instance of a variant, by name: CPU is published in percent of one of them.

    Example
    -------
    >>> EndpointTraits(variant_names=["Champion", "Challenger"]).kind
    'instances'
    """

    kind: EndpointKind = "instances"
    variant_names: Sequence[str] = ("AllTraffic",)
    shadow_variant_name: str | None = None
    multi_model: bool = False
    memory_size_in_mb: Mapping[str, int] = field(default_factory=dict)
    vcpus: Mapping[str, int] = field(default_factory=dict)

    @property
    def all_variant_names(self) -> tuple[str, ...]:
        """The production variants, and the shadow variant last."""
        return (*self.variant_names, *([self.shadow_variant_name] if self.shadow_variant_name else ()))

    def problems(self) -> Iterator[str]:
        """Say what no endpoint has."""
        if self.kind not in _KINDS:
            yield f"kind {self.kind!r} is not known; give one of {', '.join(map(repr, _KINDS))}"
        if isinstance(self.variant_names, str):
            yield f"variant_names is the text {self.variant_names!r}; give a list, such as [{self.variant_names!r}]"
            return
        if not self.variant_names:
            yield "variant_names is empty; give the names of the production variants, such as ['AllTraffic']"
        for name, count in Counter(self.all_variant_names).items():
            yield from name_problems("variant name", name)
            if count > 1:
                yield f"variant name {name!r} is given {count} times; give each once"
        if self.shadow_variant_name and (self.kind != "instances" or self.multi_model or len(self.variant_names) > 1):
            yield (
                f"shadow_variant_name {self.shadow_variant_name!r} is given; only an endpoint on instances with one "
                "production variant of one model has a shadow: leave it out"
            )
        for setting in ("memory_size_in_mb", "vcpus"):
            for name, size in getattr(self, setting).items():
                if name not in self.all_variant_names:
                    yield f"{setting} has {name!r}, which is no variant; choose of {self.all_variant_names}"
                if size < 1:
                    yield f"{setting} has {size} of {name!r}; give 1 or more"


_KINDS = ("instances", "serverless", "asynchronous")
