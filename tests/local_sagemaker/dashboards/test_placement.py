"""Where widgets lie."""

import pytest

from local_sagemaker.dashboards.body import Widget
from local_sagemaker.dashboards.placement import Place, places


def at(x=None, y=None, width=6, height=6):
    return Widget(kind="text", properties={}, x=x, y=y, width=width, height=height)


@pytest.mark.parametrize(
    ("widgets", "found"),
    [
        ([at(3, 4, 5, 6)], [(3, 4, 5, 6)]),
        # One after the other, row by row.
        ([at()] * 5, [(0, 0, 6, 6), (6, 0, 6, 6), (12, 0, 6, 6), (18, 0, 6, 6), (0, 6, 6, 6)]),
        ([at(width=20), at(width=10)], [(0, 0, 20, 6), (0, 6, 10, 6)]),
        # A low one leaves room below it, where the next that fits goes.
        ([at(width=24, height=2), at(width=8)], [(0, 0, 24, 2), (0, 2, 8, 6)]),
        ([at(0, 0, 12, 6), at(width=12)], [(0, 0, 12, 6), (12, 0, 12, 6)]),
        # A column or a row alone is kept.
        ([at(), at(x=0)], [(0, 0, 6, 6), (0, 6, 6, 6)]),
        ([at(), at(y=3)], [(0, 0, 6, 6), (6, 3, 6, 6)]),
        # What lies in another's place goes below it, and below what is there.
        ([at(0, 0), at(0, 6), at(2, 3)], [(0, 0, 6, 6), (0, 6, 6, 6), (2, 12, 6, 6)]),
        # What would reach beyond the grid is moved to its edge.
        ([at(20, 0, 12, 1), at(x=22, width=4)], [(12, 0, 12, 1), (20, 1, 4, 6)]),
    ],
)
def test_widgets_lie_on_the_grid(widgets, found):
    assert places(widgets) == [Place(*place) for place in found]
