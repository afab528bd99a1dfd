"""Finds the state machine of a training or a transform by the outputs of its stack."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from endpoint_client.exceptions import ConfigurationError, InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from endpoint_client.training.service import TrainingService

TRAINING, TRANSFORM, TUNING = "Training", "Transform", "Tuning"


def state_machine_of_stack(
    service: TrainingService, stack_name: str, construct: str | None, kind: str = TRAINING
) -> str:
    """Give the ARN of the state machine that an output of a stack names.

    Parameters
    ----------
    service : TrainingService
    stack_name : str
    construct : str, optional
        Id of the construct, or its path below the stack; needed where there are several.
    kind : {"Training", "Transform", "Tuning"}
        Of its jobs.

    Raises
    ------
    ConfigurationError
        There is no such stack, it has none, or not the one that was asked for.
    """
    try:
        with service.translated(f"stack {stack_name!r}"):
            stacks = service.cloudformation.describe_stacks(StackName=stack_name)["Stacks"]
    except InvalidRequest as error:
        if "does not exist" not in error.message:
            raise
        raise ConfigurationError(
            f"{error.message}; check the name, the region and the account of the credentials: "
            "`aws cloudformation describe-stacks` lists what is there"
        ) from error
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stacks[0].get("Outputs", [])}
    return _choose(outputs, stack_name, construct, kind)


def _choose(outputs: Mapping[str, str], stack_name: str, construct: str | None, kind: str) -> str:
    # CDK makes an output's key of the constructs' ids on its path, letters and digits only, and a hash.
    pattern = rf"(?P<path>.*){kind}StateMachineArn[0-9A-F]{{8}}"
    found = {match["path"]: outputs[key] for key in sorted(outputs) if (match := re.fullmatch(pattern, key))}
    if not found:
        listed = ", ".join(sorted(outputs)) or "no outputs"
        raise ConfigurationError(
            f"stack {stack_name!r} has no output that ends in {kind}StateMachineArn, so no Sklearn{kind}; "
            f"it has {listed}"
        )
    names = ", ".join(map(repr, found))
    what = kind.lower()
    if construct is not None:
        path = re.sub(r"[^A-Za-z0-9]", "", construct)
        if path not in found:
            raise ConfigurationError(f"stack {stack_name!r} has no {what} {construct!r}; it has {names}")
        return found[path]
    if len(found) > 1:
        raise ConfigurationError(
            f"stack {stack_name!r} has {len(found)} {what}s: {names}; choose one with {what}={next(iter(found))!r}"
        )
    return next(iter(found.values()))
