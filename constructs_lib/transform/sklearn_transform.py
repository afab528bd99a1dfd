"""Batch transform: a model, and the means to have it predict whole files in S3, by hand, by schedule or the client."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from aws_cdk import Aws, CfnOutput, Names, Size, Stack, Token
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib import statements
from constructs_lib.closed_bucket import closed_bucket
from constructs_lib.exceptions import Problems
from constructs_lib.execution_role import add_policies
from constructs_lib.jobs import statements as job_statements
from constructs_lib.jobs.naming import MAX_NAME
from constructs_lib.jobs.workflow import definition
from constructs_lib.training.inputs import INPUT_REASON, TrainingInput, channel_problems
from constructs_lib.transform.options import TransformSettings, encrypts_volume, setting_problems
from constructs_lib.transform.states import collect_settings, transform

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aws_cdk import Duration
    from aws_cdk import aws_cloudwatch as cloudwatch
    from aws_cdk import aws_events as events
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_s3 as s3
    from aws_cdk import aws_sns as sns

    from constructs_lib.model import SklearnModel
    from constructs_lib.statements import Statement
    from constructs_lib.transform.options import CompressionType, JoinSource, SplitType, Strategy


class SklearnTransform(Construct):
    """The means to run a model over files in S3 as SageMaker batch transform jobs, on instances of their own.

    What is deployed is a state machine that starts a job and waits for its end. ``TransformClient.from_stack(...)
    .transform(...)`` of `endpoint_client` starts it, and so may a schedule, an event or a person in the console. Each
    job writes an object ``<key>.out`` for each of the input, in a folder that has the job's name: no job overwrites
    another's output.

    Parameters
    ----------
    model
        The model. One that is packaged, or a model.tar.gz: batch transform takes no uncompressed model data.
    data
        ``s3://`` address of an object, or of all objects below a prefix. One given to ``transform`` takes its place;
        see `allow_inputs`. Default: none.
    content_type
        What the records are. Default ``text/csv``.
    accept
        What is written. Default: as `content_type`.
    split_type
        ``Line``: each line is a record. ``None``: each object is one, and goes in one request.
    compression_type
        ``Gzip`` where the objects are gzip files.
    strategy
        ``MultiRecord``: as many records as `max_payload` holds go in one request. ``SingleRecord``: one.
    assemble_with
        ``Line``: a line end after each answer. ``None``: as they come.
    input_filter, output_filter
        JSONPath of what the model gets of a record, and of what is written: ``$[1:]`` is a row of CSV without its
        first column. Default ``$``: all.
    join_source
        ``Input``: what is written is the record with its prediction at the end (CSV) or in ``SageMakerOutput`` (JSON).
    instance_type, instance_count
        Default: one ``ml.m5.large``. Instances share the objects, so there is no use in more than there are.
    max_concurrent_transforms
        Requests at a time to each instance. Default: what the container says, with this project's server one a worker.
    max_payload
        Of a request, in whole megabytes up to 100 MB; times `max_concurrent_transforms`, 100 MB at most. Default: what
        the container says.
    invocation_timeout, max_retries
        Of a request; default: 10 minutes, and 3 times again.
    environment
        Variables for the container beside the model's; 16 at most.
    output_bucket
        Where predictions are written. Default: a bucket of its own, encrypted, reached over TLS only, which stays when
        the stack is deleted.
    output_prefix
        Key that every prediction's begins with; ends in ``/``.
    encryption_key
        Encrypts predictions, volumes, log, topic, and the bucket where it is its own. Default: S3's own keys.
    input_encryption_key
        The KMS key that the objects at `data` are encrypted with: the model's role may then decrypt with it.
    schedule
        When a job is started by itself, over `data`; default: never.
    failure_topic
        Told when an execution fails; default: a topic of its own.
    transform_name
        Name of the state machine, and how the names of its jobs begin: at most 39 lower-case letters, digits and
        hyphens. Rights end at such names: let no name be the beginning of another. Default: derived from the path.
    tags
        For the jobs, by key; CloudFormation's own tags do not reach those.

    Raises
    ------
    ConfigurationError
        With every problem found.

    Example
    -------
    >>> from aws_cdk import App, Stack
    >>> from constructs_lib import ModelData, SklearnModel
    >>> stack = Stack(App(), "Churn")
    >>> data = ModelData.from_s3("s3://models/0123456789abcdef0123456789abcdef.tar.gz", sklearn_version="1.9.0")
    >>> model = SklearnModel(stack, "Model", model_data=data)
    >>> scores = SklearnTransform(
    ...     stack, "Scores", model=model, data="s3://churn/customers/", input_filter="$[1:]", join_source="Input"
    ... )
    >>> scores.transform_name
    'churn-scores-ebe15a17'
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        model: SklearnModel,
        data: str | None = None,
        content_type: str = "text/csv",
        accept: str | None = None,
        split_type: SplitType = "Line",
        compression_type: CompressionType = "None",
        strategy: Strategy = "MultiRecord",
        assemble_with: SplitType = "Line",
        input_filter: str = "$",
        output_filter: str = "$",
        join_source: JoinSource = "None",
        instance_type: str = "ml.m5.large",
        instance_count: int = 1,
        max_concurrent_transforms: int | None = None,
        max_payload: Size | None = None,
        invocation_timeout: Duration | None = None,
        max_retries: int | None = None,
        environment: Mapping[str, str] | None = None,
        output_bucket: s3.IBucket | None = None,
        output_prefix: str = "transform/",
        encryption_key: kms.IKey | None = None,
        input_encryption_key: kms.IKey | None = None,
        schedule: events.Schedule | None = None,
        failure_topic: sns.ITopic | None = None,
        transform_name: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        problems = Problems(self)
        settings = TransformSettings(
            data=data,
            content_type=content_type,
            accept=accept or content_type,
            split_type=split_type,
            compression_type=compression_type,
            strategy=strategy,
            assemble_with=assemble_with,
            input_filter=input_filter,
            output_filter=output_filter,
            join_source=join_source,
            instance_type=instance_type,
            instance_count=instance_count,
            max_concurrent_transforms=max_concurrent_transforms,
            max_payload=None if max_payload is None else int(max_payload.to_mebibytes()),
            invocation_timeout=invocation_timeout,
            max_retries=max_retries,
            environment=environment or {},
            encryption_key=encryption_key,
            tags=tags or {},
        )
        problems.add(setting_problems(settings))
        problems.add(_own_problems(model, transform_name, output_prefix, schedule, data))
        problems.add(model.use_instance_type(instance_type))
        problems.raise_all()

        self.model = model
        """What predicts."""
        self.transform_name = transform_name or self._derived_name()
        """Name of the state machine, and how the names of its jobs begin."""
        self.output_bucket: s3.IBucket = output_bucket or closed_bucket(self, "Output", encryption_key=encryption_key)
        """Where predictions are written."""
        self.output_prefix = output_prefix
        self._settings = settings
        self._key = encryption_key or self.output_bucket.encryption_key
        self._allowed = 0

        # What it needs of the CDK takes long to import, and most apps do without.
        from constructs_lib.jobs.machine import JobMachine

        self._machine = JobMachine(
            self,
            "Machine",
            name=self.transform_name,
            definition=self._definition,
            rights_id="Transform",
            rights=job_statements.run_transform_jobs(
                job_arn=self._jobs_arn, rule_arn=self._arn("events", f":rule/{_JOBS_RULE}")
            ),
            prefix_reason=_OUTPUT_REASON,
            failure_text="A transform job failed",
            schedule=schedule,
            failure_topic=failure_topic,
            encryption_key=encryption_key,
        )
        reasons = {"Predictions": _OUTPUT_REASON}
        self._machine.wait_for(
            add_policies(self, roles=[model.role], statements_by_id=self._role_rights(), prefix_reasons=reasons)
        )
        if data is not None:
            self.allow_inputs(data, encryption_key=input_encryption_key)
        # The client finds the state machine by the end of this name.
        CfnOutput(
            self,
            "TransformStateMachineArn",
            value=self._machine.arn,
            description="state machine that runs batch transform jobs",
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
        """The ``s3://`` address that each job writes below, in a folder with its name."""
        return f"s3://{self.output_bucket.bucket_name}/{self.output_prefix}"

    def allow_inputs(self, data: str, *, encryption_key: kms.IKey | None = None) -> None:
        """Let jobs read more than the construct's own data: what may be given to ``transform``.

        Parameters
        ----------
        data
            ``s3://bucket/prefix``.
        encryption_key
            The KMS key that the objects are encrypted with.

        Raises
        ------
        ConfigurationError
            It is no such address.
        """
        given = TrainingInput(s3_data=data, encryption_key=encryption_key)
        problems = Problems(self)
        problems.add(channel_problems({"allowed": given}))
        problems.raise_all()
        self._allowed += 1
        policy_id = f"Inputs{self._allowed}"
        self._machine.wait_for(
            add_policies(
                self,
                roles=[self.model.role],
                statements_by_id={policy_id: given.statements()},
                prefix_reasons={policy_id: INPUT_REASON},
            )
        )

    def grant_start(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow to start jobs, to follow them and to stop them, as the client does."""
        grant = iam.Grant.add_to_principal(
            grantee=grantee, actions=["states:StartExecution"], resource_arns=[self.state_machine_arn]
        )
        needed = job_statements.follow_transforms(
            execution_arn=self._arn("states", f":execution:{self.transform_name}:*"),
            job_arn=self._jobs_arn,
            log_group_arn=self._log_group_arn,
            job_prefix=self.transform_name,
            stack_arn=Stack.of(self).stack_id,
        )
        for statement in needed:
            grantee.grant_principal.add_to_principal_policy(iam.PolicyStatement.from_json(statement))
        return grant

    def grant_read_output(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow to list and to read predictions."""
        grant = iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["s3:GetObject"],
            resource_arns=[self.output_bucket.arn_for_objects(f"{self.output_prefix}*")],
        )
        needed = [statements.list_prefix(self.output_bucket.bucket_arn, self.output_prefix)]
        if self._key is not None:
            stack = Stack.of(self)
            needed.append(statements.decrypt_through_s3(self._key.key_arn, stack.region, stack.url_suffix))
        for statement in needed:
            grantee.grant_principal.add_to_principal_policy(iam.PolicyStatement.from_json(statement))
        return grant

    def _definition(self) -> dict[str, Any]:
        steps = [
            *collect_settings(self._settings, name_prefix=self.transform_name),
            transform(
                self._settings,
                model_name=self.model.model_name,
                output_uri=self.output_path,
                output_key=None if self._key is None else self._key.key_arn,
                partition=Aws.PARTITION,
            ),
        ]
        return definition(f"Predicts files by SageMaker transform jobs, for {self.node.path}", steps)

    def _role_rights(self) -> dict[str, Sequence[Statement]]:
        """Return what the model's role needs beside what it has for an endpoint, by the id of the policy."""
        stack = Stack.of(self)
        written = [statements.write_objects([self.output_bucket.arn_for_objects(f"{self.output_prefix}*")])]
        if self._key is not None:
            written.append(statements.use_key_through_s3(self._key.key_arn, stack.region, stack.url_suffix))
        if self._settings.encryption_key is not None and encrypts_volume(self._settings):
            written.append(job_statements.encrypt_volume(self._settings.encryption_key.key_arn))
        logs = [
            *job_statements.write_job_logs(self._log_group_arn, self.transform_name),
            statements.put_metrics("/aws/sagemaker/TransformJobs"),
        ]
        return {"Predictions": written, "Logs": logs}

    @property
    def _jobs_arn(self) -> str:
        return self._arn("sagemaker", f":transform-job/{self.transform_name}-*")

    @property
    def _log_group_arn(self) -> str:
        return self._arn("logs", ":log-group:/aws/sagemaker/TransformJobs")

    def _arn(self, service: str, rest: str) -> str:
        stack = Stack.of(self)
        return f"arn:{stack.partition}:{service}:{stack.region}:{stack.account}{rest}"

    def _derived_name(self) -> str:
        name: str = Names.unique_resource_name(self, max_length=MAX_NAME, separator="-")
        return name.lower()


def _own_problems(
    model: SklearnModel, name: str | None, output_prefix: str, schedule: events.Schedule | None, data: str | None
) -> Iterator[str]:
    if model.is_multi_model:
        yield "model is many models, which batch transform does not run; give a SklearnModel"
    if model.is_uncompressed:
        yield "model has uncompressed model data, which batch transform does not take; pack it into a model.tar.gz"
    if name is not None and (Token.is_unresolved(name) or not re.fullmatch(r"(?=.{1,39}$)[a-z0-9](-*[a-z0-9])*", name)):
        yield (
            f"transform_name {name!r} is not a name; use a literal of at most {MAX_NAME} lower-case letters, digits "
            "and hyphens, no hyphen at either end: the time of the job follows it"
        )
    if not Token.is_unresolved(output_prefix) and not re.fullmatch(r"([A-Za-z0-9!_.*()-]+/)+", output_prefix):
        yield (
            f"output_prefix is {output_prefix!r}; give a key that ends in '/' and does not begin with one, of letters, "
            "digits and '!_.*()-'"
        )
    if schedule is not None and data is None:
        yield "schedule is given without data, so the jobs that it starts would have none; give data"


_JOBS_RULE = "StepFunctionsGetEventsForSageMakerTransformJobsRule"
_OUTPUT_REASON = "Each job writes its predictions under keys of its own, which hold the job's name."
