"""What tells people of an endpoint: alarms by severity, the topics they go to, and a dashboard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from constructs_lib.alarm_topics import let_alarms_publish, make_alarm_topic
from constructs_lib.environments import environment_problems
from constructs_lib.exceptions import Problems
from constructs_lib.monitoring.endpoint_alarms import EndpointAlarms
from constructs_lib.monitoring.figures import Figures
from constructs_lib.monitoring.prices import Prices
from constructs_lib.monitoring.widgets import EndpointWidgets
from constructs_lib.names import dashboard_name_problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_sns as sns

    from constructs_lib.endpoint_base import EndpointBase
    from constructs_lib.monitoring.watched_alarm import WatchedAlarm


class SklearnEndpointMonitoring(Construct):
    """Watches an endpoint: one of the stack's own, or an imported one of the same region.

    Parameters
    ----------
    endpoint
        A `SklearnEndpoint`, or what its ``from_...`` methods give; the traits of an imported one say what it publishes.
    alarms
        Thresholds by severity; default: those of `EndpointAlarms`.
    topics
        Who is told when an alarm fires and when it is over: one topic for all, or one for each severity. Default: a
        topic of its own, TLS only.
    encryption_key
        Encrypts the topic of its own. CloudWatch must be allowed to use it, which this construct does for a key of the
        same app; without a key the topic is not encrypted, since CloudWatch may not use the account's default key.
    tell_recovery
        Whether topics are told that an alarm is over as well; default True.
    prices
        For the cost on the dashboard; default: it shows what is billed, not for how much.
    dashboard
        A dashboard of yours that the widgets are added to. Default: one of its own.
    dashboard_name
        Of its own dashboard; letters, digits, ``-`` and ``_``. No other dashboard of the account may have it, in
        whatever region. Default: the endpoint's name and the region.
    other_alarms
        Alarms of yours whose state the dashboard shows as well. Those that undo an update are shown always.

    Raises
    ------
    ConfigurationError
        With every problem found.

    Notes
    -----
    An alarm's name says endpoint, variant (but for ``AllTraffic``), subject and severity; its description says what is
    the matter and where to look. The dashboard's rows: the state of the alarms; traffic, errors, latency, size and cost
    as numbers; then each of them as a graph, with the thresholds in it.

    Example
    -------
    >>> from aws_cdk import App, Stack
    >>> from constructs_lib import EndpointAlarms, EndpointTraits, SklearnEndpoint, SklearnEndpointMonitoring
    >>> stack, traits = Stack(App(), "Watch"), EndpointTraits(vcpus={"AllTraffic": 2})
    >>> endpoint = SklearnEndpoint.from_endpoint_name(stack, "Endpoint", "churn", traits=traits)
    >>> alarms = EndpointAlarms(server_error_percent={"page": 5}, client_error_percent={}, cpu_percent={"mail": 70})
    >>> monitoring = SklearnEndpointMonitoring(stack, "Monitoring", endpoint=endpoint, alarms=alarms)
    >>> [one.severity for one in monitoring.alarms][:3]
    ['page', 'warning', 'mail']
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        endpoint: EndpointBase,
        alarms: EndpointAlarms | None = None,
        topics: sns.ITopic | Mapping[str, sns.ITopic] | None = None,
        encryption_key: kms.IKey | None = None,
        tell_recovery: bool = True,
        prices: Prices | None = None,
        dashboard: cloudwatch.Dashboard | None = None,
        dashboard_name: str | None = None,
        other_alarms: Sequence[cloudwatch.IAlarm] = (),
    ) -> None:
        super().__init__(scope, construct_id)
        settings = EndpointAlarms() if alarms is None else alarms
        prices = Prices() if prices is None else prices
        traits = endpoint.traits
        problems = Problems(self)
        problems.add(settings.problems(traits))
        problems.add(prices.problems(traits))
        problems.add(environment_problems(self, endpoint, "endpoint", "alarms see no metrics from elsewhere"))
        if topics is not None and encryption_key is not None:
            problems.add(["topics and encryption_key are both given; the key is for a topic of its own: leave one out"])
        if dashboard is not None and dashboard_name is not None:
            problems.add(["dashboard and dashboard_name are both given; a dashboard has its name: leave one out"])
        if dashboard_name is not None:
            problems.add(dashboard_name_problems(dashboard_name))
        severities = settings.severities(traits)
        for topic in topics.values() if isinstance(topics, Mapping) else filter(None, [topics]):
            problems.add(environment_problems(self, topic, "topic", "alarms tell topics of their own region", "region"))
        if isinstance(topics, Mapping):
            problems.add(_topic_problems(topics, severities))
        problems.raise_all()

        self.topics: dict[str, sns.ITopic] = self._topics(topics, severities, encryption_key)
        """Who is told, by severity."""
        self.alarms: tuple[WatchedAlarm, ...] = tuple(settings.bind(self, endpoint))
        """The alarms, each with its severity and its threshold."""
        self._tell(tell_recovery=tell_recovery)
        undo = getattr(endpoint, "rollback_alarms", ())
        widgets = EndpointWidgets(endpoint, Figures(endpoint, prices), self.alarms, [*undo, *other_alarms])
        self.dashboard = dashboard or self._make_dashboard(
            dashboard_name or f"{endpoint.endpoint_name}-{Stack.of(self).region}"
        )
        """The dashboard; add widgets of your own to it."""
        for row in widgets.rows:
            self.dashboard.add_widgets(*row)

    def _topics(
        self,
        topics: sns.ITopic | Mapping[str, sns.ITopic] | None,
        severities: Sequence[str],
        encryption_key: kms.IKey | None,
    ) -> dict[str, sns.ITopic]:
        if topics is None:
            return dict.fromkeys(severities, self._make_topic(encryption_key)) if severities else {}
        by_severity = dict(topics) if isinstance(topics, Mapping) else dict.fromkeys(severities, topics)
        for topic in {topic.node.path: topic for topic in by_severity.values()}.values():
            let_alarms_publish(self, topic)
        return by_severity

    def _make_topic(self, encryption_key: kms.IKey | None) -> sns.Topic:
        topic = make_alarm_topic(self, "Topic", encryption_key=encryption_key)
        CfnOutput(self, "TopicArn", value=topic.topic_arn, description="told by the alarms of the endpoint")
        return topic

    def _tell(self, *, tell_recovery: bool) -> None:
        from aws_cdk import aws_cloudwatch_actions as actions

        for watched in self.alarms:
            action = cast("cloudwatch.IAlarmAction", actions.SnsAction(self.topics[watched.severity]))
            watched.alarm.add_alarm_action(action)
            if tell_recovery:
                watched.alarm.add_ok_action(action)

    def _make_dashboard(self, name: str) -> cloudwatch.Dashboard:
        made = cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=name,
            default_interval=Duration.hours(3),
            # Each graph is by the minute, however much of the past is looked at.
            period_override=cloudwatch.PeriodOverride.INHERIT,
        )
        CfnOutput(self, "DashboardName", value=name, description="CloudWatch dashboard of the endpoint")
        return made


def _topic_problems(topics: Mapping[str, sns.ITopic], severities: Sequence[str]) -> Iterator[str]:
    known = ", ".join(map(repr, severities))
    for severity in severities:
        if severity not in topics:
            yield f"topics has none for severity {severity!r}; give one for each of {known}"
    for severity in topics:
        if severity not in severities:
            yield f"topics has severity {severity!r}, which no alarm has; they have {known}"
