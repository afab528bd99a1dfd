"""One request to one response, with the user's hooks and ours, real models, and every failure as JSON."""

from __future__ import annotations

import json
import logging
import warnings

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.multioutput import MultiOutputClassifier
from sklearn.preprocessing import OneHotEncoder

from sklearn_runtime.codecs import decode, encode
from sklearn_runtime.content_types import SUPPORTED
from sklearn_runtime.errors import ModelLoadError
from sklearn_runtime.fast import probe
from sklearn_runtime.model_files.loading import digest_files
from tests.runtime.services import CSV, IRIS, JSON, NPY, SPECIES, error_of, homes


@pytest.mark.parametrize("sent", SUPPORTED)
@pytest.mark.parametrize("accepted", SUPPORTED)
def test_predictions_are_the_models_own_in_every_pair_of_content_types(serve, classifier, sent, accepted):
    response = serve(classifier).invoke(encode(IRIS, sent), sent, accepted)
    assert response.status == 200
    np.testing.assert_array_equal(decode(response.body, response.content_type), classifier.predict(IRIS))
    response = serve(classifier).invoke(encode(IRIS, sent), sent, accepted, "method=predict_proba")
    np.testing.assert_array_equal(decode(response.body, response.content_type), classifier.predict_proba(IRIS))


def test_string_labels_travel_as_text(serve):
    labels = np.array(["no", "yes"], dtype=object)[(SPECIES > 0).astype(int)]
    service = serve(LogisticRegression(max_iter=1000).fit(IRIS, labels))
    for accepted in SUPPORTED:
        response = service.invoke(encode(IRIS, NPY), NPY, accepted)
        assert decode(response.body, response.content_type).tolist() == labels.tolist()


def test_nan_in_a_prediction_is_null_in_json(serve):
    class_ = LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0])
    class_.coef_ = np.array([np.nan])
    service = serve(class_)
    assert service.invoke(b"[[1.0]]", JSON, JSON).body == b"[null]"
    assert service.invoke(b"[[1.0]]", JSON, CSV).body == b"nan\n"
    assert np.isnan(decode(service.invoke(b"[[1.0]]", JSON, NPY).body, NPY)).all()


def test_arrays_of_several_shapes_are_json_only(serve):
    targets = np.column_stack([SPECIES, SPECIES > 0])
    model = MultiOutputClassifier(LogisticRegression(max_iter=1000)).fit(IRIS, targets)
    service = serve(model)
    body = encode(IRIS[:2], NPY)
    assert decode(service.invoke(body, NPY, NPY).body, NPY).shape == (2, 2)
    answer = json.loads(service.invoke(body, NPY, JSON, "method=predict_proba").body)
    assert [np.shape(output) for output in answer] == [(2, 3), (2, 2)]
    refused = service.invoke(body, NPY, NPY, "method=predict_proba")
    assert refused.status == 406
    assert "accept application/json" in error_of(refused)["message"]


def test_a_sparse_result_is_written_out(serve):
    model = OneHotEncoder().fit([[0.0], [1.0]])
    service = serve(model, method="transform")
    assert service.invoke(b"[[1.0]]", JSON, JSON).body == b"[[0.0,1.0]]"


def test_a_data_frame_result_is_its_rows(serve):
    service = serve(
        LinearRegression().fit([[0.0], [1.0]], [0, 1]),
        """
        import pandas
        def predict_fn(input_object, model):
            return pandas.DataFrame({"value": model.predict(input_object), "name": ["x"] * len(input_object)})
        """,
    )
    assert service.invoke(b"[[1.0]]", JSON, CSV).body.endswith(b",x\n")
    assert json.loads(service.invoke(b"[[1.0]]", JSON, JSON).body)[0][1] == "x"
    assert service.invoke(b"[[1.0]]", JSON, NPY).status == 406


def test_float32_is_restored_by_the_setting(serve):
    program = "def predict_fn(input_object, model):\n    return [str(input_object.dtype)]\n"
    assert (
        serve(None, program + "def model_fn(d):\n    return 0\n").invoke(b"[[0.1]]", JSON, JSON).body == b'["float64"]'
    )
    cast = serve(None, program + "def model_fn(d):\n    return 0\n", float32=True)
    assert cast.invoke(b"[[0.1]]", JSON, JSON).body == b'["float32"]'


def test_the_default_accept_is_a_setting(serve, classifier):
    service = serve(classifier, default_accept=CSV)
    assert service.invoke(encode(IRIS[:1], NPY), NPY, None).content_type == "text/csv; charset=utf-8"
    assert service.invoke(encode(IRIS[:1], NPY), NPY, "*/*").body == b"0\n"


def test_nothing_of_a_refused_request_is_in_the_log(serve, classifier, caplog):
    caplog.set_level(logging.DEBUG)
    response = serve(classifier).invoke(b"[[1, 2, 3, 'payload-in-request']]", JSON, JSON)
    assert response.status == 400
    response = serve(classifier).invoke(b'[[1, 2, 3, "payload-in-request"]]', JSON, JSON)
    assert "payload-in-request" in error_of(response)["message"]
    assert "payload" not in caplog.text
    assert "request refused: 400 InvalidRows, row 0, column 3" in caplog.text


def test_no_text_of_a_refused_request_is_in_the_log(serve, caplog):
    caplog.set_level(logging.DEBUG)
    service = serve(homes())
    for body in (
        b'[{"city": "payload-in-request", "rooms": 1}]',
        b'[{"city": "Rome", "rooms": "payload-in-request"}]',
    ):
        response = service.invoke(body, JSON, JSON)
        assert response.status == 400
        assert "payload-in-request" in error_of(response)["message"]
    assert service.invoke(b'[{"city": "Rome", "payload-in-request": 1}]', JSON, JSON).status == 400
    assert "payload" not in caplog.text


def test_the_endpoints_method_is_a_setting(serve, classifier):
    service = serve(classifier, method="predict_proba")
    assert not service.may_block
    body = encode(IRIS, NPY)
    np.testing.assert_array_equal(decode(service.invoke(body, NPY, NPY).body, NPY), classifier.predict_proba(IRIS))
    np.testing.assert_array_equal(
        decode(service.invoke(body, NPY, NPY, "method=predict").body, NPY), classifier.predict(IRIS)
    )


def test_a_method_setting_that_cannot_work_is_refused_at_start(serve, classifier):
    with pytest.raises(ModelLoadError, match="no method 'transform': LogisticRegression has predict, predict_proba"):
        serve(classifier, method="transform")
    with pytest.raises(
        ModelLoadError, match=r"dict has none of predict, .*; name one in SKLEARN_RUNTIME_METHOD, or write a predict_fn"
    ):
        serve({"not": "a model"})
    with pytest.raises(ModelLoadError, match=r"METHOD is 'transform', but my-hooks.py defines predict_fn"):
        serve(classifier, "def predict_fn(i, m):\n    return 1\n", method="transform")


@pytest.mark.parametrize("failure", ["raise RuntimeError('no\\ndisk')", "import sys; sys.exit('no\\ndisk')"])
def test_a_model_fn_that_fails_is_told_in_one_line_and_logged(serve, failure, caplog):
    with pytest.raises(ModelLoadError, match=r"model_fn in my-hooks.py raised (RuntimeError|SystemExit): no disk$"):
        serve(None, f"def model_fn(model_dir):\n    {failure}\n")
    assert "Traceback" in caplog.text


def test_a_model_load_error_of_a_hook_passes_as_it_is(serve):
    with pytest.raises(ModelLoadError, match="holds no model file"):
        serve(None)


def test_digest_and_version_are_checked_whoever_loads_the_model(serve, classifier, tmp_path):
    program = "def model_fn(model_dir):\n    raise AssertionError('loaded')\n"
    serve(classifier)
    digest = digest_files(str(tmp_path / "model"))
    serve(classifier, model_sha256=digest, model_sklearn=sklearn.__version__)
    for wrong in ({"model_sha256": "0" * 64}, {"model_sklearn": "0.1.0"}):
        with pytest.raises(ModelLoadError, match=r"the artifact changed since|fitted with scikit-learn 0.1.0"):
            serve(classifier, program, **wrong)


def test_scikit_learns_warning_about_names_is_silenced_once_for_all(serve):
    model = LogisticRegression(max_iter=1000).fit(pd.DataFrame(IRIS, columns=list("abcd")), SPECIES)
    service = serve(model)
    with warnings.catch_warnings(record=True) as caught:
        assert service.invoke(encode(IRIS, NPY), NPY, NPY).status == 200
    assert not caught


def test_few_rows_are_answered_by_a_fast_path_which_is_named(serve, classifier, monkeypatch):
    service = serve(classifier)
    assert service.facts["fast_paths"]["predict"] >= 8
    assert json.loads(service.execution_parameters().body)["FastPaths"] == service.facts["fast_paths"]
    expected = encode(classifier.predict_proba(IRIS[:1]), NPY)
    for _ in range(4):
        service.invoke(encode(IRIS[:1], NPY), NPY, NPY, "method=predict_proba")
    monkeypatch.setattr(LogisticRegression, "predict_proba", lambda *_: pytest.fail("scikit-learn was asked"))
    # The third of these is not one that is compared with scikit-learn's answer.
    assert service.invoke(encode(IRIS[:1], NPY), NPY, NPY, "method=predict_proba").body == expected


@pytest.mark.parametrize("program", ["def predict_fn(rows, model):\n    return model.predict(rows)\n", None])
def test_no_fast_path_where_the_user_predicts_or_says_so(serve, classifier, program):
    service = serve(classifier, program, fast=program is not None)
    assert service.facts == {"fast_paths": {}}
    assert service.invoke(encode(IRIS[:1], NPY), NPY, JSON).body == b"[0]"


def test_execution_parameters_have_a_default(serve, classifier):
    service = serve(classifier, workers=3, max_body_bytes=6 << 20, fast=False)
    response = service.execution_parameters()
    assert json.loads(response.body) == {
        "MaxConcurrentTransforms": 3,
        "BatchStrategy": "MULTI_RECORD",
        "MaxPayloadInMB": 6,
        "FastPaths": {},
    }
    assert json.loads(serve(classifier).execution_parameters().body)["MaxConcurrentTransforms"] == 1
    many = json.loads(serve(classifier, workers=40, max_body_bytes=6 << 20).execution_parameters().body)
    assert many["MaxConcurrentTransforms"] * many["MaxPayloadInMB"] <= 100


@pytest.mark.parametrize(
    ("expression", "status", "body"),
    [
        ("{'MaxPayloadInMB': 7}", 200, b'{"MaxPayloadInMB": 7}'),
        ("'{}'", 200, b"{}"),
        ("1 / 0", 500, None),
        ("7", 500, None),
    ],
)
def test_execution_parameters_may_be_the_users(serve, classifier, expression, status, body):
    service = serve(classifier, f"def execution_parameters_fn():\n    return {expression}\n")
    response = service.execution_parameters()
    assert response.status == status
    assert response.content_type == JSON
    assert body is None or response.body == body
    assert not service.may_block


def test_requests_that_are_answered_together_get_what_each_gets_alone(serve, monkeypatch):
    monkeypatch.setattr(probe, "TOGETHER_SECONDS", -1.0)
    monkeypatch.setattr(probe, "WORTHWHILE", np.inf)
    monkeypatch.setattr(probe, "MEASURING_SECONDS", np.inf)
    service = serve(RandomForestClassifier(8, random_state=0).fit(IRIS, SPECIES))
    if not service.fast_paths.active:
        pytest.skip("no fast path answers as this old scikit-learn does, which is asked itself")
    assert service.puts_together("")
    assert service.puts_together("predict_proba")
    assert not service.puts_together("transform")
    bad = IRIS[:1].copy()
    bad[0, 2] = np.inf
    bodies = [
        *((encode(IRIS[place : place + 1], sent), sent, JSON, None) for place in range(9) for sent in SUPPORTED),
        (encode(IRIS[60:61], NPY), NPY, CSV, "method=predict_proba"),
        (encode(IRIS[61:64], JSON), JSON, NPY, "method=predict_proba"),
        (encode(IRIS[:1].astype(np.float32), NPY), NPY, JSON, None),
        (encode(IRIS[:1, :3], NPY), NPY, JSON, None),
        (b"[[1, 2", JSON, JSON, None),
        (encode(IRIS[:1], NPY), NPY, "text/html", None),
        (encode(IRIS[:1], NPY), NPY, JSON, "method=fit"),
    ]
    for requests in (bodies, [*bodies, (encode(bad, NPY), NPY, JSON, None)]):
        together = service.invoke_together(requests)
        assert together == [service.invoke(*asked) for asked in requests]
    assert {response.status for response in together} == {200, 400, 406}
    assert together[-1].status == 400


def test_hooks_of_the_users_are_never_asked_for_several_requests(serve):
    service = serve(
        RandomForestClassifier(8, random_state=0).fit(IRIS, SPECIES),
        """
        def output_fn(prediction, content_type):
            return str(len(prediction))
        """,
    )
    assert not service.puts_together("")
