"""Metrics as they are found in a log, and how they are given."""

import builtins

import numpy as np
import pytest

from endpoint_client import ConfigurationError, InvalidInput, TrainingMetrics
from endpoint_client.training.logs import LogLine

DEFINITIONS = [
    {"Name": "loss", "Regex": r"loss=([0-9.eE+-]+|nan)"},
    {"Name": "validation:accuracy", "Regex": r"accuracy: (?<value>[0-9.]+)"},
]
LOG = ["start", "epoch 1 loss=0.5", "epoch 2 loss=2.5e-1 accuracy: 0.75", "loss=0.3 loss=9", "loss=nan", "loss=."]


@pytest.fixture
def metrics() -> TrainingMetrics:
    lines = [LogLine(milliseconds=1000 * index, stream="j/algo-1-1", text=text) for index, text in enumerate(LOG)]
    return TrainingMetrics.find(lines, DEFINITIONS, [{"MetricName": "loss", "Value": 0.25}])


def test_every_value_is_there_with_its_time(metrics):
    assert metrics.names == ["loss", "validation:accuracy"]
    times, values = metrics.values("loss")
    np.testing.assert_array_equal(times, np.array([1000, 2000, 3000, 4000], dtype="datetime64[ms]"))
    np.testing.assert_array_equal(values, [0.5, 0.25, 0.3, np.nan])
    assert metrics.values("validation:accuracy")[1].tolist() == [0.75]
    assert metrics.final == {"loss": 0.25}


def test_a_metric_that_there_is_not_names_those_that_there_are(metrics):
    with pytest.raises(InvalidInput, match=r"no metric 'acc'; the job defines 'loss', 'validation:accuracy'"):
        metrics.values("acc")
    with pytest.raises(InvalidInput, match="the job defines none"):
        TrainingMetrics({}, {}).values("x")


def test_a_regex_that_python_cannot_read_costs_only_its_metric():
    definitions = [{"Name": "bad", "Regex": "(["}, {"Name": "no group", "Regex": "a"}, DEFINITIONS[0]]
    line = LogLine(milliseconds=5, stream="j/algo-1-1", text="a loss=1")
    with pytest.warns(UserWarning, match=r"metric 'bad' is left out: '\(\[' is no regex of Python"):
        found = TrainingMetrics.find([line], definitions, [])
    assert {name: len(found.values(name)[1]) for name in found.names} == {"bad": 0, "no group": 0, "loss": 1}


def test_the_table_has_a_line_a_metric():
    metrics = TrainingMetrics({"loss": [(0, 0.5), (1, 0.125), (2, 0.25)], "accuracy": []}, {})
    assert metrics.table().splitlines() == [
        "metric    values  first  last    min  max",
        "loss           3    0.5  0.25  0.125  0.5",
        "accuracy       0",
    ]


def test_a_frame_has_a_row_a_value(metrics):
    frame = metrics.to_frame()
    assert list(frame.columns) == ["time", "metric", "value"]
    assert str(frame["time"].dt.tz) == "UTC"
    assert frame["metric"].tolist() == ["loss", "loss", "validation:accuracy", "loss", "loss"]
    assert len(TrainingMetrics({"loss": []}, {}).to_frame()) == 0


def test_a_plot_has_a_picture_a_metric(metrics, tmp_path):
    path = tmp_path / "metrics.svg"
    figure = metrics.plot(path)
    loss, accuracy = figure.axes
    assert (loss.get_ylabel(), accuracy.get_ylabel()) == ("loss", "validation:accuracy")
    assert list(loss.lines[0].get_xdata())[:3] == [0.0, 1.0, 2.0]
    assert list(loss.lines[0].get_ydata())[:3] == [0.5, 0.25, 0.3]
    assert path.read_text().startswith("<?xml")
    assert len(TrainingMetrics({"loss": []}, {}).plot(path).axes) == 1


def test_a_notebook_gets_a_figure_that_it_shows(metrics, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    import matplotlib.pyplot as plt

    figure = metrics.plot()
    assert plt.figure(figure.number) is figure
    plt.close(figure)


@pytest.mark.parametrize(
    ("call", "library", "remedy"),
    [("plot", "matplotlib", r"sagemaker-sklearn-cdk\[plot\]"), ("to_frame", "pandas", "pip install pandas")],
)
def test_what_is_not_installed_says_how_to_get_it(metrics, monkeypatch, call, library, remedy):
    real = builtins.__import__

    def without(name, *rest):
        if name.partition(".")[0] == library:
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigurationError, match=remedy):
        getattr(metrics, call)()
