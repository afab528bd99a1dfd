"""What the model gets of a record, and what is written beside its prediction."""

import json
from typing import Any

import pytest

from local_sagemaker.transform.association import Association, refusals
from local_sagemaker.transform.transform_failures import AlgorithmFailure, ClientFailure

JSON_LINES = "application/jsonlines"


def request(content_type: str = "text/csv", accept: str = "text/csv", **processing: str) -> dict[str, Any]:
    return {
        "TransformInput": {"ContentType": content_type},
        "TransformOutput": {"Accept": accept},
        "DataProcessing": processing,
    }


def output(records: list[bytes], answer: bytes, **options: str) -> bytes:
    return Association(request(**options)).output(records, answer)


def test_nothing_asked_for_changes_nothing():
    association = Association({"TransformInput": {}, "TransformOutput": {}})
    assert association.request([b"\x00", b"\xff"]) == b"\x00\n\xff"
    assert association.output([b"a", b"b"], b"anything") == b"anything"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$[1:]", b'1.50,"x, y"'),
        ("$[0]", b"id"),
        ("$[-1]", b'"x, y"'),
        ("$[2,0]", b'"x, y",id'),
        ("$[:2]", b"id,1.50"),
        ("$.*", b'id,1.50,"x, y"'),
    ],
)
def test_a_row_is_filtered_by_place_and_its_texts_stay_as_they_are(path, expected):
    assert Association(request(InputFilter=path)).request([b'id,1.50,"x, y"']) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$.features", [1, 2]),
        ("$.features[0]", 1),
        ("$.features[0:1]", [1]),
        ("$['id']", 7),
        ("$['id','features']", {"id": 7, "features": [1, 2]}),
        ("$.*", [7, [1, 2]]),
    ],
)
def test_an_object_is_filtered_by_name(path, expected):
    record = json.dumps({"id": 7, "features": [1, 2]}).encode()
    association = Association(request(JSON_LINES, JSON_LINES, InputFilter=path))
    assert json.loads(association.request([record])) == expected


def test_a_row_is_followed_by_its_prediction():
    assert output([b"a,1", b"b,2"], b"0.5,x\n0.25,y\n", JoinSource="Input") == b"a,1,0.5,x\nb,2,0.25,y"


def test_an_object_holds_its_prediction_and_anything_else_stands_beside_it():
    options = {"content_type": JSON_LINES, "accept": JSON_LINES, "JoinSource": "Input"}
    assert output([b'{"a": 1}'], b"[0.5]", **options) == b'{"a":1,"SageMakerOutput":[0.5]}'
    assert output([b"[1, 2]"], b"3", **options) == b'{"SageMakerInput":[1,2],"SageMakerOutput":3}'


def test_rows_may_be_joined_with_json_predictions_and_the_other_way_round():
    assert output([b"a,1"], b"[0.5, 0.25]", accept="application/json", JoinSource="Input") == b"a,1,0.5,0.25"
    joined = output([b'{"a": 1}'], b"0.5,x", content_type=JSON_LINES, JoinSource="Input")
    assert json.loads(joined) == {"a": 1, "SageMakerOutput": ["0.5", "x"]}


def test_predictions_alone_are_filtered():
    assert output([b"1", b"2"], b"0.5,x\n0.25,y\n", OutputFilter="$[0]") == b"0.5\n0.25"


def test_an_answer_to_one_record_may_have_several_lines():
    answer = b'{\n "p": 1\n}'
    joined = output([b"[1]"], answer, content_type=JSON_LINES, accept="application/json", JoinSource="Input")
    assert json.loads(joined)["SageMakerOutput"] == {"p": 1}


@pytest.mark.parametrize(
    ("records", "answer", "options", "failure", "text", "place"),
    [
        ([b"1", b"2"], b"0.5\n", {"JoinSource": "Input"}, AlgorithmFailure, "mismatched line counts", None),
        ([b'"a'], b"0.5", {"JoinSource": "Input"}, ClientFailure, "it is no row of CSV", 0),
        ([b"1", b"2"], b'0.5\n"x', {"JoinSource": "Input"}, AlgorithmFailure, "the prediction is no row of CSV", 1),
        ([b"1", b"2"], b"0.5\n0.25", {"OutputFilter": "$[3]"}, ClientFailure, "'$[3]' finds nothing in it", 0),
    ],
)
def test_what_cannot_be_joined_is_told_with_its_place(records, answer, options, failure, text, place):
    with pytest.raises(failure) as raised:
        output(records, answer, **options)
    assert text in str(raised.value)
    assert raised.value.place == place


@pytest.mark.parametrize(
    "path", ["$", "@", "$.a", "$.a.b-c", "$['a', 'b']", "$[0]", "$[-1,0]", "$[1:]", "$[:-1]", "$[*]"]
)
def test_these_are_paths(path):
    assert list(refusals(request(InputFilter=path))) == []


@pytest.mark.parametrize("path", ["a", "$..a", "$[?(@.a > 1)]", "$[0:3:2]", "$.", "$['a]", "$[a]", "$.a b"])
def test_these_are_none(path):
    (problem,) = refusals(request(OutputFilter=path))
    assert problem.startswith(f"DataProcessing.OutputFilter {path!r} is not a JSONPath of the operators")
