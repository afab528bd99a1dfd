"""WarmStartConfig: tuning jobs that ended before, whose results the search is told before it begins.

Rules: "Run a Warm Start Hyperparameter Tuning Job" in the developer guide. A result that is outside
of the new ranges is left out here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from local_sagemaker.tuning.plan import TuningPlan
    from local_sagemaker.tuning.record import TuningRecord

_IDENTICAL = "IdenticalDataAndAlgorithm"


def find_parents(
    request: Mapping[str, Any], find: Callable[[str], TuningRecord | None]
) -> tuple[list[TuningRecord], list[str]]:
    """Find the tuning jobs that a tuning job starts from.

    Parameters
    ----------
    request
        Parameters of CreateHyperParameterTuningJob.
    find
        Finds a tuning job by its name.

    Returns
    -------
    tuple
        The parents, and why some are refused.
    """
    found, problems = [], []
    for parent in (request.get("WarmStartConfig") or {}).get("ParentHyperParameterTuningJobs") or []:
        name = parent.get("HyperParameterTuningJobName") or ""
        record = find(name)
        if record is None:
            problems.append(f"WarmStartConfig: there is no parent tuning job with the name {name}. Check the name.")
        elif not record.ended:
            problems.append(
                f"WarmStartConfig: the parent tuning job {name} is in status {record.status}, and must be Completed, "
                "Failed or Stopped: wait for its end."
            )
        else:
            found.append(record)
    return found, problems


def refusals(plan: TuningPlan, kind: str, parents: Sequence[TuningRecord]) -> Iterator[str]:
    """Say why a tuning job cannot start from others.

    Parameters
    ----------
    plan
        Of the new tuning job.
    kind
        WarmStartType.
    parents
        The tuning jobs that ended before.
    """
    for parent in parents:
        name, old = parent.name, parent.plan
        if (old.metric, old.maximize) != (plan.metric, plan.maximize):
            yield (
                f"WarmStartConfig: the objective must be the one of the parent tuning job {name}, {_objective(old)}, "
                f"and is {_objective(plan)}."
            )
        missing = sorted(_names(old) ^ _names(plan))
        if missing:
            yield (
                "WarmStartConfig: the hyperparameters, static and tuned together, must be those of the parent tuning "
                f"job {name}. In one of them alone: {', '.join(missing)}."
            )
        kinds = {item.name: item.kind for item in old.ranges}
        for item in plan.ranges:
            if kinds.get(item.name, item.kind) != item.kind:
                yield (
                    f"WarmStartConfig: the hyperparameter {item.name} must be in {kinds[item.name]}, as in the parent "
                    f"tuning job {name}, and is in {item.kind}."
                )
        if kind == _IDENTICAL:
            for place, before, after in _same_parts(old, plan):
                if before != after:
                    yield (
                        f"WarmStartConfig: {place} must be the same as in the parent tuning job {name} for the type "
                        f"{_IDENTICAL}: leave it as it was, or use TransferLearning."
                    )


def results(parents: Sequence[TuningRecord]) -> Iterator[tuple[dict[str, str], float]]:
    """Give the hyperparameters and the objective of each training job that has one."""
    for parent in parents:
        for trial in parent.trials:
            if trial.objective is not None:
                yield trial.hyperparameters, trial.objective


def _objective(plan: TuningPlan) -> str:
    return f"{'Maximize' if plan.maximize else 'Minimize'} {plan.metric}"


def _names(plan: TuningPlan) -> set[str]:
    return {*plan.static, *(item.name for item in plan.ranges)}


def _same_parts(old: TuningPlan, new: TuningPlan) -> Iterator[tuple[str, Any, Any]]:
    def image(plan: TuningPlan) -> Any:
        return plan.definition["AlgorithmSpecification"].get("TrainingImage")

    yield "AlgorithmSpecification.TrainingImage", image(old), image(new)
    yield "InputDataConfig", old.definition.get("InputDataConfig"), new.definition.get("InputDataConfig")
