"""A Choice compares as Step Functions does, and fails where there is nothing to compare or to choose.

moto 5.2.5 (moto/stepfunctions/parser/asl/component/state/choice) takes a path that leads nowhere for a rule that does
not hold, where Step Functions fails the execution with States.Runtime. Where no rule holds and there is no Default, it
fails with States.Runtime instead of States.NoChoiceMatched. ``StringMatches`` gives ``?`` and ``[`` a meaning, which
have none in the Amazon States Language, and takes no ``\\*`` for an asterisk.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from local_sagemaker.moto_mends.patching import original, patch


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    from moto.stepfunctions.parser.asl.component.state.choice import state_choice
    from moto.stepfunctions.parser.asl.component.state.choice.comparison import comparison_func
    from moto.stepfunctions.parser.asl.component.state.choice.comparison.operator.implementations import (
        string_operators,
    )
    from moto.stepfunctions.parser.asl.component.state.choice.comparison.variable import NoSuchVariable

    compare = original(comparison_func.ComparisonFuncValue, "_eval_body")
    choose = original(state_choice.StateChoice, "_eval_state")

    def eval_comparison(self: Any, env: Any) -> None:
        variable = env.stack[-1]
        if isinstance(variable, NoSuchVariable) and self.operator_type.name != "IsPresent":
            path = variable.path.partition(",")[0]
            raise _failure(
                env,
                "StatesRuntime",
                f"Invalid path '{path}': The choice state's condition path references an invalid value.",
            )
        compare(self, env)

    def eval_state(self: Any, env: Any) -> None:
        if self.default_state is not None:
            return choose(self, env)  # type: ignore[no-any-return]
        for rule in self.choices_decl.rules:
            rule.eval(env)
            if env.stack.pop() is True:
                env.stack.append(rule.next_stmt.name)
                return None
        raise _failure(
            env, "StatesNoChoiceMatched", f"No choice rule of the state '{self.name}' holds, and no Default."
        )

    def matches(variable: Any, comparison_value: Any) -> bool:
        return isinstance(variable, str) and bool(_pattern(comparison_value).fullmatch(variable))

    patch(comparison_func.ComparisonFuncValue, "_eval_body", eval_comparison)
    patch(state_choice.StateChoice, "_eval_state", eval_state)
    patch(string_operators.StringMatches, "_compare", staticmethod(matches))


@lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str]:
    parts = re.findall(r"\\[\\*]|.", text, re.DOTALL)
    return re.compile("".join(".*" if part == "*" else re.escape(part[-1]) for part in parts), re.DOTALL)


def _failure(env: Any, error: str, cause: str) -> Exception:
    from moto.stepfunctions.parser.api import ExecutionFailedEventDetails, HistoryEventType
    from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
        FailureEvent,
        FailureEventException,
    )
    from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
    from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType

    kind = StatesErrorNameType[error]
    failed = ExecutionFailedEventDetails(error=kind.to_name(), cause=cause)
    details: Any = {"executionFailedEventDetails": failed}
    failure: Exception = FailureEventException(
        FailureEvent(
            env=env,
            error_name=StatesErrorName(typ=kind),
            event_type=HistoryEventType.ExecutionFailed,
            event_details=details,
        )
    )
    return failure
