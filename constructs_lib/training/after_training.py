"""What becomes of a trained model: thresholds to reach, a parameter that names it, endpoints that serve it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Aws

from constructs_lib.exceptions import Problems
from constructs_lib.jobs import statements
from constructs_lib.names import parameter_name_problems
from constructs_lib.training.model_rollout import ModelRollout
from constructs_lib.training.options import MetricThreshold
from constructs_lib.training.rollout_states import roll_out
from constructs_lib.training.states import check_metric, check_model, publish

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from constructs import Construct

    from constructs_lib.endpoint import SklearnEndpoint
    from constructs_lib.jobs.machine import JobMachine
    from constructs_lib.jobs.workflow import Step
    from constructs_lib.training.job import JobSettings
    from constructs_lib.training.rights import TrainingRights


class AfterTraining:
    """The steps after the job: a look whether it left a model, and what was asked for, in that order.

    Parameters
    ----------
    training
        The construct; what is made becomes its child.
    machine
        Its state machine.
    job
        What is asked of its jobs.
    name
        How the names of its jobs begin.
    rights
        Its statements.
    """

    def __init__(
        self, training: Construct, machine: JobMachine, job: JobSettings, *, name: str, rights: TrainingRights
    ) -> None:
        self._training = training
        self._machine = machine
        self._job = job
        self._name = name
        self._rights = rights
        self._steps: list[Callable[[], Sequence[Step]]] = []
        self._labels: set[str] = set()
        machine.add_rights({"FindModel": rights.find_artifacts()})

    def steps(self) -> list[Step]:
        """Return the steps; late, as endpoints may be changed until synthesis."""
        found = check_model(Aws.PARTITION, bucket=self._rights.bucket.bucket_name, prefix=self._rights.prefix)
        return [found, *(step for steps in self._steps for step in steps())]

    def deploy_to(
        self, endpoint: SklearnEndpoint, *, when: MetricThreshold | Sequence[MetricThreshold], variant_name: str
    ) -> None:
        """Have the model served; see `SklearnTraining.deploy_to`."""
        label = self._label(str(endpoint.node.id))
        gates = self._gates(when, label)
        rollout = ModelRollout(
            self._training,
            endpoint,
            variant_name=variant_name,
            image=self._job.image,
            artifacts=self._rights.read_artifacts(),
            tags={"sagemaker-sklearn-cdk:training": self._name, **self._job.tags},
        )
        self._machine.add_rights({f"Rollout{endpoint.node.addr[-8:]}": rollout.statements()})
        self._machine.wait_for(rollout.policies)
        self._steps.append(lambda: [*gates, roll_out(rollout.requests(), partition=Aws.PARTITION, label=label)])

    def publish_to(self, parameter_name: str, *, when: MetricThreshold | Sequence[MetricThreshold]) -> None:
        """Have the model's address written; see `SklearnTraining.publish_to`."""
        problems = Problems(self._training)
        problems.add(parameter_name_problems(parameter_name))
        problems.raise_all()
        label = self._label(parameter_name)
        gates = self._gates(when, label)
        arn = f"arn:{Aws.PARTITION}:ssm:{Aws.REGION}:{Aws.ACCOUNT_ID}:parameter/{parameter_name.removeprefix('/')}"
        self._machine.add_rights({f"Publish{len(self._labels)}": [statements.put_parameter(arn)]})
        self._steps.append(lambda: [*gates, publish(Aws.PARTITION, parameter_name, label)])

    def _gates(self, when: MetricThreshold | Sequence[MetricThreshold], label: str) -> list[Step]:
        thresholds = [when] if isinstance(when, MetricThreshold) else list(when)
        names = tuple(metric.name for metric in self._job.metric_definitions)
        problems = Problems(self._training)
        for threshold in thresholds:
            problems.add(threshold.problems(names))
        problems.raise_all()
        several = len(thresholds) > 1
        return [
            check_metric(threshold, f"{label}, gate {number}" if several else label)
            for number, threshold in enumerate(thresholds, 1)
        ]

    def _label(self, wanted: str) -> str:
        """Put before the names of states, of which a state machine has no two alike."""
        label = wanted[:_MAX_LABEL]
        if label in self._labels:
            label = f"{label} {len(self._labels) + 1}"
        self._labels.add(label)
        return label


# The name of a state has 80.
_MAX_LABEL = 40
