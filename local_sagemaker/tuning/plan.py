"""What a tuning job was asked to do, read once: its ranges, its objective, its limits, and the training jobs it makes.

`TrainingJobDefinitions` with one definition says the same as `TrainingJobDefinition`, in other places.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_sagemaker.tuning.ranges import Range, parse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# AWS adds it to the hyperparameters of every training job: "Define Hyperparameter Ranges" in the developer guide.
OBJECTIVE_HYPERPARAMETER = "_tuning_objective_metric"
# Of a definition, and not of the training jobs.
_OF_TUNING = (
    "DefinitionName",
    "TuningObjective",
    "HyperParameterRanges",
    "StaticHyperParameters",
    "HyperParameterTuningResourceConfig",
)
_RESOURCES = ("InstanceType", "InstanceCount", "VolumeSizeInGB", "VolumeKmsKeyId")


def definition_of(request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the one definition of training jobs, wherever it stands."""
    definition: Mapping[str, Any] = request.get("TrainingJobDefinition") or request["TrainingJobDefinitions"][0]
    return definition


def objective_of(request: Mapping[str, Any]) -> Mapping[str, str] | None:
    """Give HyperParameterTuningJobObjective, or the definition's TuningObjective; None where there is neither."""
    given = request["HyperParameterTuningJobConfig"].get("HyperParameterTuningJobObjective")
    return given or definition_of(request).get("TuningObjective")


def ranges_of(request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give ParameterRanges, or the definition's HyperParameterRanges."""
    given = request["HyperParameterTuningJobConfig"].get("ParameterRanges")
    return given or definition_of(request).get("HyperParameterRanges") or {}


@dataclass(frozen=True)
class TuningPlan:
    """What a tuning job does.

    Parameters
    ----------
    name
        Of the tuning job.
    definition
        Of its training jobs.
    tags
        Of the tuning job, and of its training jobs too.
    ranges
        What is searched.
    metric
        Name of the objective.
    maximize
        Whether a greater objective is better.
    strategy
        Bayesian, Random or Grid.
    seed
        RandomSeed.
    most_jobs, most_parallel, most_seconds
        ResourceLimits; None where there is no limit.
    target
        The objective that ends the search.
    stops_early
        Whether training jobs that are worse than others so far are stopped.
    """

    name: str
    definition: Mapping[str, Any]
    tags: Sequence[Mapping[str, str]]
    ranges: tuple[Range, ...]
    metric: str
    maximize: bool
    strategy: str
    seed: int | None
    most_jobs: int | None
    most_parallel: int
    most_seconds: int | None
    target: float | None
    stops_early: bool

    @classmethod
    def read(cls, request: Mapping[str, Any]) -> TuningPlan:
        """Read the parameters of CreateHyperParameterTuningJob, once nothing is refused of them."""
        config = request["HyperParameterTuningJobConfig"]
        limits = config["ResourceLimits"]
        objective = objective_of(request) or {}
        ranges = parse(ranges_of(request))
        strategy = config["Strategy"]
        most_jobs = limits.get("MaxNumberOfTrainingJobs")
        if strategy == "Grid":
            most_jobs = combinations(ranges)
        return cls(
            name=request["HyperParameterTuningJobName"],
            definition=definition_of(request),
            tags=request.get("Tags") or [],
            ranges=ranges,
            metric=objective["MetricName"],
            maximize=objective["Type"] == "Maximize",
            strategy=strategy,
            seed=config.get("RandomSeed"),
            most_jobs=None if most_jobs is None else int(most_jobs),
            most_parallel=limits["MaxParallelTrainingJobs"],
            most_seconds=limits.get("MaxRuntimeInSeconds"),
            target=(config.get("TuningJobCompletionCriteria") or {}).get("TargetObjectiveMetricValue"),
            stops_early=config.get("TrainingJobEarlyStoppingType") == "Auto",
        )

    @property
    def static(self) -> dict[str, str]:
        """The hyperparameters that are the same for every training job."""
        return {**(self.definition.get("StaticHyperParameters") or {}), OBJECTIVE_HYPERPARAMETER: self.metric}

    @property
    def resource_config(self) -> Mapping[str, Any]:
        """The instance; of several in HyperParameterTuningResourceConfig the first, which is never lacking here."""
        given = self.definition.get("HyperParameterTuningResourceConfig")
        if not given:
            return self.definition.get("ResourceConfig") or {}
        given = {**given, **next(iter(given.get("InstanceConfigs") or []), {})}
        return {name: given[name] for name in _RESOURCES if given.get(name) is not None}

    @property
    def shown_definition(self) -> dict[str, Any]:
        """The definition as it is described."""
        return {**self.definition, "StaticHyperParameters": self.static, "ResourceConfig": self.resource_config}

    @property
    def metric_regex(self) -> str:
        """The regular expression that finds the objective."""
        definitions = self.definition["AlgorithmSpecification"]["MetricDefinitions"]
        return next(str(item["Regex"]) for item in definitions if item["Name"] == self.metric)

    def better(self, value: float, other: float) -> bool:
        """Say whether an objective is better than another."""
        return value > other if self.maximize else value < other

    def reaches_target(self, value: float) -> bool:
        """Say whether an objective ends the search."""
        return self.target is not None and not self.better(self.target, value)

    def training_request(self, name: str, tuned: Mapping[str, str]) -> dict[str, Any]:
        """Write the parameters of CreateTrainingJob.

        Parameters
        ----------
        name
            Of the training job.
        tuned
            The values that are tried.
        """
        request = {key: value for key, value in self.definition.items() if key not in _OF_TUNING}
        request.update(
            TrainingJobName=name,
            HyperParameters={**self.static, **tuned},
            ResourceConfig=self.resource_config,
        )
        if self.tags:
            request["Tags"] = list(self.tags)
        return request


def combinations(ranges: Sequence[Range]) -> float:
    """Count the combinations of values; infinite where a range is continuous."""
    count = 1.0
    for item in ranges:
        count *= item.combinations
    return count
