"""Training: a script, and the means to run it as SageMaker training jobs, by hand, by schedule or by the client."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from aws_cdk import Annotations, Aws, CfnOutput, Duration, Names, Size, Stack, Token
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib import statements
from constructs_lib.api_shape import api_shape
from constructs_lib.bound_model_data import archive_asset
from constructs_lib.closed_bucket import closed_bucket
from constructs_lib.exceptions import ConfigurationError, Problems
from constructs_lib.execution_role import add_policies
from constructs_lib.image import SklearnImage, choose_image
from constructs_lib.internet import warn_of_installation, warn_of_isolation
from constructs_lib.jobs.naming import MAX_NAME
from constructs_lib.jobs.workflow import definition
from constructs_lib.network import ModelNetwork
from constructs_lib.training.after_training import AfterTraining
from constructs_lib.training.code import requirements_of, training_code, training_code_problems
from constructs_lib.training.hyperparameters import encode_hyperparameters
from constructs_lib.training.inputs import INPUT_REASON, TrainingInput, TrainingInputs, channel_problems, channels_of
from constructs_lib.training.job import JobSettings, job_problems, render_job
from constructs_lib.training.options import Checkpoints, MetricThreshold
from constructs_lib.training.rights import ARTIFACT_REASON, CHECKPOINTS, TrainingRights
from constructs_lib.training.states import checkpoints_of_a_job, collect_settings, train

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from aws_cdk import aws_cloudwatch as cloudwatch
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_events as events
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_s3 as s3
    from aws_cdk import aws_sns as sns

    from constructs_lib.endpoint import SklearnEndpoint
    from constructs_lib.training.options import MetricDefinition, SpotTraining


class SklearnTraining(Construct):
    """The means to run a training script as SageMaker training jobs.

    CloudFormation has no training jobs, so what is deployed is what they need: script, execution role, bucket, and a
    state machine that starts a job and waits for its end. ``TrainingClient.from_stack(...).fit(...)`` of
    `endpoint_client` starts it, and so may a schedule, an event or a person in the console.

    Parameters
    ----------
    entry_point
        The training script, ``.py`` or ``.sh``; relative to `source_dir`, or to the working directory without one.
        It finds the data in ``SM_CHANNEL_<NAME>``, hyperparameters among its arguments, and leaves the model in
        ``SM_MODEL_DIR``.
    source_dir
        A folder whose files travel with the script. A ``requirements.txt`` in it is installed before the script runs.
    framework_version
        An image by AWS; default ``1.9-0``. Not together with `image`.
    image
        Another image; see `SklearnImage`.
    hyperparameters
        By name; numbers, texts, booleans, None, lists and dicts keep their type on the way to the script. Those given
        to ``fit`` stand above them.
    inputs
        Where the data lies: an ``s3://`` address or a `TrainingInput` for the channel ``training``, or a dict of them
        by channel. Those given to ``fit`` take the place of all of them; see `allow_inputs`. Default: none.
    metric_definitions
        Metrics that SageMaker reads from what the script prints; at most 40.
    instance_type, instance_count
        Default: one ``ml.m5.large``. With more than one, each runs the script, which must share the work itself.
    volume_size
        Of each instance; default: 30 GiB.
    max_run
        After which SageMaker stops a job; default: 24 hours, at most 28 days.
    spot
        Train on spare capacity; see `SpotTraining`. Default: on demand.
    checkpoints
        Keep what the script writes to a folder while it runs; see `Checkpoints`. Default: only with `spot`.
    keep_alive
        How long instances are kept for the next job of the same kind (warm pool), up to 6 hours; they are paid for.
        Default: not at all.
    environment
        Variables for the container, at most 512 characters a value.
    output_bucket
        Where artifacts are written. Default: a bucket of its own, encrypted, reached over TLS only, which keeps old
        versions and stays when the stack is deleted.
    output_prefix
        Key that every artifact's begins with; ends in ``/``.
    encryption_key
        Encrypts artifacts, volumes, log, topic, and the bucket where it is the training's own. Default: S3's own keys.
    code_encryption_key
        The KMS key of the bootstrap bucket, where that has one of its own: the script travels through it.
    role
        Execution role of the jobs; default: a new one with the least rights. To an imported role nothing is added, but
        a warning prints the statements that it needs.
    vpc, vpc_subnets, security_groups
        Where the instances' network interfaces lie; default: no VPC.
    network_isolation
        Cut the container off from the network; no ``requirements.txt`` can be installed then. Default False.
    encrypt_inter_container_traffic
        Encrypt what several instances say to each other. Default False.
    schedule
        When a job is started by itself, with the inputs and hyperparameters given here; default: never.
    failure_topic
        Told when an execution fails; default: a topic of its own.
    training_name
        Name of the state machine, and how the names of its jobs begin: at most 39 lower-case letters, digits and
        hyphens. Rights end at such names, so those for ``churn`` are for the jobs of ``churn-eu``, too: let no name be
        the beginning of another. Default: derived from the path, with a hash at its end.
    tags
        For the jobs and for what is made from them, by key; CloudFormation's own tags do not reach those.

    Raises
    ------
    ConfigurationError
        With every problem found.

    Example
    -------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from aws_cdk import App, Stack
    >>> script = Path(tempfile.mkdtemp(), "train.py")
    >>> _ = script.write_text("print('accuracy=0.93')")
    >>> stack = Stack(App(), "Churn")
    >>> training = SklearnTraining(
    ...     stack,
    ...     "Training",
    ...     entry_point=script,
    ...     inputs={"train": "s3://churn/train", "test": "s3://churn/test"},
    ...     hyperparameters={"C": 0.5},
    ... )
    >>> training.training_name
    'churn-training-a43900a9'
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        entry_point: str | Path,
        source_dir: str | Path | None = None,
        framework_version: str | None = None,
        image: SklearnImage | None = None,
        hyperparameters: Mapping[str, Any] | None = None,
        inputs: TrainingInputs | None = None,
        metric_definitions: Sequence[MetricDefinition] = (),
        instance_type: str = "ml.m5.large",
        instance_count: int = 1,
        volume_size: Size | None = None,
        max_run: Duration | None = None,
        spot: SpotTraining | None = None,
        checkpoints: Checkpoints | None = None,
        keep_alive: Duration | None = None,
        environment: Mapping[str, str] | None = None,
        output_bucket: s3.IBucket | None = None,
        output_prefix: str = "training/",
        encryption_key: kms.IKey | None = None,
        code_encryption_key: kms.IKey | None = None,
        role: iam.IRole | None = None,
        vpc: ec2.IVpc | None = None,
        vpc_subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] | None = None,
        network_isolation: bool = False,
        encrypt_inter_container_traffic: bool = False,
        schedule: events.Schedule | None = None,
        failure_topic: sns.ITopic | None = None,
        training_name: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        problems = Problems(self)
        chosen = SklearnImage.aws()
        with problems.collect():
            chosen = choose_image(framework_version, image)
        with problems.collect():
            code = training_code(entry_point, source_dir, chosen.python_version)
            problems.add(training_code_problems(code, network_isolation=network_isolation))
        job = JobSettings(
            image=chosen,
            instance_type=instance_type,
            instance_count=instance_count,
            volume_size=volume_size or Size.gibibytes(30),
            max_run=max_run or Duration.hours(24),
            keep_alive=keep_alive,
            spot=spot,
            checkpoints=checkpoints or (Checkpoints() if spot else None),
            hyperparameters=hyperparameters or {},
            channels=channels_of(inputs),
            metric_definitions=metric_definitions,
            environment=environment or {},
            network_isolation=network_isolation,
            encrypt_inter_container_traffic=encrypt_inter_container_traffic,
            encryption_key=encryption_key,
            tags=tags or {},
        )
        problems.add(job_problems(job))
        problems.add(_own_problems(training_name, output_prefix, schedule, job))
        if vpc is None and (vpc_subnets is not None or security_groups is not None):
            problems.add(["vpc_subnets or security_groups are given without vpc; give the vpc that they lie in"])
        problems.raise_all()

        self.training_name = training_name or self._derived_name()
        """Name of the state machine, and how the names of its jobs begin."""
        self.output_bucket: s3.IBucket = output_bucket or closed_bucket(
            self, "Output", encryption_key=encryption_key, versioned=True
        )
        """Where artifacts are written."""
        self.output_prefix = output_prefix
        self.job = job
        """What is asked of its jobs."""
        self.rights = TrainingRights(
            self, job, name=self.training_name, bucket=self.output_bucket, prefix=output_prefix, in_vpc=vpc is not None
        )
        """Its statements."""
        self._image = chosen.bind(self, chosen.default_architecture)
        self._network = None if vpc is None else ModelNetwork(self, vpc, vpc_subnets, security_groups)
        asset, readable_code = archive_asset(self, "Code", code.files, code_encryption_key)
        self._framework = {
            "sagemaker_container_log_level": "20",
            "sagemaker_program": json.dumps(code.program),
            "sagemaker_region": json.dumps(Aws.REGION),
            "sagemaker_submit_directory": json.dumps(asset.s3_object_url),
        }
        self.role: iam.IRole = role or iam.Role(
            self, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com")
        )
        """Execution role of the jobs."""
        self._allowed = 0

        # What it needs of the CDK takes long to import, and most apps do without.
        from constructs_lib.jobs.machine import JobMachine

        self._machine = JobMachine(
            self,
            "Machine",
            name=self.training_name,
            definition=self._definition,
            rights_id="Train",
            rights=self.rights.machine(self.role.role_arn),
            prefix_reason=ARTIFACT_REASON,
            failure_text="A training job failed, or its model was not good enough, or could not be rolled out",
            schedule=schedule,
            failure_topic=failure_topic,
            encryption_key=encryption_key,
        )
        self._after = AfterTraining(self, self._machine, job, name=self.training_name, rights=self.rights)
        needed = {
            self._image.policy_id: statements.pull_image(self._image.repository_arn),
            readable_code.policy_id: readable_code.statements,
            **self.rights.execution_role(),
        }
        if network_isolation:
            warn_of_isolation(self, code.script)
        warn_of_installation(self, requirements_of(code), self._network, job.environment)
        reasons = {"Artifacts": ARTIFACT_REASON, "Inputs": INPUT_REASON}
        self._machine.wait_for(add_policies(self, roles=[self.role], statements_by_id=needed, prefix_reasons=reasons))
        if instance_count != 1:
            Annotations.of(self).add_warning_v2(
                "constructs_lib:several-training-instances",
                f"instance_count is {instance_count}: scikit-learn trains on one instance, so each runs the whole "
                "script; share the data by TrainingInput(distribution='ShardedByS3Key'), or give one larger instance",
            )
        # The client finds the state machine by the end of this name.
        CfnOutput(
            self,
            "TrainingStateMachineArn",
            value=self._machine.arn,
            description="state machine that runs training jobs",
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

    @property
    def output_path(self) -> str:
        """The ``s3://`` address that artifacts are written below."""
        return f"s3://{self.output_bucket.bucket_name}/{self.output_prefix}"

    @property
    def connections(self) -> ec2.Connections:
        """Connections of the instances' network interfaces.

        Raises
        ------
        ConfigurationError
            The training is in no VPC.
        """
        if self._network is None:
            raise ConfigurationError("the training is in no VPC; give vpc to SklearnTraining", path=self.node.path)
        return self._network.connections

    def allow_inputs(self, s3_data: str, *, encryption_key: kms.IKey | None = None) -> None:
        """Let jobs read more than the construct's own inputs: what may be given to ``fit``.

        Parameters
        ----------
        s3_data
            ``s3://bucket/prefix``.
        encryption_key
            The KMS key that the objects are encrypted with.

        Raises
        ------
        ConfigurationError
            It is no such address.
        """
        channel = TrainingInput(s3_data=s3_data, encryption_key=encryption_key)
        problems = Problems(self)
        problems.add(channel_problems({"allowed": channel}))
        problems.raise_all()
        self._allowed += 1
        policy_id = f"Inputs{self._allowed}"
        self._machine.wait_for(
            add_policies(
                self,
                roles=[self.role],
                statements_by_id={policy_id: channel.statements()},
                prefix_reasons={policy_id: INPUT_REASON},
            )
        )

    def deploy_to(
        self,
        endpoint: SklearnEndpoint,
        *,
        when: MetricThreshold | Sequence[MetricThreshold] = (),
        variant_name: str = "AllTraffic",
    ) -> None:
        """Have every job's model served by an endpoint of the same stack, when it is good enough.

        The state machine makes a model and an endpoint configuration, updates the endpoint with its own deployment
        settings and rollback alarms, and deletes the trained model before it. The serving code is the endpoint's own.

        An endpoint gets the models of one training. A later ``cdk deploy`` keeps the trained model unless it changes
        the endpoint's model, variants or their settings: then it puts the template's model back, until the next job.
        Without this drift: `publish_to`. The last trained model and its configuration outlive the stack; they bear the
        tags of the training. A job that is under way when the stack is deployed rolls out with the settings of before.

        Parameters
        ----------
        endpoint
            With a `SklearnModel` in the same stack; its model may come from anywhere.
        when
            Thresholds of metrics, all of which the model must reach; else the execution fails and nothing changes.
        variant_name
            Production variant that gets the model; the others keep the template's.

        Raises
        ------
        ConfigurationError
            The endpoint cannot serve what is trained, or a metric is not defined.
        """
        self._after.deploy_to(endpoint, when=when, variant_name=variant_name)

    def publish_to(self, parameter_name: str, *, when: MetricThreshold | Sequence[MetricThreshold] = ()) -> None:
        """Have the address of every job's model written to a parameter of Systems Manager, when it is good enough.

        ``ModelData.from_parameter`` reads it at the next deployment, of this stack or another.

        Parameters
        ----------
        parameter_name
            Such as ``/churn/model-data``. It is made by the first job, and outlives the stack.
        when
            As for `deploy_to`.

        Raises
        ------
        ConfigurationError
            The name is none, or a metric is not defined.
        """
        self._after.publish_to(parameter_name, when=when)

    def grant_start(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow to start jobs, to follow them and to stop them, as the client does."""
        grant = iam.Grant.add_to_principal(
            grantee=grantee, actions=["states:StartExecution"], resource_arns=[self.state_machine_arn]
        )
        for statement in self.rights.follow():
            grantee.grant_principal.add_to_principal_policy(iam.PolicyStatement.from_json(statement))
        return grant

    def grant_read_artifacts(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow to read what jobs left: models and output data."""
        grant = iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["s3:GetObject"],
            resource_arns=[self.output_bucket.arn_for_objects(f"{self.output_prefix}*")],
        )
        for statement in self.rights.read_artifacts()[1:]:
            grantee.grant_principal.add_to_principal_policy(iam.PolicyStatement.from_json(statement))
        return grant

    def tuned_definition(self, tuned: Sequence[str]) -> dict[str, Any]:
        """Return what a tuning job makes its training jobs of.

        Checkpoints are left out: all jobs of a tuning would share their place.

        Parameters
        ----------
        tuned
            Names of the hyperparameters that the tuning job chooses.
        """
        job = self._render_job()
        job.pop("Tags", None)
        job["AlgorithmSpecification"].pop("EnableSageMakerMetricsTimeSeries", None)
        own = {name: value for name, value in self.job.hyperparameters.items() if name not in tuned}
        job["StaticHyperParameters"] = encode_hyperparameters(own) | self._framework
        if self.job.channels:
            job["InputDataConfig"] = [channel.render(name) for name, channel in self.job.channels.items()]
        return job

    def _render_job(self) -> dict[str, Any]:
        return render_job(
            self.job,
            image_uri=self._image.uri,
            role_arn=self.role.role_arn,
            output_uri=self.output_path,
            output_key=self.rights.key,
            vpc_config=None if self._network is None else api_shape(Stack.of(self).resolve(self._network.config)),
        )

    def _definition(self) -> dict[str, Any]:
        job = self._render_job()
        checkpoints, channels = self.job.checkpoints, self.job.channels
        if checkpoints is not None and checkpoints.across_jobs:
            job["CheckpointConfig"] = {"S3Uri": f"{self.output_path}{CHECKPOINTS}", "LocalPath": checkpoints.local_path}
        elif checkpoints is not None:
            job["CheckpointConfig"] = checkpoints_of_a_job(f"{self.output_path}{CHECKPOINTS}", checkpoints.local_path)
        steps = [
            collect_settings(
                hyperparameters=encode_hyperparameters(self.job.hyperparameters),
                channels=[channel.render(name) for name, channel in channels.items()],
                framework=self._framework,
                name_prefix=self.training_name,
            ),
            train(job, partition=Aws.PARTITION, always_with_data=bool(channels)),
        ]
        return definition(f"Trains {self.node.path} by SageMaker training jobs", [*steps, *self._after.steps()])

    def _derived_name(self) -> str:
        name: str = Names.unique_resource_name(self, max_length=MAX_NAME, separator="-")
        return name.lower()


def _own_problems(
    name: str | None, output_prefix: str, schedule: events.Schedule | None, job: JobSettings
) -> Iterator[str]:
    if name is not None and (Token.is_unresolved(name) or not re.fullmatch(r"(?=.{1,39}$)[a-z0-9](-*[a-z0-9])*", name)):
        yield (
            f"training_name {name!r} is not a name; use a literal of at most {MAX_NAME} lower-case letters, digits "
            "and hyphens, no hyphen at either end: the time of the job follows it"
        )
    if not Token.is_unresolved(output_prefix) and not re.fullmatch(r"([A-Za-z0-9!_.*()-]+/)+", output_prefix):
        yield (
            f"output_prefix is {output_prefix!r}; give a key that ends in '/' and does not begin with one, of letters, "
            "digits and '!_.*()-'"
        )
    if schedule is not None and not job.channels:
        yield "schedule is given without inputs, so the jobs that it starts would have no data; give inputs"
