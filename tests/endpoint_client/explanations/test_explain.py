"""Errors as the real client raises them, and what is said of each: the cause, and the exact step."""

import json
import re
import threading
import traceback

import boto3
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from endpoint_client import (
    EndpointClientError,
    Explanation,
    Predictor,
    TrainingJob,
    TransformJob,
    TuningJob,
    exceptions,
    explain,
)
from endpoint_client.explanations.facts import Facts
from endpoint_client.explanations.rules import RULES
from tests.endpoint_client.conftest import Answer
from tests.endpoint_client.training.scripted_aws import RefusalError

CLASSES = sorted(
    (value for value in vars(exceptions).values() if isinstance(value, type) and issubclass(value, Exception)),
    key=lambda one: one.__name__,
)


def explained(call, *arguments, kind=EndpointClientError, **options) -> Explanation:
    """Explain what a call must raise."""
    with pytest.raises(kind) as caught:
        call(*arguments, **options)
    explanation = explain(caught.value)
    assert "{" not in re.sub(r"\{[\"']Effect.*\}", "", str(explanation)), "a place that was not filled"
    assert "  " not in explanation.what
    return explanation


def predicts(rows, **options) -> Explanation:
    """Explain what predicting must raise, without retries."""
    with Predictor("ep", max_attempts=1) as predictor:
        return explained(predictor.predict, rows, **options)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda one: one.__name__)
def test_every_class_of_errors_has_a_rule_of_its_own_that_always_holds(kind):
    assert [rule.says is None and rule.when is None for rule in RULES[kind]].index(True) == len(RULES[kind]) - 1
    explanation = explain(kind("the reason"))
    assert explanation == RULES[kind][-1].explain(Facts(kind("the reason")))
    assert "the reason" in explanation.what or "JOB" in explanation.what or kind is exceptions.PayloadTooLarge
    assert explanation.remedy


def test_the_text_is_short_and_without_colours(endpoint):
    text = str(predicts([[1.0, 2.0]]))
    assert text == (
        "The rows have another number of features than the model was fitted on: the rows have 2 columns, the\n"
        "model takes 4\n"
        "Why:\n"
        "  - A column is missing or is one too many: the target, an index (to_csv writes it), an id.\n"
        "  - One sample was given as a column: a list of n values is one row of n features.\n"
        "  - The endpoint has another model than you think, fitted on other features.\n"
        "What to do:\n"
        "  1. Compare the two numbers:\n"
        "       print(numpy.shape(rows), model.n_features_in_)\n"
        "  2. Send a DataFrame with the names of the fit; their order does not matter:\n"
        "       predictor.predict(frame[names])"
    )


@pytest.mark.parametrize(
    ("rows", "options", "what", "remedy"),
    [
        ([[1.0, 2, 3, 4], [1, None, 3, 4]], {}, r"the model takes none: row 1, column 1", r"asarray\(rows\)\[1\]"),
        ([[1.0, 2, 3, "high"]], {}, "text where the model takes numbers", "to_numeric"),
        ([[1.0, 2, 3, np.inf]], {}, "infinite", "isfinite"),
        ([[1, 2, 3, 4]], {"method": "transform"}, "no method|does not have the method", 'method="predict"'),
        ([[1, 2, 3, 4]], {"accept": "image/png"}, "cannot write its answer", 'accept="application/json"'),
        (b"abc", {"content_type": "image/png"}, "does not read this content type", 'content_type="application/json"'),
        (b"[[1, 2", {"content_type": "application/json"}, "not what its content type says", "give rows"),
        ([], {}, "no rows or no features, and nothing was sent", "numpy.shape"),
        ([[1, 2], [3]], {}, "different numbers of features", "Counter"),
        (np.array(["2026-01-01"], dtype="datetime64[D]"), {}, "values that no model takes", "dtypes"),
        (scipy.sparse.eye(4).tocsr(), {"content_type": "text/csv; x=1"}, "A setting is wrong", "help"),
        (np.eye(4), {"content_type": "application/x-npz"}, "content type cannot carry", "Leave content_type out"),
        (np.eye(4), {"method": "no method"}, "A setting is wrong, and nothing was sent: method='no method'", "help"),
        (b"x" * 7_000_000, {}, r"too long for one request \(7,000,000 bytes, where 6,291,456", "raw=True out"),
        ([["x" * 7_000_000]], {}, r"One row alone is too long", r"asarray\(rows\)\[0\]"),
    ],
)  # fmt: skip
def test_input_that_is_not_taken(endpoint, rows, options, what, remedy):
    explanation = predicts(rows, **options)
    assert re.search(what, explanation.what)
    assert re.search(remedy, "\n".join(explanation.remedy))


def test_names_that_the_model_does_not_have(endpoint):
    message = (
        "The feature names should match those that were passed during fit.\nFeature names unseen at fit time:\n- x"
    )
    error = {"error": {"type": "InputRefused", "message": message, "row": None, "column": None}}
    endpoint.container_error(400, json.dumps(error).encode())
    explanation = predicts(pd.DataFrame(np.eye(4), columns=list("abcx")))
    assert explanation.what.endswith("match those that were passed during fit.")
    assert "feature_names_in_" in explanation.remedy[0]


@pytest.mark.parametrize(
    ("status", "error_type", "message", "what", "remedy"),
    [
        (500, "KeyError", "age", "raised KeyError: age", "tail ep --region us-east-1"),
        (500, "ModuleNotFoundError", "No module named 'x'", "lacks a module", r"requirements\.txt"),
        (500, "MemoryError", "Unable to allocate 9 GiB", "ran out of memory", "max_rows=1000"),
        (503, "", "busy", r"not able to take the request \(status 503\)", "again and again"),
        (400, "InputRefused", "Found unknown categories ['x'] in column 0", "category was not there", "handle_unknown"),
        (413, "PayloadTooLarge", "too large", "container refused the request as too large", "max_payload_bytes"),
        (404, "", "no such model", "does not have what was asked for", "target_model"),
        (422, "", "no", r"refused the input \(status 422\): ", "as for the fit"),
    ],
)
def test_an_error_of_the_container(endpoint, features, status, error_type, message, what, remedy):
    body = {"error": {"type": error_type, "message": message, "row": None, "column": None}}
    endpoint.container_error(status, json.dumps(body).encode())
    explanation = predicts(features)
    assert re.search(what, explanation.what)
    assert re.search(remedy, "\n".join(explanation.remedy))


def test_another_servers_page_leads_to_the_log(endpoint, features):
    endpoint.container_error(500, b"<html>\nInternal Server Error</html>")
    explanation = predicts(features)
    assert explanation.what == "The container of endpoint 'ep' in us-east-1 answered with status 500: <html>"
    assert explanation.remedy[0] == (
        "Read the traceback in the endpoint's log (/aws/sagemaker/Endpoints/ep):\n"
        "sklearn-endpoint tail ep --region us-east-1"
    )


def test_a_row_is_named_where_the_message_does_not_say_which(endpoint, features):
    body = {"error": {"type": "Bad", "message": "no", "row": 3, "column": 1}}
    endpoint.container_error(400, json.dumps(body).encode())
    assert "input (row 3, column 1 of the input, counted from 0) (status 400): no" in predicts(features).what


@pytest.mark.parametrize(
    ("status", "code", "message", "what", "remedy"),
    [
        (403, "AccessDeniedException", "User: me is not authorized to perform: sagemaker:InvokeEndpoint",
         "may not call endpoint 'ep' in us-east-1: User: me", r"arn:aws:sagemaker:us-east-1:\*:endpoint/ep"),
        (403, "AccessDeniedException", "no: with an explicit deny in a service control policy", "forbids", "owns that"),
        (403, "KmsAccessDeniedException", "The kms key", "key of KMS", "kms:Decrypt"),
        (403, "ExpiredTokenException", "The security token included in the request is expired", "have expired", "sso"),
        (403, "InvalidSignatureException", "Signature expired: 20261129T1 is now earlier than", "its time", "ntp"),
        (403, "InvalidSignatureException", "The request signature we calculated does not match", "another sig", "list"),
        (403, "UnrecognizedClientException", "The security token included in the request is invalid.", "not know",
         "local_sagemaker env"),
        (429, "ThrottlingException", "Rate exceeded", "too many requests", "max_concurrency"),
        (400, "ThrottlingException", "kms: slow down", "KMS", "Service Quotas"),
        (429, "ModelNotReadyException", "loading", "not loaded yet", "max_attempts=10"),
        (503, "ServiceUnavailable", "Try later", "could not serve the request", "request id r-1"),
        (400, "ValidationError", "Variant Canary of endpoint ep not found.", "no production variant", "VariantName"),
        (400, "ValidationError", "Request 1 is missing a target model header.", "names none", "target_model="),
        (400, "ValidationError", "Endpoint ep is not a multi-model endpoint and does not", "one model", "Leave it out"),
        (400, "ValidationError", "configured for asynchronous inference", "asynchronously only", "predict_async"),
        (400, "ValidationError", "Endpoint ep is not InService", "not in a state", "status ep --region us-east-1"),
        (400, "Odd", "Odd", "refused the request itself", "describe-endpoint"),
        (409, "Conflict", "Being used", "no class here", "request id r-1"),
        (413, "413", "HTTP content length exceeded", "status 413", "max_payload_bytes=4_194_304"),
    ],
)  # fmt: skip
def test_an_error_of_the_service_with_our_client_and_with_boto3s_own(
    endpoint, features, status, code, message, what, remedy
):
    endpoint.service_errors.append((status, code, message))
    explanation = predicts(features)
    assert re.search(what, explanation.what)
    assert re.search(remedy, "\n".join(explanation.remedy))
    endpoint.service_errors.append((status, code, message))
    client = boto3.client("sagemaker-runtime", config=Config(retries={"total_max_attempts": 1}))
    plain = explained(client.invoke_endpoint, EndpointName="ep", Body=b"", kind=ClientError)
    client.close()
    # The region, and most names, are known to our client only.
    for known, unknown in ((explanation.what, plain.what), (str(explanation.why), str(plain.why))):
        assert re.sub(r"(the )?endpoint( 'ep')?( in us-east-1)?", "E", known) == re.sub(
            r"(the )?endpoint( 'ep')?( in us-east-1)?", "E", unknown
        )
    assert len(plain.remedy) == len(explanation.remedy)


def test_an_endpoint_that_is_not_there_leads_to_region_and_account(endpoint, features):
    with Predictor("churn") as predictor:
        explanation = explained(predictor.predict, features)
    assert explanation.what == (
        "There is no endpoint 'churn' in the account and region that were asked: Endpoint churn of account "
        "123456789012 not found."
    )
    assert explanation.why[0].startswith("The region or the account")
    assert explanation.remedy[0] == "List what is there:\naws sagemaker list-endpoints --region us-east-1"


def test_no_answer_in_time(endpoint, features):
    finished = threading.Event()

    def container(request):
        finished.wait(30)
        return Answer(b"[1]", "application/json")

    endpoint.container = container
    try:
        with Predictor("ep", max_attempts=1, read_timeout=0.1) as predictor:
            explanation = explained(predictor.predict, features)
    finally:
        finished.set()
    assert explanation.what.startswith("endpoint 'ep' in us-east-1 gave no answer in time: Read timeout on")
    assert "max_concurrency=4" in explanation.remedy[0]


@pytest.mark.parametrize(
    ("address", "proxy", "what", "remedy"),
    [
        ("http://127.0.0.1:9", "", "Nothing answers at the local address", "local_sagemaker up --port 4566"),
        (
            "http://nowhere.invalid",
            "",
            "No connection could be made to endpoint 'ep'",
            "curl .* http://nowhere.invalid/",
        ),
        ("http://nowhere.invalid", "http://me:secret@127.0.0.1:9", r"The proxy cannot be used: .*://\*\*\*@", "env"),
    ],
)
def test_nobody_there(endpoint, features, monkeypatch, address, proxy, what, remedy):
    monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    monkeypatch.setenv("http_proxy", proxy)
    explanation = predicts(features)
    assert re.search(what, explanation.what)
    assert re.search(remedy, "\n".join(explanation.remedy))
    assert "secret" not in str(explanation)


def test_what_is_missing_here(endpoint, features, monkeypatch, tmp_path):
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    assert "found no credentials" in predicts(features).what
    monkeypatch.setenv("AWS_PROFILE", "missing")
    explanation = explained(Predictor, "ep")
    assert "could not make a client: The config profile (missing) could not be found" in explanation.what
    monkeypatch.delenv("AWS_PROFILE")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    assert 'region="eu-central-1"' in explained(Predictor, "ep").remedy[0]


def test_answers_that_cannot_be_read(endpoint, predictor, features):
    endpoint.container = lambda _: Answer(b"<html>", "text/html")
    assert "raw=True" in explained(predictor.predict, features).remedy[0]
    endpoint.container = lambda _: Answer(b"[1]", "application/json")
    predictor.max_payload_bytes = 500
    assert "cannot be joined" in explained(predictor.predict, features).what


@pytest.mark.parametrize(
    ("job", "noun", "command"),
    [
        (TrainingJob, "training", "list-training-jobs"),
        (TransformJob, "transform", "list-transform-jobs"),
        (TuningJob, "tuning", "list-hyper-parameter-tuning-jobs"),
    ],
)
def test_a_job_that_is_not_there(aws, job, noun, command):
    explanation = explained(job.attach, "churn-9")
    assert explanation.what.startswith(f"There is no {noun} job 'churn-9' in the account")
    assert explanation.remedy[0] == f"List what is there:\naws sagemaker {command} --region us-east-1"


def test_a_training_job_that_failed_was_stopped_or_is_at_work(aws):
    aws.create_job(TrainingJobStatus="Failed", SecondaryStatus="Failed", FailureReason="AlgorithmError: exit code 1")
    job = TrainingJob.attach("churn-1")
    explanation = explained(job.wait)
    assert explanation.what == "The training job 'churn-1' failed: AlgorithmError: exit code 1"
    assert 'TrainingJob.attach("churn-1").logs()' in explanation.remedy[0]
    aws.create_job()
    assert explained(lambda: job.model_data).remedy == ('Wait for its end:\nTrainingJob.attach("churn-1").wait()',)
    aws.create_job(TrainingJobStatus="Stopped", SecondaryStatus="Stopped")
    assert "was stopped before its end" in explained(job.wait).what


def test_a_right_of_another_service_is_named_with_its_statement(aws):
    aws.refusals["DescribeTrainingJob"] = [RefusalError("AccessDeniedException", "no")]
    explanation = explained(TrainingJob.attach, "churn-1")
    statement = {"Effect": "Allow", "Action": "sagemaker:DescribeTrainingJob", "Resource": "RESOURCE-ARN"}
    assert explanation.remedy[0] == f"Add this statement to the caller's policy:\n{json.dumps(statement)}"


def test_other_calls_of_boto3_are_explained_too(aws):
    aws.refusals["DescribeTrainingJob"] = [RefusalError("ExpiredTokenException", "The security token is expired")]
    client = boto3.client("sagemaker")
    explanation = explained(client.describe_training_job, TrainingJobName="x", kind=ClientError)
    assert explanation.what == "The credentials in use have expired: The security token is expired"
    wrong = explained(client.describe_training_job, TrainingJobName=5, kind=BotoCoreError)
    client.close()
    assert wrong.what.startswith("A parameter of the call is not what boto3 takes, and nothing was sent")


def test_what_plain_boto3_lacks_is_explained_too(endpoint, monkeypatch, tmp_path):
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    no_region = explained(boto3.client, "sagemaker-runtime", kind=BotoCoreError)
    assert no_region.what == "No region is configured, so there is no address to call."
    no_profile = explained(boto3.Session, profile_name="missing", kind=BotoCoreError)
    assert "aws configure list-profiles" in no_profile.remedy[0]


def test_the_address_names_endpoint_and_region(endpoint, monkeypatch):
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    # Not to be resolved, whatever the machine's own resolver says of unknown names.
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: (_ for _ in ()).throw(OSError("no such name")))
    client = boto3.client("sagemaker-runtime", "eu-central-9", config=Config(retries={"total_max_attempts": 1}))
    explanation = explained(client.invoke_endpoint, EndpointName="churn", Body=b"", kind=BotoCoreError)
    client.close()
    assert explanation.what.startswith("No connection could be made to endpoint 'churn' in eu-central-9: Could not")
    assert explanation.remedy[0].endswith(
        "https://runtime.sagemaker.eu-central-9.amazonaws.com/endpoints/churn/invocations"
    )


def test_what_was_raised_because_of_a_known_error_is_explained_by_it(endpoint, features):
    def wrapped():
        with Predictor("ep") as predictor:
            try:
                predictor.predict([])
            except EndpointClientError:
                raise RuntimeError("the batch failed")  # noqa: B904 - as programs do

    assert "no rows or no features" in explained(wrapped, kind=RuntimeError).what


def test_a_group_is_explained_by_the_known_error_in_it():
    class Group(Exception):  # noqa: N818 - as Python names its own, from 3.11 on
        exceptions = (ValueError("x"), exceptions.ModelNotReady("loading"))

    assert "not loaded yet" in explain(Group()).what


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (ZeroDivisionError("division by zero"), "no error of the endpoint or of AWS, but ZeroDivisionError: division"),
        (KeyboardInterrupt(), "KeyboardInterrupt: it gave no reason"),
        (TimeoutError(), "A time limit of your own program"),
        (ModuleNotFoundError("No module named 'boto3'"), "boto3, which makes the calls, is not installed"),
        (ModuleNotFoundError("No module named 'x'"), "no error of the endpoint or of AWS, but ModuleNotFoundError"),
    ],
)
def test_of_anything_else_only_what_is_known_is_said(error, what):
    explanation = explain(error)
    assert what in explanation.what
    assert explanation.remedy


def test_an_error_that_is_its_own_cause_has_an_end():
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    assert "ValueError: first" in explain(first).what


@pytest.mark.parametrize("wrong", [None, "AccessDenied", ValueError])
def test_what_is_no_exception_is_refused(wrong):
    with pytest.raises(TypeError, match="is no exception: give what was raised"):
        explain(wrong)


def test_a_stack_that_is_not_there(aws, monkeypatch):
    error = exceptions.ConfigurationError("stack 'Churn' does not exist in us-east-1")
    assert "describe-stacks" in explain(error).remedy[0]


def test_an_explanation_is_given_of_a_traceback_that_was_sent_elsewhere(endpoint, features):
    """An error survives the way from another process, and is explained there."""
    import pickle

    with Predictor("churn") as predictor, pytest.raises(EndpointClientError) as caught:
        predictor.predict(features)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert traceback.format_exception_only(copy)
    assert explain(copy).remedy == explain(caught.value).remedy


def test_an_input_of_which_a_part_is_answered_goes_on_from_there(endpoint, predictor, features):
    serve = endpoint.container
    endpoint.container = lambda request: (
        Answer(b"busy", "text/plain", 503) if len(endpoint.requests) == 2 else serve(request)
    )
    predictor.max_rows = 20
    explanation = explained(predictor.predict, features)
    assert "not able to take the request (status 503): busy" in explanation.what
    assert explanation.remedy[-1].endswith("\nresults = error.partial.resume()")
