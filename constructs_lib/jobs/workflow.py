"""Steps of a state machine, as plain data: each is some states that end where the next step starts.

Rules: https://states-language.net/spec.html, with Step Functions' intrinsic functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from constructs_lib.exceptions import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

States: TypeAlias = "dict[str, dict[str, Any]]"


class Step(NamedTuple):
    """Some states, of which one is the first.

    Attributes
    ----------
    start
        Name of the first state.
    states
        Given the name of the state that follows the step, its states.
    """

    start: str
    states: Callable[[str], States]


def definition(comment: str, steps: Sequence[Step]) -> dict[str, Any]:
    """Join steps to the definition of a state machine.

    Parameters
    ----------
    comment
        Says what it is for.
    steps
        At least one, in their order.

    Raises
    ------
    ConfigurationError
        Two states have the same name.

    Example
    -------
    >>> definition("Waits", [Step("Wait", lambda after: {"Wait": {"Type": "Wait", "Seconds": 1, "Next": after}})])
    ... # doctest: +NORMALIZE_WHITESPACE
    {'Comment': 'Waits', 'StartAt': 'Wait', 'States': {'Wait': {'Type': 'Wait', 'Seconds': 1, 'Next': 'Done'},
     'Done': {'Type': 'Succeed'}}}
    """
    starts = [*(step.start for step in steps), _END]
    states: States = {}
    for step, after in zip(steps, starts[1:], strict=True):
        added = step.states(after)
        if taken := sorted(states.keys() & added.keys()):
            raise ConfigurationError(f"two states of the state machine have the name {taken[0]!r}")
        states |= added
    return {"Comment": comment, "StartAt": starts[0], "States": {**states, _END: {"Type": "Succeed"}}}


def put(path: str, parameters: Mapping[str, Any], after: str) -> dict[str, Any]:
    """Return a state that puts something beside what there is."""
    return {"Type": "Pass", "Parameters": dict(parameters), "ResultPath": path, "Next": after}


def choice(rules: Sequence[Mapping[str, Any]], default: str) -> dict[str, Any]:
    """Return a choice: the first rule that holds, else `default`."""
    return {"Type": "Choice", "Choices": list(rules), "Default": default}


def fail(error: str, cause: str) -> dict[str, Any]:
    """Return the end of an execution that fails."""
    return {"Type": "Fail", "Error": error, "Cause": cause}


_END = "Done"
