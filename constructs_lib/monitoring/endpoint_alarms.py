"""The alarms of an endpoint: thresholds by severity, for each of its variants."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, TypeAlias

from aws_cdk import Duration, Token
from aws_cdk import aws_cloudwatch as cloudwatch

from constructs_lib.monitoring.alarm_names import alarm_name
from constructs_lib.monitoring.alarm_rules import RULES
from constructs_lib.monitoring.watched_alarm import WatchedAlarm

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from constructs import Construct

    from constructs_lib.endpoint_base import EndpointBase
    from constructs_lib.endpoint_traits import EndpointTraits
    from constructs_lib.monitoring.alarm_rules import AlarmRule

Thresholds: TypeAlias = "Mapping[str, float] | None"
Limits: TypeAlias = "Mapping[str, Duration] | None"


@dataclass(frozen=True, kw_only=True)
class EndpointAlarms:
    """Thresholds of an endpoint's alarms, each keyed by severity: ``{"warning": 1, "critical": 5}``.

    A severity is any word; `SklearnEndpointMonitoring` tells the topic of each. None has the default below, ``{}`` no
    alarm. Each production variant has alarms of its own; a shadow variant has none, since nobody waits for it.

    Parameters
    ----------
    server_error_percent
        Requests answered with 5xx, in percent; default: warning 1, critical 5.
    client_error_percent
        Requests refused with 4xx, in percent; default: warning 20.
    model_latency_p99
        Time in the container for 99 of 100 requests; default: warning 10 s.
    overhead_latency_p99
        Time beside the container for 99 of 100 requests; default: no alarm. Not for asynchronous endpoints.
    cpu_percent
        CPU of the instances, in percent of all their vCPUs; default: warning 80, where their number is known. Not for
        serverless endpoints.
    memory_percent
        Memory of the fullest instance, in percent; default: warning 85, critical 95.
    disk_percent
        Disk of the fullest instance, in percent; default: warning 90. Not for serverless endpoints.
    concurrency_percent
        Requests under way, in percent of a serverless variant's maximum; default: warning 80.
    fewest_requests
        Requests a minute below which the alarm fires; default: no alarm. Not for asynchronous endpoints.
    failed_requests
        Requests a minute of an asynchronous endpoint that come to no answer; default: warning 0. One minute is enough,
        so that each is told.
    backlog_per_instance
        Requests that wait for an instance of an asynchronous endpoint; default: no alarm.
    oldest_request
        How long the oldest request of an asynchronous endpoint may wait; default: warning 15 minutes.
    evaluation_periods
        Minutes that are looked at; default 3.
    datapoints_to_alarm
        Minutes of them that must be beyond the threshold; default 2. An endpoint that is called less than about once a
        minute needs 1: a minute without requests is not beyond any.

    Example
    -------
    >>> EndpointAlarms(server_error_percent={"page": 5}, client_error_percent={}).evaluation_periods
    3
    """

    server_error_percent: Thresholds = None
    client_error_percent: Thresholds = None
    model_latency_p99: Limits = None
    overhead_latency_p99: Limits = None
    cpu_percent: Thresholds = None
    memory_percent: Thresholds = None
    disk_percent: Thresholds = None
    concurrency_percent: Thresholds = None
    fewest_requests: Thresholds = None
    failed_requests: Thresholds = None
    backlog_per_instance: Thresholds = None
    oldest_request: Limits = None
    evaluation_periods: int = 3
    datapoints_to_alarm: int = 2

    def severities(self, traits: EndpointTraits) -> list[str]:
        """Give the severities of the alarms that an endpoint gets, in order of appearance."""
        return list(dict.fromkeys(severity for rule in _rules(traits) for severity in self.thresholds(rule.setting)))

    def problems(self, traits: EndpointTraits) -> Iterator[str]:
        """Say what CloudWatch would refuse, or what the endpoint has no metric for."""
        known = {rule.setting: rule.highest for rule in _rules(traits)}
        for setting in (field.name for field in fields(self) if field.name not in _PERIODS):
            given = getattr(self, setting)
            if given is None:
                continue
            yield from _setting_problems(setting, given, known.get(setting))
            for name in traits.variant_names if given and setting == "cpu_percent" and setting in known else ():
                if name not in traits.vcpus:
                    yield (
                        f"alarms has cpu_percent, and the vCPUs of variant {name!r} are not known; give the imported "
                        f"endpoint traits with vcpus={{{name!r}: 2}}, or what an instance has"
                    )
            if given and setting not in known:
                kind = f"an endpoint of kind {traits.kind!r}"
                yield f"alarms has {setting}, and {kind} publishes no such metric; leave it out"
        periods, points = self.evaluation_periods, self.datapoints_to_alarm
        if not any(map(Token.is_unresolved, (periods, points))) and not 1 <= points <= periods <= _MOST_PERIODS:
            yield (
                f"alarms has datapoints_to_alarm {points} of evaluation_periods {periods}; give 1 to "
                f"{_MOST_PERIODS} periods, and no more of them"
            )

    def bind(self, scope: Construct, endpoint: EndpointBase) -> list[WatchedAlarm]:
        """Make the alarms of an endpoint, below a construct."""
        made: list[WatchedAlarm] = []
        for rule in _rules(endpoint.traits):
            for severity, threshold in self.thresholds(rule.setting).items():
                names = self._watched(rule, endpoint.traits)
                made += [self._alarm(scope, endpoint, rule, name, severity, threshold) for name in names]
        return made

    def _watched(self, rule: AlarmRule, traits: EndpointTraits) -> Sequence[str]:
        """Give the variants that a rule has alarms for; an empty name stands for the endpoint as a whole."""
        if not rule.of_variant:
            return [""]
        return [name for name in traits.variant_names if not rule.per_vcpu or name in traits.vcpus]

    def thresholds(self, setting: str) -> dict[str, float]:
        """Give the thresholds of a setting as numbers: milliseconds of a latency, seconds of an age."""
        given = getattr(self, setting)
        if given is None or not isinstance(given, Mapping):
            given = _default(setting)
        return {severity: _number(setting, threshold) for severity, threshold in given.items()}

    def _alarm(
        self,
        scope: Construct,
        endpoint: EndpointBase,
        rule: AlarmRule,
        variant: str,
        severity: str,
        threshold: float,
    ) -> WatchedAlarm:
        whose = f"variant {variant} of {endpoint.endpoint_name}" if variant else endpoint.endpoint_name
        look = rule.look.format(endpoint=endpoint.endpoint_name)
        scale = rule.scale * (endpoint.traits.vcpus[variant] if rule.per_vcpu else 1)
        comparison = cloudwatch.ComparisonOperator
        missing = cloudwatch.TreatMissingData
        alarm = rule.metric(endpoint, variant, Duration.minutes(1)).create_alarm(
            scope,
            f"{variant}{_identifier(rule.name)}{severity[0].upper()}{severity[1:]}",
            alarm_name=alarm_name(endpoint.endpoint_name, variant, rule.name, severity),
            alarm_description=f"{severity}: {rule.text.format(threshold=threshold)} ({whose}). {look}",
            threshold=threshold * scale,
            comparison_operator=(
                comparison.LESS_THAN_THRESHOLD if rule.fires_below else comparison.GREATER_THAN_THRESHOLD
            ),
            evaluation_periods=self.evaluation_periods,
            datapoints_to_alarm=1 if rule.at_once else self.datapoints_to_alarm,
            treat_missing_data=missing.BREACHING if rule.fires_below else missing.NOT_BREACHING,
        )
        is_default = getattr(self, rule.setting) is None
        return WatchedAlarm(alarm, rule.setting, severity, threshold, rule.name.replace("-", " "), is_default)


def _rules(traits: EndpointTraits) -> list[AlarmRule]:
    return [rule for rule in RULES if traits.kind in rule.kinds]


def _setting_problems(setting: str, given: object, highest: float | None) -> Iterator[str]:
    """Say what is no mapping of severities to what the setting takes."""
    kind, example = (Duration, "Duration.seconds(2)") if setting in _DURATIONS else ((int, float), "5")
    if not isinstance(given, Mapping):
        yield f"alarms has {setting} {given!r}; give thresholds by severity, such as {{'critical': {example}}}"
        return
    names = [severity.lower() for severity in given]
    for severity, threshold in given.items():
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,30}", severity):
            yield f"alarms has severity {severity!r} in {setting}; give a word of letters and digits"
        if names.count(severity.lower()) > 1:
            yield f"alarms has severity {severity!r} twice in {setting}, but for capital letters; give each once"
        if not isinstance(threshold, kind):
            yield f"alarms has {setting} {threshold!r} for {severity!r}; give one such as {example}"
        elif _is_token(threshold):
            yield f"alarms has {setting} for {severity!r} that only the deployment knows; give one such as {example}"
        else:
            yield from _threshold_problems(setting, severity, _number(setting, threshold), highest)


def _threshold_problems(setting: str, severity: str, threshold: float, highest: float | None) -> Iterator[str]:
    if threshold < 0 or (threshold == 0 and setting != "failed_requests"):
        yield f"alarms has {setting} {threshold:g} for {severity!r}; give more than 0"
    if highest is not None and threshold >= highest:
        yield f"alarms has {setting} {threshold:g} for {severity!r}; give less than {highest:g}, or it never fires"


def _number(setting: str, threshold: float | Duration) -> float:
    if not isinstance(threshold, Duration):
        return threshold
    if setting == "oldest_request":
        return float(threshold.to_seconds(integral=False))
    return float(threshold.to_milliseconds(integral=False))


def _is_token(threshold: float | Duration) -> bool:
    if isinstance(threshold, Duration):
        return bool(threshold.is_unresolved())
    return bool(Token.is_unresolved(threshold))


def _default(setting: str) -> Mapping[str, float | Duration]:
    defaults: dict[str, Mapping[str, float | Duration]] = {
        "server_error_percent": {"warning": 1, "critical": 5},
        "client_error_percent": {"warning": 20},
        "model_latency_p99": {"warning": Duration.seconds(10)},
        "cpu_percent": {"warning": 80},
        "memory_percent": {"warning": 85, "critical": 95},
        "disk_percent": {"warning": 90},
        "concurrency_percent": {"warning": 80},
        "failed_requests": {"warning": 0},
        "oldest_request": {"warning": Duration.minutes(15)},
    }
    return defaults.get(setting, {})


def _identifier(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("-"))


_PERIODS = ("evaluation_periods", "datapoints_to_alarm")
_DURATIONS = ("model_latency_p99", "overhead_latency_p99", "oldest_request")
# CloudWatch looks at a day at most: minutes of it.
_MOST_PERIODS = 1440
