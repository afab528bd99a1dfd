"""The whole picture, drawn for real: what is on it follows the data."""

import math

import pytest
from matplotlib import image

from local_sagemaker.dashboards.body import Widget
from local_sagemaker.dashboards.drawing import picture, theme
from local_sagemaker.dashboards.drawing.canvas import Canvas
from local_sagemaker.dashboards.placement import places
from local_sagemaker.dashboards.series import AlarmStatus, Filled, FilledDashboard, Series
from local_sagemaker.dashboards.time_range import TimeRange
from local_sagemaker.dashboards.units import unit_named

START = 1_800_000_000
RANGE = TimeRange(START, START + 180)


def filled(kind="metric", size=(12, 6), **data):
    properties = data.pop("properties", {})
    widget = Widget(kind=kind, properties=properties, width=size[0], height=size[1])
    return Filled(widget=widget, place=places([widget])[0], **data)


def series(label="blue", values=(1.0, 2.0, 4.0), **options):
    times = options.pop("times", [START + number for number in range(len(values))])
    return Series(label=label, times=times, values=values, **options)


def drawn(*widgets, notes=()):
    found = places([one.widget for one in widgets])
    placed = [Filled(**{**vars(one), "place": place}) for one, place in zip(widgets, found, strict=True)]
    return picture.draw(FilledDashboard(name="churn", time_range=RANGE, widgets=placed, notes=notes))


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def axes_of(figure, label):
    return [axes for axes in figure.axes if axes.get_label() == label]


def lines_of(axes):
    return {line.get_label(): line for line in axes.lines if not line.get_label().startswith("_")}


def test_a_picture_is_as_wide_as_ever_and_as_high_as_its_grid(tmp_path):
    heights = []
    for rows in (2, 6, 12):
        figure = drawn(filled("text", (24, rows), properties={"markdown": "a"}))
        picture.save(figure, tmp_path / "a.png")
        height, width, _ = image.imread(tmp_path / "a.png").shape
        assert width == theme.WIDTH
        heights.append(height)
    assert heights[1] - heights[0] == 4 * theme.ROW
    assert heights[2] - heights[1] == 6 * theme.ROW


def test_name_time_and_notes_are_written():
    written = texts(drawn(notes=["A note."]))
    assert written[:4] == [
        "2027-01-15 08:00:00 \u2013 08:03:00 UTC",
        "churn",
        "This dashboard has no widgets",
        "A note.",
    ]


def test_a_time_over_midnight_has_both_days():
    dashboard = FilledDashboard(name="churn", time_range=TimeRange(START, START + 86400))
    assert "2027-01-15 08:00:00 \u2013 2027-01-16 08:00:00 UTC" in texts(picture.draw(dashboard))


def test_a_graph_has_the_lines_of_its_series_in_their_colours():
    figure = drawn(
        filled(properties={"title": "Traffic"}, series=[series(), series("green", (3.0, 3.0), color="#00ff00")])
    )
    (axes,) = axes_of(figure, "Traffic")
    lines = lines_of(axes)
    assert list(lines["blue"].get_ydata()) == [1.0, 2.0, 4.0]
    assert list(lines["blue"].get_xdata()) == [START, START + 1, START + 2]
    assert lines["blue"].get_color() == theme.CYCLE[0]
    assert lines["green"].get_color() == "#00ff00"
    assert {"Traffic", "blue", "green"} <= set(texts(figure))
    assert axes.get_xlim() == (START, START + 180)


def test_stacked_series_lie_on_each_other():
    figure = drawn(
        filled(
            properties={"title": "Traffic", "stacked": True},
            series=[series(values=(1.0, 2.0)), series("green", (10.0, 20.0), times=[START + 1, START + 2])],
        )
    )
    (axes,) = axes_of(figure, "Traffic")
    lines = lines_of(axes)
    assert list(lines["blue"].get_ydata()) == [1.0, 2.0, 0.0]
    assert list(lines["green"].get_ydata()) == [1.0, 12.0, 20.0]
    assert len(axes.collections) == 2
    assert axes.get_ylim()[1] > 20


def test_series_of_the_right_have_an_axis_of_their_own():
    figure = drawn(
        filled(
            properties={
                "title": "Saturation",
                "yAxis": {"left": {"label": "Percent", "min": 0, "max": 100}, "right": {"label": "Requests"}},
            },
            series=[series("cpu", unit=unit_named("Percent")), series("requests", (900.0,), axis="right")],
        )
    )
    left, right = (axes for axes in figure.axes if axes.lines or axes.get_label() == "Saturation")
    assert (list(lines_of(left)), list(lines_of(right))) == (["cpu"], ["requests"])
    assert [label.get_text() for label in left.get_yticklabels()][-1] == "100"
    assert right.get_ylim()[1] > 900
    assert {"Percent", "Requests"} <= set(texts(figure))


@pytest.mark.parametrize(
    ("options", "ticks"),
    [({}, "4 ms"), ({"label": "Time"}, "4 ms"), ({"label": "ms"}, "4"), ({"showUnits": False}, "4")],
)
def test_ticks_have_the_unit_unless_the_axis_says_it(options, ticks):
    figure = drawn(
        filled(
            properties={"title": "Latency", "yAxis": {"left": options}},
            series=[series(unit=unit_named("Milliseconds"))],
        )
    )
    (axes,) = axes_of(figure, "Latency")
    assert [label.get_text() for label in axes.get_yticklabels()][-1] == ticks


def test_time_is_told_in_utc():
    figure = drawn(filled(properties={"title": "Traffic"}, series=[series()]))
    (axes,) = axes_of(figure, "Traffic")
    assert [label.get_text() for label in axes.get_xticklabels()][:3] == ["08:00:00", "08:00:30", "08:01:00"]


def test_no_line_is_drawn_over_a_gap_and_a_lone_value_is_a_dot():
    values, times = (1.0, 2.0, 3.0), [START, START + 1, START + 60]
    figure = drawn(filled(properties={"title": "Traffic"}, series=[series(values=values, times=times)]))
    (axes,) = axes_of(figure, "Traffic")
    assert math.isnan(lines_of(axes)["blue"].get_ydata()[2])
    (dots,) = (line for line in axes.lines if line.get_marker() == "o")
    assert list(dots.get_xdata()) == [START + 60]


def test_horizontal_annotations_are_lines_with_labels_and_fills():
    horizontal = [
        {"value": 5, "label": "too much", "fill": "above", "color": "#123456"},
        {"value": 1, "label": "too little", "fill": "below"},
        {"value": 5.2, "label": "close to the other"},
        {"value": 3, "visible": False},
        [{"value": 2, "label": "from"}, {"value": 2.5, "label": "to"}],
        {"value": 50, "yAxis": "right"},
    ]
    figure = drawn(
        filled(
            properties={"title": "Errors", "annotations": {"horizontal": horizontal}},
            series=[series(), series("right", axis="right")],
            thresholds=[{"value": 3.5, "label": "alarm"}],
        )
    )
    left, right = (axes for axes in figure.axes if axes.lines)
    level = [line.get_ydata()[0] for line in left.lines if list(line.get_xdata()) == [0, 1]]
    assert level == [3.5, 5, 1, 5.2, 2, 2.5]
    assert [line.get_ydata()[0] for line in right.lines if list(line.get_xdata()) == [0, 1]] == [50]
    assert {"too much", "too little", "alarm", "from", "to"} <= {text.get_text() for text in left.texts}
    spans = sorted(patch.get_y() + min(patch.get_height(), 0) for patch in left.patches)
    assert len(spans) == 3
    assert left.get_ylim()[1] > 5.5


def label_of(figure, text):
    (label,) = (one for axes in figure.axes for one in axes.texts if one.get_text() == text)
    return label


@pytest.mark.parametrize(
    ("value", "others", "place"),
    [
        (50, [], "bottom"),
        (50, [90], "bottom"),
        (100, [], "top"),
        (50, [53], "top"),
        (50, [47, 53], "bottom"),
        (2, [5], "bottom"),
    ],
)
def test_a_label_stands_above_its_line_or_below_where_only_there_is_room(value, others, place):
    horizontal = [{"value": value, "label": "limit"}, *({"value": other} for other in others)]
    properties = {"title": "Errors", "yAxis": {"left": {"max": 100}}, "annotations": {"horizontal": horizontal}}
    assert label_of(drawn(filled(properties=properties, series=[series()])), "limit").get_va() == place


def test_labels_of_close_lines_stand_side_by_side():
    horizontal = [{"value": 50, "label": "first"}, {"value": 50, "label": "second"}, {"value": 20, "label": "third"}]
    figure = drawn(filled(properties={"annotations": {"horizontal": horizontal}}, series=[series()]))
    first, second, third = (label_of(figure, text).xyann[0] for text in ("first", "second", "third"))
    assert second < first - 20
    assert third == first


def test_lines_of_many_values_are_thin():
    widths = {}
    for count in (60, 1200):
        times = [START + 180 * number / count for number in range(count)]
        figure = drawn(filled(properties={"title": "T"}, series=[series(values=[1.0] * count, times=times)]))
        widths[count] = lines_of(axes_of(figure, "T")[0])["blue"].get_linewidth()
    assert widths[60] > widths[1200]


def test_the_end_of_an_alarms_name_stays_where_it_is_cut():
    names = [f"{'a-very-long-name-' * 6}{ending}" for ending in ("errors", "latency")]
    written = texts(drawn(filled("alarm", (6, 4), alarms=[AlarmStatus(name=name, state="OK") for name in names])))
    assert [text.endswith(ending) for text in written for ending in ("errors", "latency")].count(True) == 2


def test_vertical_annotations_stand_at_their_times():
    vertical = [
        {"value": "2027-01-15T08:00:30.000Z", "label": "deployed", "fill": "before"},
        {"value": "2027-01-15T08:02:30Z", "label": "back", "fill": "after"},
        [{"value": "2027-01-15T08:01:00Z"}, {"value": "2027-01-15T08:01:30"}],
        {"value": "2026-01-01T00:00:00Z", "label": "long ago"},
    ]
    figure = drawn(filled(properties={"title": "Traffic", "annotations": {"vertical": vertical}}, series=[series()]))
    (axes,) = axes_of(figure, "Traffic")
    upright = [line.get_xdata()[0] - START for line in axes.lines if list(line.get_ydata()) == [0, 1]]
    assert upright == [30, 150, 60, 90]
    assert [text.get_text() for text in axes.texts] == ["deployed", "back"]
    assert len(axes.patches) == 3


def test_without_data_a_graph_says_so_and_keeps_its_axes():
    figure = drawn(filled(properties={"title": "Traffic"}, series=[series(values=())]))
    assert "No data available in this time" in texts(figure)
    assert axes_of(figure, "Traffic")


def test_negative_values_are_shown_below_zero():
    figure = drawn(filled(properties={"title": "Change"}, series=[series(values=(-4.0, 2.0))]))
    low, high = axes_of(figure, "Change")[0].get_ylim()
    assert low < -4
    assert high > 2


@pytest.mark.parametrize(("position", "shown"), [("bottom", True), ("right", True), ("hidden", False)])
def test_a_legend_stands_where_the_body_wants_it(position, shown):
    properties = {"title": "Traffic", "legend": {"position": position}}
    figure = drawn(filled(properties=properties, series=[series(), series("green")]))
    assert ("green" in texts(figure)) is shown
    width = axes_of(figure, "Traffic")[0].get_position().width
    assert bool(width < 0.42) is (position == "right")


@pytest.mark.parametrize("position", ["bottom", "right"])
def test_a_legend_with_too_many_entries_says_how_many_more_there_are(position):
    many = [series(f"a series with a long name, number {number}") for number in range(40)]
    figure = drawn(filled(properties={"legend": {"position": position}}, series=many))
    (more,) = (text for text in texts(figure) if text.endswith(" more"))
    shown = sum(text.startswith("a series") for text in texts(figure))
    assert int(more.split()[1]) + shown >= 40


def test_single_values_are_the_last_of_each_series():
    figure = drawn(
        filled(
            properties={"view": "singleValue", "title": "Now", "sparkline": True},
            series=[
                series("latency", (1.0, 35_000.0), unit=unit_named("Microseconds")),
                series("requests", (1234.5,)),
                series("nothing", ()),
            ],
        )
    )
    assert {"35 ms", "1.23k", "\u2013", "latency", "requests"} <= set(texts(figure))
    (spark,) = axes_of(figure, "sparkline latency")
    assert list(lines_of(spark)["latency"].get_ydata()) == [1.0, 35_000.0]


def test_a_single_value_may_have_all_its_digits_and_no_course():
    figure = drawn(
        filled(
            size=(2, 3),
            properties={"view": "singleValue", "singleValueFullPrecision": True, "title": "blue"},
            series=[series(values=(123456789.125,))],
        )
    )
    assert "123456789.125" in texts(figure)
    assert len(figure.axes) == 1
    # The title has said it.
    assert texts(figure).count("blue") == 1


@pytest.mark.parametrize(("value", "end"), [(0.0, 180.0), (25.0, 135.0), (400.0, 0.0)])
def test_a_gauge_turns_with_its_value(value, end):
    marks = [{"value": 80, "fill": "above"}, [{"value": 50}, {"value": 80}], {"value": 10}]
    figure = drawn(
        filled(
            properties={
                "view": "gauge",
                "yAxis": {"left": {"min": 0, "max": 100}},
                "annotations": {"horizontal": marks},
            },
            series=[series(values=(value,), unit=unit_named("Percent"))],
        )
    )
    (axes,) = axes_of(figure, "gauge blue")
    (wedge,) = (patch for patch in axes.patches if patch.get_label() == "value")
    assert (wedge.theta1, wedge.theta2) == (end, 180.0)
    annotations = [(patch.theta1, patch.theta2) for patch in axes.patches if patch.get_label() == "annotation"]
    assert annotations == [(0.0, 36.0), (36.0, 90.0), (36.0, 37.0), (162.0, 163.0)]
    assert {f"{value:g} %", "0 %", "100 %"} <= set(texts(figure))


def test_a_gauge_without_a_value_is_empty():
    figure = drawn(
        filled(properties={"view": "gauge", "yAxis": {"left": {"min": 5, "max": 5}}}, series=[series(values=())])
    )
    assert not [patch for patch in axes_of(figure, "gauge blue")[0].patches if patch.get_label() == "value"]


def test_bars_are_as_long_as_the_last_values():
    figure = drawn(filled(properties={"view": "bar"}, series=[series(), series("green", (8.0,)), series("none", ())]))
    (axes,) = axes_of(figure, "bars")
    assert [bar.get_width() for bar in axes.patches] == [4.0, 8.0, 0.0]
    assert {"4", "8", "blue", "green", "\u2013"} <= set(texts(figure))


def test_a_pie_shows_shares():
    figure = drawn(filled(properties={"view": "pie"}, series=[series(values=(3.0,)), series("green", (1.0,))]))
    wedges = axes_of(figure, "pie")[0].patches
    assert [round(wedge.theta2 - wedge.theta1) for wedge in wedges] == [270, 90]
    assert {"blue  3 (75 %)", "green  1 (25 %)"} <= set(texts(figure))


@pytest.mark.parametrize("view", ["bar", "pie"])
def test_bars_and_pies_without_data_say_so(view):
    figure = drawn(filled(properties={"view": view}, series=[series(values=())]))
    assert "No data available in this time" in texts(figure)


@pytest.mark.parametrize("view", ["singleValue", "gauge"])
def test_numbers_without_metrics_say_so(view):
    assert "No metrics" in texts(drawn(filled(properties={"view": view})))


def test_alarms_are_tiles_in_the_colour_of_their_state():
    alarms = [
        AlarmStatus(name="busy", state="ALARM"),
        AlarmStatus(name="fine", state="OK"),
        AlarmStatus(name="new", state="INSUFFICIENT_DATA"),
        AlarmStatus(name="gone", state=""),
    ]
    for rows in (2, 4):
        figure = drawn(filled("alarm", (24, rows), properties={"title": "Alarms"}, alarms=alarms))
        written = {text.get_text(): text.get_color() for text in figure.axes[0].texts}
        assert written["In alarm"] == theme.RED
        assert written["OK"] == theme.GREEN
        assert written["Insufficient data"] == written["Not found"] == theme.GREY
        assert {"busy", "fine", "new", "gone"} <= set(written)


def test_alarms_that_do_not_fit_are_counted():
    alarms = [AlarmStatus(name=f"alarm-{number}", state="ALARM" if number < 5 else "OK") for number in range(30)]
    written = texts(drawn(filled("alarm", (6, 3), alarms=alarms)))
    shown = sum(text.startswith("alarm-") for text in written)
    assert f"+ {30 - shown} more, {5 - shown} in alarm" in written


def test_no_alarms_are_told():
    assert "No alarms in these states" in texts(drawn(filled("alarm")))


def test_text_is_set_in_its_styles():
    markdown = "# Churn\nSee **the** [docs](https://example.com) or `code`\n- one\n1. two\n\n---\n\n"
    markdown += "| a | b |\n|---|---|\n| 1 | 2 |"
    figure = drawn(filled("text", (12, 8), properties={"markdown": markdown}))
    styles = {text.get_text(): text for text in figure.axes[0].texts}
    assert styles["Churn"].get_fontsize() > styles["See"].get_fontsize()
    assert styles["the"].get_fontweight() == "bold"
    assert styles["docs"].get_color() == theme.LINK
    assert styles["code"].get_fontfamily() == [theme.MONOSPACE]
    assert {"•", "1.", "one", "two", "a", "b", "1", "2"} <= set(styles)


def test_text_that_does_not_fit_is_broken_cut_and_ended_by_dots():
    figure = drawn(filled("text", (3, 2), properties={"markdown": "word " * 200}))
    assert texts(figure)[-1] == "…"
    lines = {text.get_position()[1] for text in figure.axes[0].texts}
    assert len(lines) > 2
    table = "| a | b |\n|---|---|\n" + "| a long cell of many words | another one of many words |\n" * 9
    written = texts(drawn(filled("text", (4, 3), properties={"markdown": table, "background": "transparent"})))
    assert written[-1] == "…"
    assert any(text.endswith("…") and text.startswith("a long") for text in written)


def test_a_word_that_is_too_long_is_cut():
    written = texts(drawn(filled("text", (3, 2), properties={"markdown": "wine" * 40})))
    assert any(text.startswith("winewine") and text.endswith("…") for text in written)


def test_an_empty_table_is_nothing():
    assert "…" not in texts(drawn(filled("text", properties={"markdown": "|---|"})))


def test_what_is_not_drawn_says_what_it_is():
    written = texts(
        drawn(
            filled("log", properties={"title": "Errors in the log"}),
            filled(properties={"view": "table"}, series=[series()]),
        )
    )
    assert {"Errors in the log", "A widget of type 'log' is not drawn here"} <= set(written)
    assert "The view 'table' is not drawn here" in written


def test_where_there_is_no_room_at_all_dots_stand_for_a_text():
    assert Canvas(100, 10).shortened("Traffic", 1) == "…"


def test_what_cloudwatch_refused_stands_on_the_card():
    figure = drawn(
        filled(size=(6, 6), properties={"title": "Broken"}, problem="ValidationError: Error in expression 'e1'")
    )
    written = " ".join(texts(figure))
    assert "ValidationError: Error in" in written
    assert not axes_of(figure, "Broken")


def test_long_titles_are_cut_and_dollars_are_no_formulas(tmp_path):
    figure = drawn(filled(size=(3, 4), properties={"title": "Cost in $ an hour, and $ a day \U0001f600 " * 3}))
    assert any(text.startswith("Cost in $") and text.endswith("…") for text in texts(figure))
    picture.save(figure, tmp_path / "a.png")
