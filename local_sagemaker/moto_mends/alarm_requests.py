"""Alarms are put, described and set as CloudWatch does it, composite ones included.

moto 5.2.5 lets a new alarm be OK and an updated one forget its state, takes any expression and keeps no history that
can be asked for; it has no PutCompositeAlarm, and DescribeAlarms has neither pages nor AlarmTypes
(moto/cloudwatch/models.py and responses.py). What an alarm does when its state changes is in `monitoring.alarms`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.cloudwatch.exceptions import InvalidParameterCombination, ResourceNotFound, ValidationError
from moto.cloudwatch.models import Alarm, CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult

from local_sagemaker.monitoring.alarms.composites import parents
from local_sagemaker.monitoring.alarms.descriptions import description
from local_sagemaker.monitoring.alarms.evaluation import COMPARISONS
from local_sagemaker.monitoring.alarms.log import (
    COMPOSITE_ALARM,
    CONFIGURATION,
    METRIC_ALARM,
    alarm_log,
    alarm_type,
)
from local_sagemaker.monitoring.alarms.missing_data import TREATMENTS
from local_sagemaker.monitoring.alarms.rules import Rule, RuleError
from local_sagemaker.monitoring.alarms.states import INSUFFICIENT_DATA
from local_sagemaker.monitoring.alarms.transitions import change_state
from local_sagemaker.monitoring.alarms.watching import check_alarm
from local_sagemaker.monitoring.metric_history import metric_of
from local_sagemaker.monitoring.metric_queries import QueryError
from local_sagemaker.monitoring.moments import datetime_of, seconds_of
from local_sagemaker.monitoring.statistics import UnknownStatisticError, check_statistic
from local_sagemaker.moto_mends.patching import original, patch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

# DescribeAlarms and DescribeAlarmHistory, in a page.
MOST_RECORDS = 100
MOST_ACTIONS = 5
_NOT_EMULATED = (
    "ActionConfiguration",
    "ActionsSuppressor",
    "EvaluationCriteria",
    "EvaluationInterval",
    "ThresholdMetricId",
    "WarmUpConfiguration",
)
# moto has one class of alarms.
_OF_METRIC_ALARMS = (
    "comparison_operator",
    "evaluation_periods",
    "metric_name",
    "namespace",
    "period",
    "statistic",
    "threshold",
)
_CREATED, _UPDATED, _DELETED = "Create", "Update", "Delete"


def apply() -> None:
    """Apply the mend; calling it again changes nothing."""
    put, delete = original(CloudWatchBackend, "put_metric_alarm"), original(CloudWatchBackend, "delete_alarms")

    def put_metric_alarm(self: CloudWatchBackend, **options: Any) -> Alarm:
        known = self.alarms.get(options["name"])
        if known is not None and known.rule is not None:
            raise ValidationError(f"The alarm {known.name} is a composite alarm.")
        _check_options(options)
        # moto knows no extended statistic but percentiles.
        extended = options.pop("extended_statistic", None)
        alarm: Any = put(self, **options)
        alarm.extended_statistic = extended
        try:
            check_alarm(alarm)
            if extended:
                check_statistic(extended)
        except (QueryError, UnknownStatisticError) as error:
            self.alarms.pop(alarm.name)
            if known is not None:
                self.alarms[known.name] = known
            raise ValidationError(str(error)) from error
        _take_over(alarm, known)
        made: Alarm = alarm
        return made

    def delete_alarms(self: CloudWatchBackend, names: list[str]) -> None:
        for name in names:
            left = [alarm.name for alarm in parents(self, name) if alarm.name not in names]
            if left:
                raise ValidationError(f"The alarm {name} cannot be deleted: {', '.join(left)} depends on it.")
        alarms = [self.alarms[name] for name in names if name in self.alarms]
        delete(self, names)
        for alarm in alarms:
            _note_configuration(alarm, _DELETED)

    patch(CloudWatchBackend, "put_metric_alarm", put_metric_alarm)
    patch(CloudWatchBackend, "delete_alarms", delete_alarms)
    patch(Alarm, "update_state", lambda self, reason, data, state: change_state(self, state, reason, data))
    put_response = original(CloudWatchResponse, "put_metric_alarm")

    def put_metric_alarm_response(self: CloudWatchResponse) -> Any:
        _refuse_what_is_not_emulated(self._get_params())
        return put_response(self)

    patch(CloudWatchResponse, "put_metric_alarm", put_metric_alarm_response)
    patch(CloudWatchResponse, "put_composite_alarm", _put_composite_alarm)
    patch(CloudWatchResponse, "describe_alarms", _describe_alarms)
    patch(CloudWatchResponse, "describe_alarms_for_metric", _describe_alarms_for_metric)
    patch(CloudWatchResponse, "describe_alarm_history", _describe_alarm_history)


def put_composite_alarm(backend: CloudWatchBackend, options: Mapping[str, Any]) -> Alarm:
    """Make or change a composite alarm.

    Parameters
    ----------
    backend
        moto's.
    options
        Of PutCompositeAlarm.

    Raises
    ------
    ValidationError
        CloudWatch takes no such alarm, or the local cloud does not emulate it.
    """
    _refuse_what_is_not_emulated(options)
    name = options["AlarmName"]
    known = backend.alarms.get(name)
    if known is not None and known.rule is None:
        raise ValidationError(f"The alarm {name} is a metric alarm.")
    try:
        rule = Rule(options["AlarmRule"])
    except RuleError as error:
        raise ValidationError(f"{error}.") from error
    missing = [child for child in rule.children if child not in backend.alarms and child != name]
    if missing:
        raise ValidationError(
            f"Could not save the composite alarm as alarms [{', '.join(missing)}] in the alarm rule do not exist"
        )
    make: Any = original(CloudWatchBackend, "put_metric_alarm")
    actions = {
        "alarm_actions": options.get("AlarmActions") or [],
        "ok_actions": options.get("OKActions") or [],
        "insufficient_data_actions": options.get("InsufficientDataActions") or [],
    }
    _check_actions(actions)
    alarm: Alarm = make(
        backend,
        name=name,
        description=options.get("AlarmDescription"),
        dimensions=[],
        actions_enabled=options.get("ActionsEnabled", True),
        rule=options["AlarmRule"],
        tags=options.get("Tags"),
        **actions,
        **dict.fromkeys(_OF_METRIC_ALARMS),
    )
    _take_over(alarm, known)
    return alarm


def _put_composite_alarm(self: CloudWatchResponse) -> ActionResult:
    put_composite_alarm(self.cloudwatch_backend, self._get_params())
    return EmptyResult()


def _check_options(options: Mapping[str, Any]) -> None:
    if options.get("threshold_metric_id"):
        raise ValidationError(
            "ThresholdMetricId is not emulated by the local cloud: it has no anomaly detection. Give a Threshold."
        )
    if options.get("threshold") is None:
        raise ValidationError("An alarm needs a Threshold.")
    if options["comparison_operator"] not in COMPARISONS:
        raise ValidationError(
            f"ComparisonOperator is {options['comparison_operator']!r}, and must be one of {', '.join(COMPARISONS)} "
            "(anomaly detection is not emulated by the local cloud)."
        )
    treatment = options.get("treat_missing_data")
    if treatment and treatment not in TREATMENTS:
        raise ValidationError(
            f"Option {treatment} is not supported. Supported options for parameter TreatMissingData are "
            f"{', '.join(TREATMENTS)}."
        )
    if options.get("statistic") and options.get("extended_statistic"):
        raise InvalidParameterCombination("Parameters Statistic and ExtendedStatistic are mutually exclusive.")
    if options.get("metric_data_queries") and options.get("metric_name"):
        raise ValidationError("Metrics list and MetricName are mutually exclusive.")
    _check_actions(options)


def _check_actions(options: Mapping[str, Any]) -> None:
    for name in ("alarm_actions", "ok_actions", "insufficient_data_actions"):
        number = len(options.get(name) or ())
        if number > MOST_ACTIONS:
            raise ValidationError(f"There are {number} actions, and CloudWatch takes {MOST_ACTIONS} for a state.")


def _refuse_what_is_not_emulated(parameters: Mapping[str, Any]) -> None:
    for name in _NOT_EMULATED:
        if parameters.get(name):
            raise ValidationError(f"{name} is not emulated by the local cloud: leave it out.")
    if "WallClockWindow" in (parameters.get("EvaluationWindow") or {}):
        raise ValidationError("WallClockWindow is not emulated by the local cloud: its alarms look at sliding windows.")


def _take_over(alarm: Any, known: Any) -> None:
    """Give a new alarm its first state, an updated one what it had; and note it."""
    if known is None:
        alarm.state_value = INSUFFICIENT_DATA
    else:
        alarm.state_value, alarm.state_reason = known.state_value, known.state_reason
        alarm.state_reason_data = known.state_reason_data
        alarm.state_updated_timestamp = known.state_updated_timestamp
        alarm.was_updated = True
    _note_configuration(alarm, _UPDATED if known is not None else _CREATED)


def _note_configuration(alarm: Any, kind: str) -> None:
    account, region = alarm.alarm_arn.split(":")[4], alarm.region_name
    shown = {name: value for name, value in description(alarm).items() if "Timestamp" not in name}
    past = {_CREATED: "created", _UPDATED: "updated", _DELETED: "deleted"}[kind]
    alarm_log(account, region).note(
        alarm, CONFIGURATION, f'Alarm "{alarm.name}" {past}', {"type": kind, f"{past}Alarm": shown}
    )


def _describe_alarms(self: CloudWatchResponse) -> ActionResult:
    parameters, backend = self._get_params(), self.cloudwatch_backend
    names, prefix = parameters.get("AlarmNames") or [], parameters.get("AlarmNamePrefix") or ""
    if names and prefix:
        raise ValidationError("AlarmNames and AlarmNamePrefix are mutually exclusive.")
    chosen: Iterable[Any] = backend.alarms.values()
    if parameters.get("ChildrenOfAlarmName"):
        chosen = [backend.alarms[child] for child in _children(backend, parameters["ChildrenOfAlarmName"])]
    elif parameters.get("ParentsOfAlarmName"):
        chosen = parents(backend, parameters["ParentsOfAlarmName"])
    # Without a type, only metric alarms are described; the relatives of an alarm are of either.
    relatives = parameters.get("ChildrenOfAlarmName") or parameters.get("ParentsOfAlarmName")
    types = parameters.get("AlarmTypes") or ([METRIC_ALARM, COMPOSITE_ALARM] if relatives else [METRIC_ALARM])
    found = [
        alarm
        for alarm in sorted(chosen, key=lambda alarm: str(alarm.name))
        if alarm_type(alarm) in types
        and (not names or alarm.name in names)
        and alarm.name.startswith(prefix)
        and parameters.get("StateValue") in (None, alarm.state_value)
        and _has_action(alarm, parameters.get("ActionPrefix") or "")
    ]
    page, token = _page(found, parameters)
    result: dict[str, Any] = {
        "MetricAlarms": [description(alarm) for alarm in page if alarm.rule is None],
        "CompositeAlarms": [description(alarm) for alarm in page if alarm.rule is not None],
        "NextToken": token,
    }
    return ActionResult(result)


def _children(backend: CloudWatchBackend, name: str) -> list[str]:
    alarm: Any = backend.alarms.get(name)
    if alarm is None or alarm.rule is None:
        raise ResourceNotFound(f"There is no composite alarm {name}.")
    return [child for child in Rule(alarm.rule).children if child in backend.alarms]


def _has_action(alarm: Any, prefix: str) -> bool:
    actions = (*alarm.alarm_actions, *alarm.ok_actions, *alarm.insufficient_data_actions)
    return not prefix or any(action.startswith(prefix) for action in actions)


def _describe_alarms_for_metric(self: CloudWatchResponse) -> ActionResult:
    parameters = self._get_params()
    wanted = metric_of(parameters["Namespace"], parameters["MetricName"], parameters.get("Dimensions"))
    found = []
    for alarm in self.cloudwatch_backend.alarms.values():
        # Alarms on expressions are not found so.
        described = description(alarm) if alarm.rule is None and alarm.metric_name else {}
        if described and metric_of(described["Namespace"], described["MetricName"], described["Dimensions"]) == wanted:
            names = ("Statistic", "ExtendedStatistic", "Period", "Unit")
            if all(parameters.get(name) in (None, described.get(name)) for name in names):
                found.append(described)
    return ActionResult({"MetricAlarms": found})


def _describe_alarm_history(self: CloudWatchResponse) -> ActionResult:
    parameters, backend = self._get_params(), self.cloudwatch_backend
    types = parameters.get("AlarmTypes") or [METRIC_ALARM]
    start, end = _seconds(parameters.get("StartDate"), 0.0), _seconds(parameters.get("EndDate"), float("inf"))
    items = [
        item
        for item in alarm_log(backend.account_id, backend.region_name).items()
        if parameters.get("AlarmName") in (None, item.alarm)
        and item.alarm_type in types
        and parameters.get("HistoryItemType") in (None, item.kind)
        and start <= item.time <= end
    ]
    if parameters.get("ScanBy") != "TimestampAscending":
        items.reverse()
    page, token = _page(items, parameters)
    described = [
        {
            "AlarmName": item.alarm,
            "AlarmType": item.alarm_type,
            "Timestamp": datetime_of(item.time),
            "HistoryItemType": item.kind,
            "HistorySummary": item.summary,
            "HistoryData": item.data,
        }
        for item in page
    ]
    return ActionResult({"AlarmHistoryItems": described, "NextToken": token})


def _seconds(moment: datetime | None, otherwise: float) -> float:
    return otherwise if moment is None else seconds_of(moment)


def _page(found: Sequence[Any], parameters: Mapping[str, Any]) -> tuple[Sequence[Any], str | None]:
    first = int(parameters.get("NextToken") or 0)
    following = first + min(int(parameters.get("MaxRecords") or MOST_RECORDS), MOST_RECORDS)
    return found[first:following], str(following) if following < len(found) else None
