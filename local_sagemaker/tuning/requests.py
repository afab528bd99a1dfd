"""What CreateHyperParameterTuningJob refuses: what AWS refuses, and what the local cloud does not emulate.

Rule: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateHyperParameterTuningJob.html; where AWS's
wording is known (from reports of users) it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_sagemaker.request_shapes import refusal, violations
from local_sagemaker.training import job_requests
from local_sagemaker.training.job_identity import JobIdentity
from local_sagemaker.training.job_requests import RefusedRequestError
from local_sagemaker.tuning import ranges
from local_sagemaker.tuning.plan import (
    OBJECTIVE_HYPERPARAMETER,
    TuningPlan,
    combinations,
    definition_of,
    objective_of,
    ranges_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_STRATEGIES = ("Bayesian", "Random", "Grid")
_CRITERIA_NOT_EMULATED = ("BestObjectiveNotImproving", "ConvergenceDetected")


def check(request: Mapping[str, Any], *, account_id: str, region: str) -> TuningPlan:
    """Make sure that a tuning job can be begun; give what it does.

    Parameters
    ----------
    request
        Parameters of CreateHyperParameterTuningJob.
    account_id, region
        Of the tuning job.

    Raises
    ------
    RefusedRequestError
        It cannot.
    """
    if problems := violations("CreateHyperParameterTuningJob", request):
        raise RefusedRequestError(refusal(problems))
    if problems := list(refusals(request)):
        raise RefusedRequestError(" ".join(problems))
    plan = TuningPlan.read(request)
    _check_training(plan, account_id, region)
    return plan


def refusals(request: Mapping[str, Any]) -> Iterator[str]:
    """Say why a tuning job is refused, or not emulated.

    Parameters
    ----------
    request
        Parameters of CreateHyperParameterTuningJob, of the right shapes.
    """
    if request.get("Autotune"):
        yield "Autotune is not emulated by the local cloud: leave it out, and give ranges and a strategy."
    problem = _definition_refusal(request)
    if problem is not None:
        yield problem
        return
    config = request["HyperParameterTuningJobConfig"]
    if config["Strategy"] not in _STRATEGIES or config.get("StrategyConfig"):
        yield (
            "Strategy Hyperband and its StrategyConfig are not emulated by the local cloud: use Bayesian, Random or "
            "Grid; TrainingJobEarlyStoppingType Auto stops training jobs early as well."
        )
    if request.get("WarmStartConfig") and config["Strategy"] == "Grid":
        yield "WarmStartConfig cannot be used with the strategy Grid, which learns nothing: use Bayesian or Random."
    definition = definition_of(request)
    if definition.get("HyperParameterTuningResourceConfig") and definition.get("ResourceConfig"):
        yield "HyperParameterTuningResourceConfig and ResourceConfig cannot be used together: leave one of them out."
    yield from _objective_refusals(request)
    criteria = config.get("TuningJobCompletionCriteria") or {}
    for name in _CRITERIA_NOT_EMULATED:
        if criteria.get(name) and criteria[name] != {"CompleteOnConvergence": "Disabled"}:
            yield (
                f"TuningJobCompletionCriteria.{name} is not emulated by the local cloud: use "
                "TargetObjectiveMetricValue or ResourceLimits."
            )
    found = list(ranges.refusals(ranges_of(request)))
    yield from found
    if not found:
        yield from _combined_refusals(config, ranges.parse(ranges_of(request)), definition)


def _definition_refusal(request: Mapping[str, Any]) -> str | None:
    one, several = request.get("TrainingJobDefinition"), request.get("TrainingJobDefinitions") or []
    if one and several:
        return "TrainingJobDefinition and TrainingJobDefinitions cannot be used together: leave one of them out."
    if not one and not several:
        return "TrainingJobDefinition or TrainingJobDefinitions is required: give one of them."
    if len(several) > 1:
        return (
            f"TrainingJobDefinitions with {len(several)} definitions is not emulated by the local cloud: tune each of "
            "them in a job of its own."
        )
    return None


def _objective_refusals(request: Mapping[str, Any]) -> Iterator[str]:
    objective = objective_of(request)
    if not objective:
        yield "HyperParameterTuningJobObjective is required: give its Type and MetricName."
        return
    defined = [item["Name"] for item in definition_of(request)["AlgorithmSpecification"].get("MetricDefinitions") or []]
    if objective["MetricName"] not in defined:
        names = ", ".join(defined) or "none"
        yield (
            "A metric is required for this hyperparameter tuning job objective. Provide a metric in the metric "
            f'definitions. The objective is "{objective["MetricName"]}", and AlgorithmSpecification.MetricDefinitions '
            f"has {names}."
        )


def _combined_refusals(
    config: Mapping[str, Any], searched: tuple[ranges.Range, ...], definition: Mapping[str, Any]
) -> Iterator[str]:
    limits = config["ResourceLimits"]
    most, parallel = limits.get("MaxNumberOfTrainingJobs"), limits["MaxParallelTrainingJobs"]
    if most is not None and parallel > most:
        yield (
            f"ResourceLimits.MaxParallelTrainingJobs {parallel} must be at most MaxNumberOfTrainingJobs, which is "
            f"{most}."
        )
    static = definition.get("StaticHyperParameters") or {}
    for name in sorted({item.name for item in searched} & static.keys()):
        yield f"The hyperparameter {name} has a range and is among StaticHyperParameters: leave it out of one of them."
    if OBJECTIVE_HYPERPARAMETER in {item.name for item in searched}:
        yield f"The hyperparameter {OBJECTIVE_HYPERPARAMETER} is SageMaker's own: give the range another name."
    count = combinations(searched)
    if config["Strategy"] == "Grid":
        yield from _grid_refusals(searched, most, count)
    elif most is None and limits.get("MaxRuntimeInSeconds") is None:
        yield (
            f"ResourceLimits must have MaxNumberOfTrainingJobs or MaxRuntimeInSeconds for the strategy "
            f"{config['Strategy']}, which would not end otherwise."
        )
    elif most is not None and count < most:
        yield (
            "You don't have enough combinations of hyperparameter ranges. The total number of hyperparameter "
            f"combinations for the provided ranges [{count}] must be equal or greater than the value of "
            f"MaxNumberOfJobs, [{most}]. Provide additional ranges."
        )


def _grid_refusals(searched: tuple[ranges.Range, ...], most: int | None, count: float) -> Iterator[str]:
    others = [item.name for item in searched if not isinstance(item, ranges.CategoricalRange)]
    if others:
        yield (
            "The strategy Grid takes categorical ranges alone, and these are others: "
            f"{', '.join(others)}. Give their values in CategoricalParameterRanges."
        )
    elif most is not None and most != count:
        yield (
            f"The strategy Grid tries each of the {int(count)} combinations once, and MaxNumberOfTrainingJobs is "
            f"{most}: give {int(count)}, or leave it out."
        )


def _check_training(plan: TuningPlan, account_id: str, region: str) -> None:
    """Refuse what CreateTrainingJob would refuse of the first training job."""
    name = f"{plan.name}-001-00000000"
    tuned = {item.name: item.text(_any_point(item)) for item in plan.ranges}
    job_requests.check(plan.training_request(name, tuned), JobIdentity(name, account_id, region))


def _any_point(item: ranges.Range) -> Any:
    return item.values[0] if isinstance(item, ranges.CategoricalRange) else item.distribution().low
