"""Finds what a stack made by the outputs of the stack: an endpoint's name, the state machine of jobs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from endpoint_client.exceptions import ConfigurationError, InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from endpoint_client.aws_services import AwsServices


class Kind(NamedTuple):
    """What is looked for."""

    noun: str
    """Also the name of the parameter that chooses one of several."""
    output: str
    """How the constructs name the output."""
    construct: str
    """The class that makes it."""


ENDPOINT = Kind("endpoint", "EndpointName", "SklearnEndpoint")
TRAINING = Kind("training", "TrainingStateMachineArn", "SklearnTraining")
TRANSFORM = Kind("transform", "TransformStateMachineArn", "SklearnTransform")
TUNING = Kind("tuning", "TuningStateMachineArn", "SklearnTuning")


def output_of_stack(services: AwsServices, stack_name: str, construct: str | None, kind: Kind) -> str:
    """Give the value of the only output of a kind, or of a construct's.

    Parameters
    ----------
    services : AwsServices
    stack_name : str
    construct : str, optional
        Id of the construct, or its path below the stack; needed where there are several.
    kind : Kind

    Raises
    ------
    ConfigurationError
        There is no such stack, it has none, or not the one that was asked for.
    """
    try:
        with services.translated(f"stack {stack_name!r}"):
            stacks = services.cloudformation.describe_stacks(StackName=stack_name)["Stacks"]
    except InvalidRequest as error:
        if "does not exist" not in error.message:
            raise
        raise ConfigurationError(
            f"{error.message}; check the name, the region and the account of the credentials: "
            "`aws cloudformation describe-stacks` lists what is there"
        ) from error
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stacks[0].get("Outputs", [])}
    return _choose(outputs, stack_name, construct, kind)


def _choose(outputs: Mapping[str, str], stack_name: str, construct: str | None, kind: Kind) -> str:
    # CDK makes an output's key of the constructs' ids on its path, letters and digits only, and a hash.
    pattern = rf"(?P<path>.*){kind.output}[0-9A-F]{{8}}"
    found = {match["path"]: outputs[key] for key in sorted(outputs) if (match := re.fullmatch(pattern, key))}
    if not found:
        listed = ", ".join(sorted(outputs)) or "no outputs"
        raise ConfigurationError(
            f"stack {stack_name!r} has no output that ends in {kind.output}, so no {kind.construct}; it has {listed}"
        )
    names = ", ".join(map(repr, found))
    if construct is not None:
        path = re.sub(r"[^A-Za-z0-9]", "", construct)
        if path not in found:
            raise ConfigurationError(f"stack {stack_name!r} has no {kind.noun} {construct!r}; it has {names}")
        return found[path]
    if len(found) > 1:
        raise ConfigurationError(
            f"stack {stack_name!r} has {len(found)} {kind.noun}s: {names}; "
            f"choose one with {kind.noun}={next(iter(found))!r}"
        )
    return next(iter(found.values()))
