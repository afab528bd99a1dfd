"""Tuning: a training script, and the means to find its best hyperparameters by SageMaker's tuner."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from aws_cdk import Aws, CfnOutput, Names, Stack, Token
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib.exceptions import Problems
from constructs_lib.execution_role import add_policies
from constructs_lib.jobs import statements
from constructs_lib.jobs.workflow import definition
from constructs_lib.training.after_training import AfterTraining
from constructs_lib.training.rights import ARTIFACT_REASON
from constructs_lib.tuning.ranges import CategoricalRange, ParameterRange, render_ranges
from constructs_lib.tuning.states import name_tuning_job, tune

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aws_cdk import Duration
    from aws_cdk import aws_cloudwatch as cloudwatch
    from aws_cdk import aws_events as events
    from aws_cdk import aws_sns as sns

    from constructs_lib.endpoint import SklearnEndpoint
    from constructs_lib.training.options import MetricThreshold
    from constructs_lib.training.sklearn_training import SklearnTraining

Goal: TypeAlias = Literal["Maximize", "Minimize"]
Strategy: TypeAlias = Literal["Bayesian", "Random", "Grid"]


class SklearnTuning(Construct):
    """The means to run a training many times as a SageMaker hyperparameter tuning job, and to use its best model.

    The jobs have the training's script, image, instances, role, data and place for artifacts; its hyperparameters stay
    as they are, but for those that are tuned. What is deployed is a state machine that starts a tuning job and waits
    for its end. ``TuningClient.from_stack(...).tune()`` of `endpoint_client` starts it, and so may a schedule.

    Parameters
    ----------
    training
        What is run.
    objective
        Name of one of the training's `MetricDefinition`: what the tuner looks at. The script must print it.
    ranges
        What is tried, by the name of the hyperparameter: `IntegerRange`, `ContinuousRange`, `CategoricalRange`.
    goal
        Whether a greater or a smaller objective is better. Default ``Maximize``.
    strategy
        ``Bayesian`` learns from the jobs that ended; ``Random`` does not; ``Grid`` tries every combination of
        categorical ranges.
    max_jobs, max_parallel_jobs
        How many training jobs there are in all, and at a time. Default: 20, 2. A ``Grid`` has as many as it takes.
    early_stopping
        Stop jobs that fall behind while they train. Default False.
    target
        Value of the objective that ends the tuning. Default: none.
    max_run
        After which no more jobs are started. Default: none.
    random_seed
        The same seed tries the same values at the beginning; default: none.
    schedule
        When a tuning job is started by itself; default: never.
    failure_topic
        Told when an execution fails; default: a topic of its own.
    tuning_name
        Name of the state machine, and how the names of its jobs begin: at most 16 lower-case letters, digits and
        hyphens, as a tuning job's name has 32. Rights end at such names: let no name be the beginning of another.
        Default: derived from the path.

    Raises
    ------
    ConfigurationError
        With every problem found.

    Example
    -------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from aws_cdk import App, Stack
    >>> from constructs_lib import ContinuousRange, MetricDefinition, SklearnTraining
    >>> script = Path(tempfile.mkdtemp(), "train.py")
    >>> _ = script.write_text("print('accuracy=0.93')")
    >>> stack = Stack(App(), "Churn")
    >>> training = SklearnTraining(
    ...     stack,
    ...     "Training",
    ...     entry_point=script,
    ...     inputs={"train": "s3://churn/train"},
    ...     metric_definitions=[MetricDefinition(name="accuracy", regex="accuracy=([0-9.]+)")],
    ... )
    >>> tuning = SklearnTuning(
    ...     stack,
    ...     "Tuning",
    ...     training=training,
    ...     objective="accuracy",
    ...     ranges={"C": ContinuousRange(minimum=0.001, maximum=10, scaling="Logarithmic")},
    ... )
    >>> tuning.publish_to("/churn/model-data")
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        training: SklearnTraining,
        objective: str,
        ranges: Mapping[str, ParameterRange],
        goal: Goal = "Maximize",
        strategy: Strategy = "Bayesian",
        max_jobs: int | None = None,
        max_parallel_jobs: int = 2,
        early_stopping: bool = False,
        target: float | None = None,
        max_run: Duration | None = None,
        random_seed: int | None = None,
        schedule: events.Schedule | None = None,
        failure_topic: sns.ITopic | None = None,
        tuning_name: str | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        problems = Problems(self)
        jobs = max_jobs if max_jobs is not None or strategy == "Grid" else _DEFAULT_JOBS
        problems.add(_range_problems(ranges, strategy))
        problems.add(_own_problems(training, objective, goal, strategy, jobs, max_parallel_jobs, tuning_name))
        problems.raise_all()

        self.tuning_name = tuning_name or self._derived_name()
        """Name of the state machine, and how the names of its jobs begin."""
        self._training = training
        self._config = _config(
            strategy=strategy,
            goal=goal,
            objective=objective,
            ranges=ranges,
            limits={
                "MaxNumberOfTrainingJobs": jobs,
                "MaxParallelTrainingJobs": max_parallel_jobs,
                "MaxRuntimeInSeconds": None if max_run is None else int(max_run.to_seconds()),
            },
            early_stopping=early_stopping,
            target=target,
            random_seed=random_seed,
        )
        self._tuned = tuple(ranges)

        # What it needs of the CDK takes long to import, and most apps do without.
        from constructs_lib.jobs.machine import JobMachine

        self._machine = JobMachine(
            self,
            "Machine",
            name=self.tuning_name,
            definition=self._definition,
            rights_id="Tune",
            rights=statements.run_tuning_jobs(
                job_arn=self._jobs_arn,
                training_job_arn=self._arn("sagemaker", f":training-job/{self.tuning_name}-*"),
                role_arn=training.role.role_arn,
                rule_arn=self._arn("events", f":rule/{_JOBS_RULE}"),
            ),
            prefix_reason=ARTIFACT_REASON,
            failure_text="A tuning job failed, or its best model was not good enough, or could not be rolled out",
            schedule=schedule,
            failure_topic=failure_topic,
            encryption_key=training.job.encryption_key,
        )
        self._after = AfterTraining(self, self._machine, training.job, name=self.tuning_name, rights=training.rights)
        logs = statements.write_job_logs(self._log_group_arn, self.tuning_name)
        self._machine.wait_for(add_policies(self, roles=[training.role], statements_by_id={"Logs": logs}))
        # The client finds the state machine by the end of this name.
        CfnOutput(
            self,
            "TuningStateMachineArn",
            value=self._machine.arn,
            description="state machine that runs hyperparameter tuning jobs",
        )

    @property
    def state_machine_arn(self) -> str:
        """ARN of the state machine that runs the jobs."""
        return self._machine.arn

    @property
    def failure_alarm(self) -> cloudwatch.Alarm:
        """The alarm that fires when an execution fails."""
        return self._machine.failure_alarm

    @property
    def failure_topic(self) -> sns.ITopic:
        """Who is told of it."""
        return self._machine.failure_topic

    def deploy_to(
        self,
        endpoint: SklearnEndpoint,
        *,
        when: MetricThreshold | Sequence[MetricThreshold] = (),
        variant_name: str = "AllTraffic",
    ) -> None:
        """Have the best model of every tuning job served; see `SklearnTraining.deploy_to`."""
        self._after.deploy_to(endpoint, when=when, variant_name=variant_name)

    def publish_to(self, parameter_name: str, *, when: MetricThreshold | Sequence[MetricThreshold] = ()) -> None:
        """Have the address of the best model written to a parameter; see `SklearnTraining.publish_to`."""
        self._after.publish_to(parameter_name, when=when)

    def grant_start(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow to start tuning jobs, to follow them and to stop them, as the client does."""
        grant = iam.Grant.add_to_principal(
            grantee=grantee, actions=["states:StartExecution"], resource_arns=[self.state_machine_arn]
        )
        needed = statements.follow_tuning(
            execution_arn=self._arn("states", f":execution:{self.tuning_name}:*"),
            job_arn=self._jobs_arn,
            training_job_arn=self._arn("sagemaker", f":training-job/{self.tuning_name}-*"),
            stack_arn=Stack.of(self).stack_id,
        )
        for statement in needed:
            grantee.grant_principal.add_to_principal_policy(iam.PolicyStatement.from_json(statement))
        return grant

    def _definition(self) -> dict[str, Any]:
        request: dict[str, Any] = {
            "HyperParameterTuningJobConfig": self._config,
            "TrainingJobDefinition": self._training.tuned_definition(self._tuned),
        }
        if tags := self._training.job.tags:
            request["Tags"] = [{"Key": name, "Value": value} for name, value in tags.items()]
        steps = [name_tuning_job(self.tuning_name), tune(request, partition=Aws.PARTITION), *self._after.steps()]
        return definition(f"Tunes {self._training.node.path} by SageMaker tuning jobs", steps)

    @property
    def _jobs_arn(self) -> str:
        return self._arn("sagemaker", f":hyper-parameter-tuning-job/{self.tuning_name}-*")

    @property
    def _log_group_arn(self) -> str:
        return self._arn("logs", ":log-group:/aws/sagemaker/TrainingJobs")

    def _arn(self, service: str, rest: str) -> str:
        stack = Stack.of(self)
        return f"arn:{stack.partition}:{service}:{stack.region}:{stack.account}{rest}"

    def _derived_name(self) -> str:
        name: str = Names.unique_resource_name(self, max_length=_MAX_NAME, separator="-")
        return name.lower()


def _config(
    *,
    strategy: str,
    goal: str,
    objective: str,
    ranges: Mapping[str, ParameterRange],
    limits: Mapping[str, int | None],
    early_stopping: bool,
    target: float | None,
    random_seed: int | None,
) -> dict[str, Any]:
    config = {
        "Strategy": strategy,
        "HyperParameterTuningJobObjective": {"Type": goal, "MetricName": objective},
        "ResourceLimits": {name: value for name, value in limits.items() if value is not None},
        "ParameterRanges": render_ranges(ranges),
        "TrainingJobEarlyStoppingType": "Auto" if early_stopping else "Off",
        "TuningJobCompletionCriteria": None if target is None else {"TargetObjectiveMetricValue": target},
        "RandomSeed": random_seed,
    }
    return {name: value for name, value in config.items() if value is not None}


def _range_problems(ranges: Mapping[str, ParameterRange], strategy: str) -> Iterator[str]:
    if not 1 <= len(ranges) <= _MOST_RANGES:
        yield f"ranges has {len(ranges)} entries; give 1 to {_MOST_RANGES}"
    for name, one in ranges.items():
        yield from one.problems(name)
        if strategy == "Grid" and not isinstance(one, CategoricalRange):
            yield f"strategy is 'Grid' and range {name!r} is not categorical; give a CategoricalRange of what to try"


def _own_problems(
    training: SklearnTraining,
    objective: str,
    goal: str,
    strategy: str,
    max_jobs: int | None,
    max_parallel_jobs: int,
    name: str | None,
) -> Iterator[str]:
    metrics = [metric.name for metric in training.job.metric_definitions]
    if objective not in metrics:
        listed = ", ".join(map(repr, metrics)) or "none"
        yield f"objective {objective!r} is not among the metric_definitions of the training, which are {listed}; add it"
    for option, value, kind in (("goal", goal, Goal), ("strategy", strategy, Strategy)):
        if value not in get_args(kind):
            yield f"{option} is {value!r}; choose one of {', '.join(map(repr, get_args(kind)))}"
    if max_jobs is not None and not 1 <= max_jobs <= _MOST_JOBS:
        yield f"max_jobs is {max_jobs}; give 1 to {_MOST_JOBS}"
    elif max_jobs is not None and not 1 <= max_parallel_jobs <= max_jobs:
        yield f"max_parallel_jobs is {max_parallel_jobs}; give 1 to max_jobs, which is {max_jobs}"
    if name is not None and (Token.is_unresolved(name) or not re.fullmatch(r"(?=.{1,16}$)[a-z0-9](-*[a-z0-9])*", name)):
        yield (
            f"tuning_name {name!r} is not a name; use a literal of at most {_MAX_NAME} lower-case letters, digits and "
            "hyphens, no hyphen at either end: the time of the job follows it, and SageMaker takes 32 in all"
        )


_DEFAULT_JOBS = 20
_MOST_JOBS, _MOST_RANGES = 750, 30
_MAX_NAME = 16
_JOBS_RULE = "StepFunctionsGetEventsForSageMakerTuningJobsRule"
