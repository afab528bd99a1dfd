"""A branch of a Parallel or an item of a Map that fails with an error of Step Functions' own fails the state with it.

moto 5.2.5 (``BranchesDecl`` and ``IterationWorker`` in moto/stepfunctions/parser/asl/component/state/exec) makes a
``CustomErrorName`` of any error, which refuses names such as States.TaskFailed and States.Timeout: the state fails with
States.Runtime, and neither Retry nor Catch see what happened.
"""

from __future__ import annotations

from typing import Any

from local_sagemaker.moto_mends.patching import original, patch


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
    from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
    from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration import iteration_worker
    from moto.stepfunctions.parser.asl.component.state.exec.state_parallel import branches_decl

    own = {kind.to_name(): kind for kind in StatesErrorNameType}
    for module in (branches_decl, iteration_worker):
        make_custom = original(module, "CustomErrorName")

        def error_name(error_name: str | None, make_custom: Any = make_custom) -> Any:
            return StatesErrorName(typ=own[error_name]) if error_name in own else make_custom(error_name=error_name)

        patch(module, "CustomErrorName", error_name)
