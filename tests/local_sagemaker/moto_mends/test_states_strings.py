"""Escapes, gaps and syntax of intrinsic functions."""

from typing import Any

import pytest

from local_sagemaker.moto_mends.states_strings import fill
from tests.local_sagemaker.moto_mends import engine_alone

FAILED = "States.Runtime"


@pytest.mark.parametrize(
    ("function", "alone", "mended"),
    [
        ("States.Format('{}-{}', $.name, $.number)", "it's-1.5", "it's-1.5"),
        ("States.Format('{}', $.none)", "null", "null"),
        (r"States.Format('\{{}\}', $.number)", FAILED, "{1.5}"),
        ("States.Format('{0}{}', $.number)", FAILED, "{0}1.5"),
        (r"States.Format('it\'s {}', $.number)", None, "it's 1.5"),
        ("States.Format('\"{}\"', $.number)", '"1.5"', '"1.5"'),
        ("States.Format('é{}', $.number)", None, "é1.5"),
        ("States.Format('{}')", FAILED, FAILED),
        ("States.ArrayLength(States.StringSplit($.time, '-T:.Z'))", 7, 7),
        ("States.StringToJson($.json)", {"a": [1]}, {"a": [1]}),
        ("States.JsonMerge($.merged, States.StringToJson($.json), false)", {"a": [1], "b": 2}, {"a": [1], "b": 2}),
        ("States.ArrayGetItem(States.StringSplit($.time, '-T:.Z'), 0)", "2026", "2026"),
        ("States.JsonToString($.merged)", '{"a":0,"b":2}', '{"a":0,"b":2}'),
    ],
)
@pytest.mark.parametrize("is_mended", [False, True], ids=["moto alone", "mended"])
def test_an_intrinsic_function_gives_what_it_gives_on_aws(
    empty_moto: None, is_mended: bool, function: str, alone: Any, mended: Any
) -> None:
    engine_alone.prepare(mended=is_mended)
    given = {
        "name": "it's",
        "number": 1.5,
        "none": None,
        "time": "2026-11-28T20:24:52.123Z",
        "json": '{"a": [1]}',
        "merged": {"a": 0, "b": 2},
    }
    found = engine_alone.output({"v.$": function}, given)
    if is_mended or alone is not None:
        expected = mended if is_mended else alone
        assert found == (expected if expected == FAILED else {"v": expected})
    else:
        assert found != {"v": mended}


@pytest.mark.parametrize("is_mended", [False, True], ids=["moto alone", "mended"])
def test_a_function_that_cannot_be_read_is_refused(empty_moto: None, is_mended: bool) -> None:
    from moto.stepfunctions.parser.asl.parse.intrinsic.intrinsic_parser import IntrinsicParser

    engine_alone.prepare(mended=is_mended)
    if is_mended:
        with pytest.raises(ValueError, match="cannot be read: line 1"):
            IntrinsicParser.parse("States.Format('a' {})")
    else:
        IntrinsicParser.parse("States.Format('a' {})")


@pytest.mark.parametrize("is_mended", [False, True], ids=["moto alone", "mended"])
def test_json_s_escapes_are_undone_in_literals(empty_moto: None, is_mended: bool) -> None:
    engine_alone.prepare(mended=is_mended)
    definition = {"StartAt": "P", "States": {"P": {"Type": "Fail", "Error": "E", "Cause": "\U0001f600 / \u00e9"}}}
    execution = engine_alone.run(definition)
    assert (execution.cause == "\U0001f600 / \u00e9") == is_mended


@pytest.mark.parametrize(("template", "values"), [("{}", []), ("", ["a"]), ("{}{}", ["a"])])
def test_each_gap_needs_a_value(template: str, values: list[str]) -> None:
    with pytest.raises(ValueError, match="give one for each"):
        fill(template, values)
