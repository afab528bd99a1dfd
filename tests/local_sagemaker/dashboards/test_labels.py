"""What series are called."""

import pytest

from local_sagemaker.dashboards.labels import default_labels, filled_label
from local_sagemaker.dashboards.metric_rows import Row
from local_sagemaker.dashboards.units import unit_named


def row(name="Invocations", variant="blue", **options):
    return Row(name=name, dimensions=(("EndpointName", "churn"), ("VariantName", variant)), **options)


@pytest.mark.parametrize(
    ("rows", "labels"),
    [
        ([row()], ["Invocations"]),
        ([row(), row(variant="green")], ["blue", "green"]),
        ([row(), row("ModelLatency")], ["Invocations", "ModelLatency"]),
        ([row(stat="p50"), row(stat="p99")], ["Invocations p50", "Invocations p99"]),
        ([row(), row("ModelLatency", "green", stat="p99")], ["blue Invocations Average", "green ModelLatency p99"]),
        ([Row(expression="m1 / m2", id="ratio"), Row(expression="m1 / m2")], ["ratio", "m1 / m2"]),
    ],
)
def test_by_default_a_label_says_what_differs(rows, labels):
    assert default_labels(rows) == labels


@pytest.mark.parametrize(
    ("label", "filled"),
    [
        ("plain", "plain"),
        ("${LABEL} [avg: ${AVG}, max: ${MAX}, min: ${MIN}]", "p99 [avg: 20 ms, max: 30 ms, min: 10 ms]"),
        ("${SUM} ${FIRST} ${LAST}", "60 ms 10 ms 20 ms"),
        ("${MAX_TIME} ${LAST_TIME} ${MIN_TIME} ${FIRST_TIME_RELATIVE}", "00:00:01 00:00:02 00:00:00 00:00:00"),
        ("${DATAPOINT_COUNT}", "3"),
        ("${PROP('MetricName')} ${PROP('Stat')} ${PROP('Dim.VariantName')}", "Invocations Average blue"),
        ("${PROP('Dim.Other')}${PROP('Unknown')}", ""),
        ("${PROP} ${NONSENSE} ${SUM_TIME}", "${PROP} ${NONSENSE} ${SUM_TIME}"),
    ],
)
def test_a_label_gets_what_it_asks_for(label, filled):
    values = [10_000.0, 30_000.0, 20_000.0]
    assert filled_label(label, row(), "p99", [0.0, 1.0, 2.0], values, unit_named("Microseconds")) == filled


def test_without_values_a_dash_stands_for_what_would_be_told_of_them():
    assert filled_label("${MAX} ${LAST_TIME}", row(), "", [], [], None) == "\u2013 \u2013"
