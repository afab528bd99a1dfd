"""An alarm's state, and the reason for it, come of the values in its periods."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from local_sagemaker import pace
from local_sagemaker.monitoring.alarms.evaluation import COMPARISONS, Evaluation, evaluate, last_values, range_end
from local_sagemaker.monitoring.alarms.reasons import OPERATORS
from local_sagemaker.monitoring.alarms.states import ALARM, INSUFFICIENT_DATA, OK
from local_sagemaker.monitoring.alarms.watching import check_alarm
from local_sagemaker.monitoring.metric_history import Entry, MetricHistory, metric_of, sample_of
from local_sagemaker.monitoring.metric_queries import QueryError

# A minute is a second here: the last one that is over began at NOW - 1.
NOW = 1_800_000_000.0
MINUTE = "15/01/27 07:59:59"
DIMENSIONS = [{"Name": "EndpointName", "Value": "churn"}]


def alarm(**more: Any) -> Any:
    options = {
        "namespace": "N",
        "metric_name": "m",
        "metric_data_queries": [],
        "dimensions": [SimpleNamespace(name="EndpointName", value="churn")],
        "comparison_operator": "GreaterThanThreshold",
        "threshold": 0.5,
        "period": 60,
        "evaluation_periods": 1,
        "datapoints_to_alarm": None,
        "statistic": "Average",
        "extended_statistic": None,
        "treat_missing_data": None,
        "evaluate_low_sample_count_percentile": None,
        "unit": None,
    }
    return SimpleNamespace(**{**options, **more})


def history(*minutes: list[float] | None, name: str = "m", unit: str = "None") -> MetricHistory:
    """Make a history of minutes, the latest first."""
    made = MetricHistory()
    for number, values in enumerate(minutes):
        moment = NOW - number - 0.5
        made.add(Entry(metric_of("N", name, DIMENSIONS), sample_of(value, moment), unit) for value in values or ())
    return made


def evaluated(*minutes: list[float] | None, **more: Any) -> Evaluation | None:
    made = alarm(**more)
    check_alarm(made)
    return evaluate(made, history(*minutes), NOW)


def state(*minutes: list[float] | None, **more: Any) -> str | None:
    found = evaluated(*minutes, **more)
    return None if found is None else found.state


def reason(*minutes: list[float] | None, **more: Any) -> str:
    found = evaluated(*minutes, **more)
    assert found is not None
    return found.reason


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("GreaterThanThreshold", 0.5, OK),
        ("GreaterThanThreshold", 0.6, ALARM),
        ("GreaterThanOrEqualToThreshold", 0.5, ALARM),
        ("LessThanThreshold", 0.5, OK),
        ("LessThanThreshold", 0.4, ALARM),
        ("LessThanOrEqualToThreshold", 0.5, ALARM),
    ],
)
def test_a_value_is_compared_with_the_threshold(operator, value, expected):
    assert state([value], comparison_operator=operator) == expected


def test_as_many_periods_as_asked_for_must_be_beyond_it():
    assert state([1.0], [0.0], evaluation_periods=2) == OK
    assert state([1.0], [1.0], evaluation_periods=2) == ALARM
    assert state([1.0], [0.0], [1.0], evaluation_periods=3, datapoints_to_alarm=2) == ALARM


@pytest.mark.parametrize(
    ("treatment", "expected"),
    [
        ("breaching", ALARM),
        ("notBreaching", OK),
        ("ignore", None),
        ("missing", INSUFFICIENT_DATA),
        (None, INSUFFICIENT_DATA),
    ],
)
def test_what_is_missing_counts_as_the_alarm_says(treatment, expected):
    assert state(treat_missing_data=treatment) == expected


def test_the_percentile_decides_where_there_is_one():
    slow = [0.0] * 98 + [9.0, 9.0]
    assert state(slow, extended_statistic="p99", statistic=None) == ALARM
    assert state(slow, extended_statistic="p90", statistic=None) == OK


@pytest.mark.parametrize(("name", "few", "enough"), [("p90", 99, 100), ("p10", 99, 100), ("p50", 19, 20)])
def test_a_percentile_of_few_values_may_leave_the_alarm_as_it_is(name, few, enough):
    options = {"extended_statistic": name, "statistic": None, "evaluate_low_sample_count_percentile": "ignore"}
    assert state([1.0] * few, **options) is None
    assert state([1.0] * enough, **options) == ALARM
    assert state([1.0], **{**options, "evaluate_low_sample_count_percentile": "evaluate"}) == ALARM
    assert state([1.0], evaluate_low_sample_count_percentile="ignore") == ALARM  # it has no percentile


def test_only_values_of_the_unit_count_where_there_is_one():
    assert state([1.0], unit="Seconds") == INSUFFICIENT_DATA
    found = evaluate(alarm(unit="Seconds"), history([1.0], unit="Seconds"), NOW)
    assert found is not None
    assert json.loads(found.reason_data)["unit"] == "Seconds"


def query(identifier: str, name: str = "", expression: str = "", returned: Any = True, period: int = 60) -> Any:
    metric = SimpleNamespace(
        namespace="N", metric_name=name, dimensions=[SimpleNamespace(name="EndpointName", value="churn")]
    )
    stat = SimpleNamespace(metric=metric, period=period, stat="Sum", unit=None) if name else None
    return SimpleNamespace(id=identifier, label=None, expression=expression, return_data=returned, metric_stat=stat)


def on(*queries: Any, **more: Any) -> Any:
    return alarm(metric_name=None, namespace=None, statistic=None, period=None, metric_data_queries=[*queries], **more)


def test_an_expression_sees_minutes_of_aws_whatever_the_pace():
    made = on(query("rate", expression="m / PERIOD(m)"), query("m", "m", returned=False), threshold=1.5)
    check_alarm(made)
    calm, found = evaluate(made, history([30, 60]), NOW), evaluate(made, history([60, 60]), NOW)
    assert calm is not None
    assert found is not None
    assert (calm.state, found.state) == (OK, ALARM)
    assert found.reason == (
        f"Threshold Crossed: 1 out of the last 1 datapoints [2.0 ({MINUTE})] was greater than the threshold (1.5) "
        "(minimum 1 datapoint for OK -> ALARM transition)."
    )
    data = json.loads(found.reason_data)
    assert "statistic" not in data
    assert data["evaluatedDatapoints"] == [{"timestamp": "2027-01-15T07:59:59.000+0000", "value": 2.0}]


@pytest.mark.parametrize(
    ("minutes", "options", "expected"),
    [
        (
            [[1.0], [0.9], [0.0]],
            {"evaluation_periods": 3, "datapoints_to_alarm": 2},
            (
                f"Threshold Crossed: 2 out of the last 3 datapoints [1.0 ({MINUTE}), 0.9 (15/01/27 07:59:58)] were "
                "greater than the threshold (0.5) (minimum 2 datapoints for OK -> ALARM transition)."
            ),
        ),
        (
            [[0.0], [0.9], [1.0]],
            {"evaluation_periods": 3},
            (
                f"Threshold Crossed: 1 out of the last 3 datapoints [0.0 ({MINUTE})] was not greater than the "
                "threshold (0.5) (minimum 1 datapoint for ALARM -> OK transition)."
            ),
        ),
        (
            [None, None, [1.0]],
            {"comparison_operator": "LessThanThreshold", "evaluation_periods": 3, "datapoints_to_alarm": 1},
            "Threshold Crossed: 1 datapoint [1.0 (15/01/27 07:59:57)] was not less than the threshold (0.5).",
        ),
        ([], {}, "Insufficient Data: 1 datapoint was unknown."),
        ([], {"evaluation_periods": 2}, "Insufficient Data: 2 datapoints were unknown."),
        (
            [],
            {"evaluation_periods": 2, "treat_missing_data": "breaching"},
            (
                "Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated as "
                "[Breaching]."
            ),
        ),
        (
            [],
            {"treat_missing_data": "notBreaching"},
            (
                "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as "
                "[NonBreaching]."
            ),
        ),
        (
            [[1.0]],
            {"evaluation_periods": 3, "treat_missing_data": "breaching"},
            (
                "Threshold Crossed: 1 datapoint was received for 3 periods and 2 missing datapoints were treated as "
                "[Breaching]."
            ),
        ),
    ],
)
def test_the_reason_is_in_cloudwatchs_words(minutes, options, expected):
    assert reason(*minutes, **options) == expected


def test_the_reasons_data_say_what_was_looked_at():
    found = evaluated([1.0, 2.0], [3.0], evaluation_periods=2)
    assert found is not None
    assert json.loads(found.reason_data) == {
        "version": "1.0",
        "queryDate": "2027-01-15T08:00:00.000+0000",
        "startDate": "2027-01-15T07:59:58.000+0000",
        "statistic": "Average",
        "period": 60,
        "recentDatapoints": [3.0, 1.5],
        "threshold": 0.5,
        "evaluatedDatapoints": [
            {"timestamp": "2027-01-15T07:59:59.000+0000", "sampleCount": 2.0, "value": 1.5},
            {"timestamp": "2027-01-15T07:59:58.000+0000", "sampleCount": 1.0, "value": 3.0},
        ],
    }
    nothing = evaluated()
    assert nothing is not None
    data = json.loads(nothing.reason_data)
    assert "startDate" not in data
    assert data["evaluatedDatapoints"] == [{"timestamp": "2027-01-15T07:59:59.000+0000"}]


def test_the_last_values_are_those_that_are_known():
    assert last_values(alarm(evaluation_periods=3), history([1.0], None, [3.0]), NOW) == [1, 3]


def test_a_long_alarm_slides_with_each_minute_and_a_short_one_with_its_period():
    try:
        assert range_end(300, 1000.7) == 1000
        assert range_end(30, 1000.7) == 1000.5
        pace.use(1)
        assert range_end(300, 1000.7) == 960
    finally:
        pace.use(pace.DEFAULT_SPEED)


def test_every_comparison_has_words():
    assert set(OPERATORS) == set(COMPARISONS)


HIDDEN = query("m", "m", returned=False)


def of(expression: str) -> Any:
    """Make an alarm on an expression over m."""
    return on(query("e", expression=expression), HIDDEN)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (alarm(metric_name=None), "An alarm has Metrics, or Namespace, MetricName, Period and Statistic"),
        (alarm(statistic=None), "An alarm has Metrics"),
        (alarm(period=45), "The period 45 must be"),
        (alarm(period=5), "The period 5 must be 10, 20, 30 or a multiple of 60"),
        (alarm(evaluation_periods=2, datapoints_to_alarm=3), "DatapointsToAlarm is 3, and must be at most"),
        (alarm(evaluation_periods=1441), "more than 86400 seconds"),
        (alarm(period=86_400, evaluation_periods=8), "more than 604800 seconds"),
        (on(query("m", "m"), query("n", "n")), "Exactly one element of the metrics list should return data, and 2 do"),
        (on(query("m", "m", returned="false")), "and 0 do"),
        (on(query("e", expression="5 * 2")), "must have metrics of one period, and has those of none"),
        (on(query("e", expression="m"), HIDDEN, query("n", "n", period=300, returned=False)), "60, 300"),
        (on(query("m", "m", expression="n")), "either MetricStat or Expression"),
        (on(query("m")), "either MetricStat or Expression"),
        (on(query("m", "m", period=7)), "The period 7 must be"),
        (of("SEARCH('x')"), "the function SEARCH is not emulated"),
        (of("n + 1"), "has the Id 'n'"),
        (of("AVG(m)"), "the result is a number"),
        (of("[m, m]"), "watches one time series, and 'e' gives 2"),
        (
            on(query("m0", "m"), *(query(f"m{number}", "m", returned=False) for number in range(1, 11))),
            "has 11 metrics, and CloudWatch takes 10",
        ),
    ],
)
def test_an_alarm_that_cloudwatch_refuses_is_refused(made, words):
    with pytest.raises(QueryError, match=words):
        check_alarm(made)
