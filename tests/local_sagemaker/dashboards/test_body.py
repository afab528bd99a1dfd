"""A body as data."""

import json

from local_sagemaker.dashboards.body import read_body


def test_a_widget_that_says_nothing_of_its_size_has_six_columns_and_rows():
    body = read_body(json.dumps({"widgets": [{"type": "text", "properties": {"markdown": "a"}}]}))
    (widget,) = body.widgets
    assert (widget.kind, widget.x, widget.y, widget.width, widget.height) == ("text", None, None, 6, 6)
    assert widget.properties == {"markdown": "a"}
    assert body.start is None


def test_what_a_body_says_is_kept():
    widget = {"type": "alarm", "x": 1, "y": 2, "width": 3, "height": 4, "properties": {"alarms": []}}
    body = read_body(json.dumps({"start": "-PT6H", "widgets": [widget]}))
    (found,) = body.widgets
    assert (found.x, found.y, found.width, found.height) == (1, 2, 3, 4)
    assert body.start == "-PT6H"
