"""What CreateEndpointConfig refuses beyond what the shapes of its parameters say, and what is not emulated.

The limits are those of https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html and of
the developer guide's pages on serverless, asynchronous and shadow variants; the wording is the local cloud's own, but
for those about ManagedInstanceScaling and about VolumeSize, which public reports quote.

What changes neither the answers nor whether the endpoint comes into service is kept for DescribeEndpointConfig only: of
a variant CapacityReservationConfig (there is capacity), EnableSSMAccess, InferenceAmiVersion,
ModelDataDownloadTimeoutInSeconds, RoutingConfig (an instance with the fewest requests under way gets the next one) and
VolumeSizeInGB, of the configuration EnableNetworkIsolation, ExecutionRoleArn, KmsKeyId, MetricsConfig and VpcConfig.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from local_sagemaker.instance_types import has_local_storage

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    Variant = Mapping[str, Any]

MOST_VARIANTS = 10
MOST_CONCURRENCY = 200
_NOT_EMULATED = ("CrossRegionTrafficConfig", "ExplainerConfig")
_VARIANT_NOT_EMULATED = (
    "AcceleratorPartitionLayouts",
    "AcceleratorType",
    "CoreDumpConfig",
    "InstancePools",
    "VariantInstanceProvisionTimeoutInSeconds",
)
_ROUTING = ("LEAST_OUTSTANDING_REQUESTS", "RANDOM")


def refusals(config: Mapping[str, Any], multi_models: Collection[str] = ()) -> Iterator[str]:
    """Say why an endpoint configuration is refused.

    Parameters
    ----------
    config
        The parameters of CreateEndpointConfig, or the properties of AWS::SageMaker::EndpointConfig.
    multi_models
        Those of its models that have the mode MultiModel, by name.

    Example
    -------
    >>> list(refusals({"ProductionVariants": []}))
    ['ProductionVariants must have 1 to 10 members, and has 0.']
    """
    variants: Sequence[Variant] = config.get("ProductionVariants") or []
    shadows: Sequence[Variant] = config.get("ShadowProductionVariants") or []
    if not 1 <= len(variants) <= MOST_VARIANTS:
        yield f"ProductionVariants must have 1 to {MOST_VARIANTS} members, and has {len(variants)}."
    names = Counter(variant["VariantName"] for variant in (*variants, *shadows))
    for name in (name for name, count in names.items() if count > 1):
        yield f'Variant name "{name}" is not unique.'
    yield from _not_emulated(config)
    for variant in (*variants, *shadows):
        yield from _variant_refusals(variant)
    serverless = [variant for variant in (*variants, *shadows) if "ServerlessConfig" in variant]
    if serverless:
        yield from _serverless_refusals(config, serverless, len(variants) + len(shadows))
    if shadows and (len(variants), len(shadows)) != (1, 1):
        yield (
            "ShadowProductionVariants takes one variant beside one in ProductionVariants; there are "
            f"{len(shadows)} and {len(variants)}."
        )
    if shadows and config.get("AsyncInferenceConfig"):
        yield "ShadowProductionVariants cannot be used with AsyncInferenceConfig."
    models: set[str] = {variant.get("ModelName") or "" for variant in (*variants, *shadows)}
    for model in sorted(models.intersection(multi_models)):
        kinds = {
            "ShadowProductionVariants": shadows,
            "AsyncInferenceConfig": config.get("AsyncInferenceConfig"),
            "ServerlessConfig": serverless,
        }
        for kind in (name for name, given in kinds.items() if given):
            yield f'Model "{model}" has the mode MultiModel, which cannot be used with {kind}.'


def _not_emulated(config: Mapping[str, Any]) -> Iterator[str]:
    for name in _NOT_EMULATED:
        if config.get(name):
            yield f"{name} is not emulated by the local cloud: leave it out."
    capture: Mapping[str, Any] = config.get("DataCaptureConfig") or {"EnableCapture": False}
    if config.get("AsyncInferenceConfig") and capture.get("EnableCapture", True):
        yield (
            "DataCaptureConfig with AsyncInferenceConfig is not emulated by the local cloud: leave one of them out, or "
            "set EnableCapture to false."
        )


def _variant_refusals(variant: Variant) -> Iterator[str]:
    name = variant["VariantName"]
    for key in _VARIANT_NOT_EMULATED:
        if variant.get(key):
            yield f'{key} of variant "{name}" is not emulated by the local cloud: leave it out.'
    if variant.get("VolumeSizeInGB") and has_local_storage(variant.get("InstanceType") or ""):
        yield f"VolumeSize parameter is not allowed for the selected Instance type {variant['InstanceType']}."
    if variant.get("ManagedInstanceScaling"):
        yield "ManagedInstanceScaling is only supported for inference component endpoints."
    strategy = (variant.get("RoutingConfig") or {}).get("RoutingStrategy", "RANDOM")
    if strategy not in _ROUTING:
        yield f'RoutingStrategy {strategy} of variant "{name}" is not emulated: use {" or ".join(_ROUTING)}.'
    if not variant.get("ModelName"):
        yield (
            f'Variant "{name}" has no ModelName: it would be for inference components, which are not emulated by the '
            "local cloud."
        )
    if not variant.get("ServerlessConfig") and not variant.get("InstancePools"):
        for key in ("InstanceType", "InitialInstanceCount"):
            if not variant.get(key):
                yield f'Variant "{name}" must have {key}, or ServerlessConfig.'


def _serverless_refusals(config: Mapping[str, Any], serverless: Sequence[Variant], count: int) -> Iterator[str]:
    if count > 1:
        yield f"A variant with ServerlessConfig must be the only one; there are {count}."
    for other in ("AsyncInferenceConfig", "DataCaptureConfig", "KmsKeyId", "VpcConfig", "ExplainerConfig"):
        if config.get(other):
            yield f"{other} cannot be used with ServerlessConfig."
    for variant in serverless:
        name, sizes = variant["VariantName"], variant["ServerlessConfig"]
        for key in ("InstanceType", "InitialInstanceCount"):
            if key in variant:
                yield f'Variant "{name}" has both ServerlessConfig and {key}.'
        most = int(sizes["MaxConcurrency"])
        if not 1 <= most <= MOST_CONCURRENCY:
            yield f'MaxConcurrency of variant "{name}" must be 1 to {MOST_CONCURRENCY}, and is {most}.'
        provisioned = int(sizes.get("ProvisionedConcurrency") or 1)
        if provisioned > most:
            yield f'ProvisionedConcurrency {provisioned} of variant "{name}" is above its MaxConcurrency {most}.'
