"""Metrics are answered as CloudWatch answers: percentiles, aligned periods, expressions, pages."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_sagemaker.moto_mends import metric_data

HOUR = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
DIMENSIONS = [{"Name": "Endpoint", "Value": "churn"}]


@pytest.fixture
def cloudwatch(mended: bool, moto_server: Any, every_client: Callable[[str, str], Any]) -> Any:
    return every_client("cloudwatch", "us-east-1")


def at(minute: float) -> datetime:
    return HOUR + timedelta(minutes=minute)


def put(cloudwatch: Any, name: str, *values: float, minute: float = 0, namespace: str = "N", **more: Any) -> None:
    """Put values, one a second from a minute on."""
    data = [
        {
            "MetricName": name,
            "Dimensions": DIMENSIONS,
            "Value": value,
            "Timestamp": at(minute + number / 60),
            **more,
        }
        for number, value in enumerate(values)
    ]
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)


def query(identifier: str, name: str, stat: str = "Sum", period: int = 60, **more: Any) -> dict[str, Any]:
    unit = {"Unit": more.pop("unit")} if "unit" in more else {}
    metric = {"Namespace": "N", "MetricName": name, "Dimensions": DIMENSIONS}
    return {"Id": identifier, "MetricStat": {"Metric": metric, "Stat": stat, "Period": period, **unit}, **more}


def ask(cloudwatch: Any, *queries: dict[str, Any], **more: Any) -> dict[str, list[tuple[float, float]]]:
    """Ask for an hour; give minute and value of each point, by Id."""
    times = {"StartTime": HOUR, "EndTime": at(60), "ScanBy": "TimestampAscending"}
    results = cloudwatch.get_metric_data(MetricDataQueries=list(queries), **{**times, **more})["MetricDataResults"]
    return {result["Id"]: points(result) for result in results}


def points(result: Any) -> list[tuple[float, float]]:
    minutes = [(moment - HOUR).total_seconds() / 60 for moment in result["Timestamps"]]
    return list(zip(minutes, result["Values"], strict=True))


def test_percentiles_come_of_the_values(cloudwatch, mended):
    put(cloudwatch, "latency", *range(1, 51))
    if not mended:
        with pytest.raises(ClientError):
            ask(cloudwatch, query("p", "latency", "p90"))
        return
    found = ask(cloudwatch, query("p", "latency", "p90"), query("t", "latency", "tm50"), query("q", "latency", "p99.9"))
    assert found == {"p": [(0, 45)], "t": [(0, 13)], "q": [(0, 50)]}


def test_periods_begin_at_multiples_of_themselves(cloudwatch, mended):
    put(cloudwatch, "latency", 1, 2, minute=1.5)
    put(cloudwatch, "latency", 4, minute=7)
    found = ask(cloudwatch, query("five", "latency", period=300), StartTime=at(1), EndTime=at(12))
    assert found == {"five": [(0, 3), (5, 4)] if mended else [(1, 3), (6, 4)]}


@pytest.mark.parametrize(
    ("period", "expected"), [(1, [1, 2, 4]), (5, [3, 4]), (10, [7]), (30, [7]), (60, [7]), (3600, [7])]
)
def test_periods_may_be_short(cloudwatch, mended, period, expected):
    put(cloudwatch, "latency", 1, 2, minute=0.05)
    put(cloudwatch, "latency", 4, minute=0.1)
    found = ask(cloudwatch, query("s", "latency", period=period))
    assert [value for _, value in found["s"]] == expected


def test_an_expression_is_computed(cloudwatch, mended):
    put(cloudwatch, "errors", 1, 0, 1, 0)
    put(cloudwatch, "requests", 1, 1, 1, 1, 1)
    found = ask(
        cloudwatch,
        {"Id": "rate", "Expression": "100 * share", "Label": "errors in percent"},
        {"Id": "share", "Expression": "errors / requests", "ReturnData": False},
        query("errors", "errors", ReturnData=False),
        query("requests", "requests", ReturnData=False),
    )
    assert found.get("rate") == ([(0, 40)] if mended else [])


def test_an_array_gives_a_series_each_with_a_label_of_its_own(cloudwatch, mended):
    put(cloudwatch, "errors", 1)
    put(cloudwatch, "requests", 4)
    queries = [
        query("a", "errors", Label="Errors"),
        query("b", "requests"),
        {"Id": "all", "Expression": "METRICS() * 10", "Label": "Ten"},
        {"Id": "sum", "Expression": "a + b"},
    ]
    results = cloudwatch.get_metric_data(MetricDataQueries=queries, StartTime=HOUR, EndTime=at(60))["MetricDataResults"]
    found = [(result["Id"], result["Label"], result["Values"]) for result in results]
    expected = [
        ("a", "Errors", [1]),
        ("b", "requests", [4]),
        ("all", "Ten Errors", [10]),
        ("all", "Ten requests", [40]),
        ("sum", "sum", [5]),
    ]
    assert (found == expected) is mended


def test_the_same_name_in_another_namespace_does_not_count(cloudwatch, mended):
    put(cloudwatch, "latency", 1)
    put(cloudwatch, "latency", 100, namespace="Other")
    assert ask(cloudwatch, query("a", "latency")) == {"a": [(0, 1 if mended else 101)]}


def test_nor_do_more_dimensions(cloudwatch, mended):
    cloudwatch.put_metric_data(Namespace="N", MetricData=[{"MetricName": "m", "Value": 5, "Timestamp": HOUR}])
    put(cloudwatch, "m", 100)
    metric = {"Namespace": "N", "MetricName": "m"}
    asked = {"Id": "a", "MetricStat": {"Metric": metric, "Stat": "Sum", "Period": 60}}
    assert ask(cloudwatch, asked) == {"a": [(0, 5 if mended else 105)]}


def test_points_come_the_latest_first_unless_asked_otherwise(cloudwatch, mended):
    put(cloudwatch, "m", 1)
    put(cloudwatch, "m", 2, minute=5)
    result = cloudwatch.get_metric_data(MetricDataQueries=[query("a", "m")], StartTime=HOUR, EndTime=at(60))
    assert points(result["MetricDataResults"][0]) == [(5, 2), (0, 1)]
    assert ask(cloudwatch, query("a", "m")) == {"a": [(0, 1), (5, 2)]}


def test_results_come_in_pages(cloudwatch, mended):
    for minute in range(3):
        put(cloudwatch, "a", minute, minute=minute)
        put(cloudwatch, "b", 10 + minute, minute=minute)
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=[query("a", "a"), query("b", "b")],
        StartTime=HOUR,
        EndTime=at(60),
        ScanBy="TimestampAscending",
        MaxDatapoints=2,
    )
    found = [
        [(result["Id"], result["Values"], result["StatusCode"]) for result in page["MetricDataResults"]]
        for page in pages
    ]
    expected = [
        [("a", [0, 1], "PartialData")],
        [("a", [2], "Complete"), ("b", [10], "PartialData")],
        [("b", [11, 12], "Complete")],
    ]
    assert (found == expected) is mended
    if mended:
        with pytest.raises(ClientError, match="NextToken is invalid"):
            ask(cloudwatch, query("a", "a"), NextToken="nonsense")


def test_statistic_sets_and_counted_values_add_up(cloudwatch, mended):
    statistics = {"SampleCount": 4, "Sum": 10, "Minimum": 1, "Maximum": 4}
    data = [
        {"MetricName": "m", "Dimensions": DIMENSIONS, "Timestamp": HOUR, "StatisticValues": statistics},
        {"MetricName": "m", "Dimensions": DIMENSIONS, "Timestamp": HOUR, "Values": [7, 9], "Counts": [2, 1]},
        {"MetricName": "m", "Dimensions": DIMENSIONS, "Timestamp": HOUR, "Values": [0]},
    ]
    cloudwatch.put_metric_data(Namespace="N", MetricData=data)
    names = ("Sum", "SampleCount", "Minimum", "Maximum", "Average")
    found = ask(cloudwatch, *(query(name.lower(), "m", name) for name in names))
    assert [found[name.lower()][0][1] for name in names] == [33, 8, 0, 9, 33 / 8]


def test_a_unit_chooses_among_the_data(cloudwatch, mended):
    put(cloudwatch, "m", 5, Unit="Seconds")
    put(cloudwatch, "m", 100, Unit="Bytes")
    assert ask(cloudwatch, query("a", "m", unit="Seconds")) == {"a": [(0, 5)]}
    assert ask(cloudwatch, query("a", "m")) == {"a": [(0, 105)]}


def test_a_value_without_a_time_comes_now(cloudwatch, mended):
    cloudwatch.put_metric_data(Namespace="N", MetricData=[{"MetricName": "m", "Dimensions": DIMENSIONS, "Value": 1}])
    found = ask(cloudwatch, query("a", "m", period=3600), EndTime=at(180))
    assert [value for _, value in found["a"]] == [1]


@pytest.mark.parametrize(
    ("queries", "reason"),
    [
        ([query("A", "m")], "The Id 'A' must begin with a lower-case letter"),
        ([query("a", "m"), query("a", "m")], "not unique"),
        ([query("a", "m", period=45)], "The period 45 must be 1, 5, 10, 20, 30 or a multiple of 60"),
        ([query("a", "m", "p101")], "The statistic 'p101' is none of Average"),
        ([{"Id": "a", "Expression": "SEARCH('x', 'Sum')"}], "expression 'a' .*the function SEARCH is not emulated"),
        ([{"Id": "a", "Expression": "b + 1"}], "no metric and no expression has the Id 'b'"),
        ([{"Id": "a", "Expression": "5"}], "the result is a number"),
        (
            [{"Id": "a", "Expression": "b + 1"}, {"Id": "b", "Expression": "a + 1"}],
            "expression 'a' .*it is computed of itself",
        ),
        ([{"Id": "a", "Expression": 'SELECT AVG(x) FROM "N"', "Period": 60}], "Metrics Insights is not emulated"),
        ([{"Id": "a"}], "either MetricStat or Expression"),
        ([query(f"a{number}", "m") for number in range(501)], "has 501 queries"),
    ],
)
def test_what_is_wrong_with_a_query_is_said(cloudwatch, mended, queries, reason):
    if mended:
        with pytest.raises(ClientError, match=reason) as caught:
            ask(cloudwatch, *queries)
        assert caught.value.response["Error"]["Code"] == "ValidationError"


@pytest.mark.parametrize(("minute", "reason"), [(0, "must not equal"), (-5, "must be greater than StartTime")])
def test_an_end_is_after_its_start(cloudwatch, mended, minute, reason):
    with pytest.raises(ClientError, match=reason):
        ask(cloudwatch, query("a", "m"), EndTime=at(minute))


def statistics(cloudwatch: Any, *names: str, **more: Any) -> list[Any]:
    options = {"Namespace": "N", "MetricName": "m", "Dimensions": DIMENSIONS, "StartTime": HOUR, "EndTime": at(60)}
    options.update({"Period": 300, **({"Statistics": list(names)} if names else {}), **more})
    found: list[Any] = cloudwatch.get_metric_statistics(**options)["Datapoints"]
    return found


def test_statistics_of_one_metric(cloudwatch, mended):
    put(cloudwatch, "m", 1, 2, 3, minute=7, Unit="Seconds")
    put(cloudwatch, "m", 50, minute=7, Unit="Bytes")
    if not mended:
        assert "ExtendedStatistics" not in str(statistics(cloudwatch, ExtendedStatistics=["p50"]))
        return
    found = statistics(cloudwatch, "Sum", "SampleCount", ExtendedStatistics=["p50"], Unit="Seconds")
    assert found == [
        {"Timestamp": at(5), "Unit": "Seconds", "Sum": 6, "SampleCount": 3, "ExtendedStatistics": {"p50": 2}}
    ]
    assert [(point["Unit"], point["Sum"]) for point in statistics(cloudwatch, "Sum")] == [("Seconds", 6), ("Bytes", 50)]


@pytest.mark.parametrize(
    ("names", "more", "reason"),
    [
        ([], {}, "Must specify either Statistics or ExtendedStatistics"),
        (["Sum"], {"Period": 45}, "The period 45 must be"),
        (["Sum"], {"EndTime": HOUR}, "must be less than the parameter EndTime"),
        (["Sum"], {"Period": 1}, "up to 3600 datapoints, which exceeds the limit of 1,440"),
        ([], {"ExtendedStatistics": ["p200"]}, "The statistic 'p200' is none of"),
    ],
)
def test_what_is_wrong_with_statistics_is_said(cloudwatch, mended, names, more, reason):
    if mended:
        with pytest.raises(ClientError, match=reason):
            statistics(cloudwatch, *names, **more)


@pytest.mark.parametrize(
    ("age", "reason"), [(timedelta(days=15), "two weeks in the past"), (-timedelta(hours=3), "two hours in the future")]
)
def test_a_time_is_not_far_from_now(cloudwatch, mended, age, reason):
    if mended:
        with pytest.raises(ClientError, match=reason):
            put(cloudwatch, "m", 1, Timestamp=datetime.now(timezone.utc) - age)


def listed(cloudwatch: Any, **wanted: Any) -> list[str]:
    return [metric["MetricName"] for metric in cloudwatch.list_metrics(**wanted)["Metrics"]]


def test_metrics_are_listed_once_and_filtered(cloudwatch, mended):
    put(cloudwatch, "b", 1, 2)
    put(cloudwatch, "a", 1)
    put(cloudwatch, "c", 1, namespace="Other")
    cloudwatch.put_metric_data(Namespace="N", MetricData=[{"MetricName": "plain", "Value": 1}] * 2)
    assert sorted(listed(cloudwatch, Namespace="N")) == ["a", "b", "plain", *([] if mended else ["plain"])]
    assert listed(cloudwatch, MetricName="c") == ["c"]
    assert sorted(listed(cloudwatch, Dimensions=DIMENSIONS)) == ["a", "b", "c"]
    assert sorted(listed(cloudwatch, Dimensions=[{"Name": "Endpoint"}])) == ["a", "b", "c"]
    assert listed(cloudwatch, Dimensions=[{"Name": "Endpoint", "Value": "other"}]) == []


def test_metrics_that_are_silent_for_long_are_left_out_where_that_is_asked(cloudwatch, mended):
    put(cloudwatch, "old", 1, Timestamp=datetime.now(timezone.utc) - timedelta(hours=4))
    put(cloudwatch, "new", 1, Timestamp=datetime.now(timezone.utc))
    assert (listed(cloudwatch, RecentlyActive="PT3H") == ["new"]) is mended


def test_metrics_are_listed_in_pages(cloudwatch, mended):
    data = [{"MetricName": f"m{number:03}", "Value": 1} for number in range(501)]
    cloudwatch.put_metric_data(Namespace="N", MetricData=data)
    pages = list(cloudwatch.get_paginator("list_metrics").paginate())
    assert [len(page["Metrics"]) for page in pages] == [500, 1]
    with pytest.raises(ClientError, match="NextToken is invalid"):
        listed(cloudwatch, NextToken="nonsense")


def test_what_moto_measures_itself_is_there_as_well(cloudwatch, mended, every_client):
    s3 = every_client("s3", "us-east-1")
    s3.create_bucket(Bucket="measured")
    s3.put_object(Bucket="measured", Key="key", Body=b"12345")
    assert "BucketSizeBytes" in listed(cloudwatch, Namespace="AWS/S3")
    now = datetime.now(timezone.utc)
    dimensions = [{"Name": "StorageType", "Value": "StandardStorage"}, {"Name": "BucketName", "Value": "measured"}]
    (point,) = statistics(
        cloudwatch,
        "Average",
        Namespace="AWS/S3",
        MetricName="BucketSizeBytes",
        Dimensions=dimensions,
        StartTime=now - timedelta(days=2),
        EndTime=now + timedelta(days=1),
        Period=86400 * 4,
    )
    assert point["Average"] >= len(b"12345")  # moto measures the body as it travelled


def test_limits_are_those_of_the_api():
    assert (metric_data.MOST_POINTS, metric_data.MOST_STATISTICS, metric_data.MOST_METRICS) == (100_800, 1_440, 500)
