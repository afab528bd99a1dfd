import json

import pytest
from jsonschema import Draft4Validator

from constructs_lib.front_doors.request_schema import JsonRows, JsonSchema

TWO = JsonRows(features=2, max_rows=3)
NAMED = JsonRows(features=["age", "income"])


def is_valid(rows: JsonRows, text: str) -> bool:
    Draft4Validator.check_schema(rows.schema())
    return bool(Draft4Validator(rows.schema()).is_valid(json.loads(text)))


@pytest.mark.parametrize(
    "text",
    [
        "[[1.5, 2], [null, true]]",
        '[["Rome", 2]]',
        '{"instances": [[1, 2]]}',
        '[{"age": 1, "income": 2}]',
        '{"columns": ["age", "income"], "index": [0], "data": [[1, 2]]}',
        "[1, 2]",
    ],
)
@pytest.mark.parametrize("rows", [JsonRows(), TWO, NAMED], ids=["any", "two", "named"])
def test_every_form_of_rows_is_taken(rows, text):
    assert is_valid(rows, text)


@pytest.mark.parametrize(
    "text",
    ["[]", "{}", "1", '"text"', "null", "[[]]", '{"instances": []}', '{"inputs": [[1, 2]]}', "[[[1, 2]]]", "[{}]"],
)
@pytest.mark.parametrize("rows", [JsonRows(), TWO, NAMED], ids=["any", "two", "named"])
def test_what_holds_no_rows_is_refused(rows, text):
    assert not is_valid(rows, text)


@pytest.mark.parametrize(
    "text",
    ["[[1]]", "[[1, 2, 3]]", "[1]", '[{"age": 1}]', '{"columns": ["age"], "data": [[1]]}', "[[1, 2], [1]]"],
)
@pytest.mark.parametrize("rows", [TWO, NAMED], ids=["two", "named"])
def test_rows_of_another_width_are_refused(rows, text):
    assert not is_valid(rows, text)


def test_records_with_other_names_are_refused_where_names_are_given():
    assert is_valid(TWO, '[{"age": 1, "city": 2}]')
    assert not is_valid(NAMED, '[{"age": 1, "city": 2}]')
    assert not is_valid(NAMED, '[{"age": 1, "income": 2, "city": 3}]')


def test_more_rows_than_max_rows_are_refused():
    assert is_valid(TWO, json.dumps([[1, 2]] * 3))
    assert not is_valid(TWO, json.dumps([[1, 2]] * 4))


def test_a_flat_array_is_a_row_of_many_features_and_many_rows_of_one():
    assert not is_valid(TWO, "[1, 2, 3]")
    assert is_valid(JsonRows(features=1), '["a good film", "so bad", "boring"]')


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (JsonRows(features=0), "features 0"),
        (JsonRows(features=-2), "features -2"),
        (JsonRows(features=[]), "features []"),
        (JsonRows(features="age"), "features 'age', a text"),
        (JsonRows(features=["a", "b", "a"]), "names 'a' more than once"),
        (JsonRows(max_rows=0), "max_rows 0"),
        (JsonSchema(definition={"$schema": "http://json-schema.org/draft-07/schema#"}), "takes draft 4"),
        (JsonSchema(definition={"enum": {1, 2}}), "is no JSON"),
        (JsonSchema(definition={"enum": ["x" * 500_000]}), "API Gateway takes 409600"),
    ],
)
def test_what_is_wrong_is_told_with_the_remedy(rows, told):
    (problem,) = rows.problems()
    assert told in problem
    assert "give" in problem or "name each" in problem or "leave" in problem or "takes draft 4" in problem


def test_a_good_schema_has_no_problem():
    assert [*JsonRows().problems(), *NAMED.problems(), *JsonSchema(definition={"type": "array"}).problems()] == []
