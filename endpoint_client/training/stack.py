"""Finds the state machine of a training by the outputs of its stack."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from endpoint_client.exceptions import ConfigurationError, InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from endpoint_client.training.service import TrainingService

# CDK makes an output's key of the constructs' ids on its path, letters and digits only, and a hash.
_KEY = re.compile(r"(?P<path>.*)TrainingStateMachineArn[0-9A-F]{8}")


def state_machine_of_stack(service: TrainingService, stack_name: str, training: str | None) -> str:
    """Give the ARN of the state machine that an output of a stack names.

    Parameters
    ----------
    service : TrainingService
    stack_name : str
    training : str, optional
        Id of the training construct, or its path below the stack; needed where there are several.

    Raises
    ------
    ConfigurationError
        There is no such stack, it has no training, or not the one that was asked for.
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
    return _choose(outputs, stack_name, training)


def _choose(outputs: Mapping[str, str], stack_name: str, training: str | None) -> str:
    found = {match["path"]: outputs[key] for key in sorted(outputs) if (match := _KEY.fullmatch(key))}
    if not found:
        listed = ", ".join(sorted(outputs)) or "no outputs"
        raise ConfigurationError(
            f"stack {stack_name!r} has no output that ends in TrainingStateMachineArn, so no SklearnTraining; "
            f"it has {listed}"
        )
    names = ", ".join(map(repr, found))
    if training is not None:
        path = re.sub(r"[^A-Za-z0-9]", "", training)
        if path not in found:
            raise ConfigurationError(f"stack {stack_name!r} has no training {training!r}; it has {names}")
        return found[path]
    if len(found) > 1:
        raise ConfigurationError(
            f"stack {stack_name!r} has {len(found)} trainings: {names}; choose one with training={next(iter(found))!r}"
        )
    return next(iter(found.values()))
