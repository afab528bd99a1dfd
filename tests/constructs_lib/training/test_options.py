import pytest
from aws_cdk import Duration

from constructs_lib import Checkpoints, MetricDefinition, MetricThreshold, SpotTraining


def test_spot_without_max_wait_is_refused_with_the_remedy():
    (problem,) = SpotTraining().problems(Duration.hours(1))
    assert "spot has no max_wait" in problem
    assert "give at least max_run (3600 s)" in problem


def test_spot_waits_at_least_as_long_as_it_runs():
    (problem,) = SpotTraining(max_wait=Duration.minutes(59)).problems(Duration.hours(1))
    assert "max_wait 3540 s, and max_run is 3600 s" in problem
    assert not list(SpotTraining(max_wait=Duration.hours(1)).problems(Duration.hours(1)))


def test_checkpoints_lie_at_an_absolute_path():
    (problem,) = Checkpoints(local_path="checkpoints").problems()
    assert "local_path 'checkpoints'" in problem
    assert not list(Checkpoints().problems())


@pytest.mark.parametrize(
    ("name", "regex", "message"),
    [
        ("", "(x)", "has a name of 0 characters"),
        ("loss", "(x", "which is no regular expression"),
        ("loss", "loss=[0-9]+", "without a group"),
        ("loss", f"({'x' * 500})", "has a regex of 502 characters"),
    ],
)
def test_a_metric_that_could_not_be_measured_is_named(name, regex, message):
    problems = list(MetricDefinition(name=name, regex=regex).problems())
    assert len(problems) == 1
    assert message in problems[0]


@pytest.mark.parametrize(
    ("threshold", "message"),
    [
        (MetricThreshold(metric="f2", at_least=1), "which the training does not measure ('f1')"),
        (MetricThreshold(metric="f1", at_least=float("nan")), "has at_least nan; give a number"),
        (MetricThreshold(metric="f1"), "has no limit; give at_least or at_most"),
        (MetricThreshold(metric="f1", at_least=2, at_most=1), "which no value is"),
    ],
)
def test_a_threshold_that_lets_nothing_or_everything_through_is_named(threshold, message):
    problems = list(threshold.problems(("f1",)))
    assert len(problems) == 1
    assert message in problems[0]


def test_a_threshold_says_itself_in_words():
    assert MetricThreshold(metric="loss", at_least=0, at_most=0.5).text == "loss of at least 0 and at most 0.5"
