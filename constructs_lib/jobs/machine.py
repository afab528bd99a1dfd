"""What runs the jobs of a construct: a state machine, its schedule, and the alarm that tells of a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import jsii
from aws_cdk import Annotations, Duration, IStableStringProducer, Lazy, RemovalPolicy, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from constructs_lib.alarm_topics import let_alarms_publish, make_alarm_topic
from constructs_lib.execution_role import add_policies
from constructs_lib.jobs import statements

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from constructs_lib.statements import Statement


class JobMachine(Construct):
    """The state machine of a `SklearnTraining` or a `SklearnTransform`, which makes it.

    Parameters
    ----------
    name
        Of the state machine, and how the names of its jobs begin.
    definition
        Gives the definition; called at synthesis, when everything is known.
    rights_id, rights
        What its role needs for its jobs, and the id of that policy.
    prefix_reason
        Why the role has wildcards in keys.
    failure_text
        What the alarm tells of.
    schedule
        When it starts by itself; None: never.
    failure_topic
        Who is told of a failure; None: a topic of its own.
    encryption_key
        Encrypts log and topic.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        definition: Callable[[], dict[str, Any]],
        rights_id: str,
        rights: Sequence[Statement],
        prefix_reason: str,
        failure_text: str,
        schedule: events.Schedule | None,
        failure_topic: sns.ITopic | None,
        encryption_key: kms.IKey | None,
    ) -> None:
        super().__init__(scope, construct_id)
        stack = Stack.of(self)
        self._prefix_reason = prefix_reason
        self._role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
        if isinstance(encryption_key, kms.Key):
            self._let_services_use(encryption_key, name)
        elif encryption_key is not None:
            Annotations.of(self).add_warning_v2(
                "constructs_lib:imported-key",
                "nothing is added to the policy of an imported key; let logs.<region>.amazonaws.com use it for the log "
                "of the executions (kms:Encrypt, kms:Decrypt, kms:ReEncrypt*, kms:GenerateDataKey*, kms:DescribeKey)",
            )
        log = logs.LogGroup(
            self,
            "Log",
            log_group_name=log_group_name(name),
            retention=logs.RetentionDays.THREE_MONTHS,
            encryption_key=encryption_key,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.cfn_state_machine = sfn.CfnStateMachine(
            self,
            "Resource",
            state_machine_name=name,
            role_arn=self._role.role_arn,
            definition_string=Lazy.string(cast("IStableStringProducer", _Definition(stack, definition))),
            logging_configuration=sfn.CfnStateMachine.LoggingConfigurationProperty(
                destinations=[
                    sfn.CfnStateMachine.LogDestinationProperty(
                        cloud_watch_logs_log_group=sfn.CfnStateMachine.CloudWatchLogsLogGroupProperty(
                            log_group_arn=log.log_group_arn
                        )
                    )
                ],
                # Hyperparameters and addresses of data are in the history of the execution, for who may read that.
                include_execution_data=False,
                level="ALL",
            ),
            tracing_configuration=sfn.CfnStateMachine.TracingConfigurationProperty(enabled=True),
        )
        self.arn: str = self.cfn_state_machine.ref
        self.add_rights({rights_id: rights, "Observe": statements.log_executions()})
        if failure_topic is not None:
            let_alarms_publish(self, failure_topic)
        self.failure_topic = failure_topic or make_alarm_topic(self, "Failures", encryption_key=encryption_key)
        self.failure_alarm = self._alarm(failure_text)
        if schedule is not None:
            self._start_on(schedule)

    def add_rights(self, statements_by_id: dict[str, Sequence[Statement]]) -> None:
        """Give the role of the state machine rights, before which no execution may start."""
        reasons = dict.fromkeys(statements_by_id, self._prefix_reason)
        self.wait_for(add_policies(self, roles=[self._role], statements_by_id=statements_by_id, prefix_reasons=reasons))

    def wait_for(self, policies: Sequence[iam.CfnPolicy]) -> None:
        """Have the state machine made after policies."""
        for policy in policies:
            self.cfn_state_machine.node.add_dependency(policy)

    def _let_services_use(self, key: kms.Key, name: str) -> None:
        """Let CloudWatch Logs write the log group."""
        stack = Stack.of(self)
        group = f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group:{log_group_name(name)}"
        log = iam.ServicePrincipal(
            f"logs.{stack.region}.{stack.url_suffix}",
            conditions={"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": group}},
        )
        key.grant(log, "kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")

    def _alarm(self, text: str) -> cloudwatch.Alarm:
        metric = cloudwatch.Metric(
            namespace="AWS/States",
            metric_name="ExecutionsFailed",
            dimensions_map={"StateMachineArn": self.arn},
            statistic="Sum",
            period=Duration.minutes(1),
        )
        alarm = metric.create_alarm(
            self,
            "FailureAlarm",
            threshold=1,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=text,
        )
        alarm.add_alarm_action(cast("cloudwatch.IAlarmAction", actions.SnsAction(self.failure_topic)))
        return alarm

    def _start_on(self, schedule: events.Schedule) -> None:
        role = iam.Role(self, "ScheduleRole", assumed_by=iam.ServicePrincipal("events.amazonaws.com"))
        policies = add_policies(self, roles=[role], statements_by_id={"Start": [statements.start_executions(self.arn)]})
        rule = events.CfnRule(
            self,
            "Schedule",
            schedule_expression=schedule.expression_string,
            targets=[events.CfnRule.TargetProperty(arn=self.arn, id="Jobs", role_arn=role.role_arn, input="{}")],
        )
        for policy in policies:
            rule.node.add_dependency(policy)


def log_group_name(name: str) -> str:
    """Return the name of a state machine's log group.

    Under this prefix, deliveries need no entry of their own in the account's resource policy.
    """
    return f"/aws/vendedlogs/states/{name}"


@jsii.implements(IStableStringProducer)
class _Definition:
    """The definition as a text that is made when the template is."""

    def __init__(self, stack: Stack, definition: Callable[[], dict[str, Any]]) -> None:
        self._stack = stack
        self._definition = definition

    def produce(self) -> str:
        return self._stack.to_json_string(self._definition())
