"""Which columns are sent, and which are kept."""

import pytest

from endpoint_client.command_line.command_error import CommandError
from endpoint_client.command_line.reading.columns import Columns

NAMES = ["id", "a", "b"]


@pytest.mark.parametrize(
    ("columns", "sent", "kept"),
    [
        (Columns(), [0, 1, 2], []),
        (Columns(ids=("id",)), [1, 2], [0]),
        (Columns(sent=("b", "a")), [2, 1], []),
        (Columns(with_input=True), [0, 1, 2], [0, 1, 2]),
        (Columns(ids=("id",), with_input=True), [1, 2], [0, 1, 2]),
        (Columns(ids=("b", "id")), [1], [2, 0]),
    ],
)
def test_ids_are_kept_and_the_rest_is_sent(columns, sent, kept):
    assert columns.places(NAMES) == (sent, kept)
    assert columns.untouched == (columns == Columns())


def test_an_index_is_sent_only_where_it_is_named():
    index = frozenset({"id"})
    assert Columns().places(NAMES, index) == ([1, 2], [])
    assert Columns(sent=("id", "a")).places(NAMES, index) == ([0, 1], [])


@pytest.mark.parametrize(
    ("columns", "names", "told"),
    [
        (Columns(ids=("c",)), NAMES, "--id-column c: the input has no such column; it has 'id', 'a', 'b'"),
        (Columns(sent=("a",)), ["a", "a"], "--columns a: the input has 2 columns of that name"),
        (Columns(ids=("a",), sent=("a",)), NAMES, "--id-column a is not sent, and --columns sends it"),
        (Columns(ids=("a",)), ["a"], "no column is left to send"),
        (Columns(with_input=True), ["a", "a"], "two columns of one name"),
        (Columns(ids=("z",)), [str(number) for number in range(30)], "'19' and 10 more"),
    ],
)
def test_what_cannot_be_is_refused(columns, names, told):
    with pytest.raises(CommandError, match=told):
        columns.places(names)
