"""A function URL answers over HTTP, and lets in whom it should."""

import io
import json
import urllib.request
from urllib.parse import urlencode

import numpy as np
import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from sklearn.linear_model import LogisticRegression

from constructs_lib.front_doors.code import front_code
from tests.local_sagemaker.cloud import ACCOUNT, REGION, allow, with_runtime
from tests.local_sagemaker.functions.function_cloud import LAMBDA_TRUST, LOG, ROOT, ask

ECHO = """
def handler(event, context):
    if event.get("body") == "raise":
        raise RuntimeError("no")
    if event.get("body") == "odd":
        return {"statusCode": "many"}
    if event.get("body") == "endless":
        return {"statusCode": float("inf")}
    if event.get("body") == "euro":
        return {"statusCode": 200, "headers": {"X-Price": "1 \\u20ac"}}
    if event.get("body") == "lines":
        return {"statusCode": 200, "cookies": ["a=1\\r\\nX: b"]}
    return event
"""


@pytest.fixture(scope="module")
def echo(cloud):
    """The URL of a function that answers with its event, by the function's name."""
    name = cloud.make_function(ECHO)
    return name, cloud.make_url(name)


def arn(name):
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"


def let_in(name):
    return [
        allow("lambda:InvokeFunctionUrl", arn(name), StringEquals={"lambda:FunctionUrlAuthType": "AWS_IAM"}),
        allow("lambda:InvokeFunction", arn(name), Bool={"lambda:InvokedViaFunctionUrl": "true"}),
    ]


def test_a_signed_request_is_an_event(echo):
    answer = ask(f"{echo[1]}rows/7?a=1", b'{"x": 1}', {"Content-Type": "application/json"})
    event = json.loads(answer.body)
    assert (event["rawPath"], event["rawQueryString"], event["body"]) == ("/rows/7", "a=1", '{"x": 1}')
    assert event["requestContext"]["accountId"] == ACCOUNT
    assert answer.headers["Content-Type"] == "application/json"


def test_a_url_without_its_last_slash_is_the_same(echo):
    assert json.loads(ask(echo[1].rstrip("/")).body)["rawPath"] == "/"


def test_it_answers_by_the_name_that_aws_gives_the_host(cloud, echo):
    url_id = echo[1].rstrip("/").rpartition("/")[2]
    host = {"Host": f"{url_id}.lambda-url.{REGION}.on.aws"}
    event = json.loads(ask(f"{cloud.url}/rows", b"1", host).body)
    assert (event["rawPath"], event["requestContext"]["domainName"]) == ("/rows", host["Host"])


def test_a_signature_may_be_in_the_query(echo):
    request = AWSRequest("GET", echo[1])
    SigV4QueryAuth(ROOT, "lambda", REGION, expires=60).add_auth(request)
    with urllib.request.urlopen(str(request.url)) as answer:
        assert answer.status == 200


def test_a_request_that_nobody_signs_is_forbidden(echo):
    answer = ask(echo[1], credentials=None)
    assert (answer.status, json.loads(answer.body)) == (403, {"Message": "Forbidden"})


@pytest.mark.parametrize("credentials", [ROOT, Credentials("test", "any")], ids=["known", "unknown"])
@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"service_name": "execute-api"}, "Credential should be scoped to correct service: 'lambda'. "),
        ({"region": "eu-west-1"}, "Credential should be scoped to a valid region. "),
    ],
)
def test_a_signature_for_something_else_is_told(echo, credentials, options, told):
    answer = ask(echo[1], credentials=credentials, **options)
    assert (answer.status, answer.headers["x-amzn-ErrorType"]) == (403, "InvalidSignatureException")
    assert json.loads(answer.body)["message"] == told


def test_a_wrong_signature_is_told(echo):
    answer = ask(echo[1], credentials=Credentials(ROOT.access_key, "wrong"))
    assert (answer.status, answer.headers["x-amzn-ErrorType"]) == (403, "InvalidSignatureException")
    assert json.loads(answer.body)["message"].startswith("The request signature we calculated does not match")


def test_a_caller_needs_both_rights_on_this_function(cloud, echo):
    name, url = echo
    by_url, also = let_in(name)
    event = json.loads(ask(url, credentials=cloud.make_caller(by_url, also)).body)
    assert ":assumed-role/" in event["requestContext"]["authorizer"]["iam"]["userArn"]
    for statements in ([], [by_url], [also], let_in("another")):
        assert ask(url, credentials=cloud.make_caller(*statements)).status == 403


@pytest.mark.parametrize("body", [b"raise", b"odd", b"endless", b"euro", b"lines"])
def test_a_function_that_gives_no_answer_is_502(echo, body):
    answer = ask(echo[1], body, {"Content-Type": "text/plain"})
    assert (answer.status, answer.body) == (502, b"Internal Server Error")


def test_a_body_whose_bytes_are_no_text_reaches_the_handler_in_base64(echo):
    event = json.loads(ask(echo[1], b"\xff", {"Content-Type": "application/json"}).body)
    assert (event["isBase64Encoded"], event["body"]) == (True, "/w==")


def test_a_body_that_is_too_long_is_413(echo):
    assert ask(echo[1], b"x" * 6_291_457).status == 413


def test_a_function_whose_role_may_not_write_its_log_is_502_with_the_reason(cloud):
    answer = ask(cloud.make_url(cloud.make_function(ECHO, Role=cloud.make_role([], LAMBDA_TRUST))))
    assert answer.status == 502
    assert "logs:CreateLogGroup" in json.loads(answer.body)["Message"]


def test_an_open_url_needs_a_policy_that_lets_anybody_in(cloud):
    name = cloud.make_function(ECHO)
    url = cloud.make_url(name, "NONE")
    grant = {"FunctionName": name, "Principal": "*"}
    cloud.functions.add_permission(
        **grant, StatementId="url", Action="lambda:InvokeFunctionUrl", FunctionUrlAuthType="NONE"
    )
    assert ask(url, credentials=None).status == 403
    cloud.functions.add_permission(
        **grant, StatementId="also", Action="lambda:InvokeFunction", InvokedViaFunctionUrl=True
    )
    event = json.loads(ask(url, credentials=None).body)
    assert event["requestContext"]["accountId"] == "anonymous"


def test_a_bucket_may_have_the_name_of_the_path(cloud):
    cloud.s3.create_bucket(Bucket="lambda-url")
    key = "a" * 32
    cloud.s3.put_object(Bucket="lambda-url", Key=key, Body=b"an object")
    assert cloud.s3.get_object(Bucket="lambda-url", Key=key)["Body"].read() == b"an object"


def test_reserved_concurrency_is_429(cloud):
    name = cloud.make_function(ECHO)
    url = cloud.make_url(name)
    cloud.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    answer = ask(url)
    assert (answer.status, json.loads(answer.body)["Message"]) == (429, "Rate Exceeded.")


@pytest.fixture(scope="module")
def endpoint(cloud):
    model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
    return cloud.make_endpoint(cloud.make_config(cloud.make_model(with_runtime(model))))


@pytest.fixture
def make_front(cloud, endpoint):
    """Make a front function as `SklearnFunction` packs it; gives its name and URL."""

    def make(module=None, *, action="sagemaker:InvokeEndpoint"):
        code = {file.name: file.source.read_text(encoding="utf-8") for file in front_code(None, None).files}
        variables = {"SKLEARN_FRONT_ENDPOINT": endpoint, "SKLEARN_FRONT_READ_TIMEOUT": "25"}
        if module is not None:
            code["front.py"] = module
            variables["SKLEARN_FRONT_MODULE"] = "front"
        resource = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/{endpoint}"
        name = cloud.make_function(
            code,
            Handler="sklearn_front.index.handler",
            Environment={"Variables": variables},
            Role=cloud.make_role([LOG, allow(action, resource)], LAMBDA_TRUST),
        )
        return name, cloud.make_url(name)

    return make


def npy(rows):
    content = io.BytesIO()
    np.save(content, np.array(rows))
    return content.getvalue()


@pytest.mark.parametrize(
    ("body", "content_type", "accept"),
    [
        (b"[[0.0], [1.0]]", "application/json", "application/json"),
        (b"0.0\n1.0\n", "text/csv", "text/csv"),
        (npy([[0.0], [1.0]]), "application/x-npy", "application/x-npy"),
        (b"0.0\n1.0\n", "text/csv", "application/json"),
    ],
)
def test_the_front_answers_as_the_endpoint_does(cloud, endpoint, make_front, body, content_type, accept):
    direct = cloud.runtime.invoke_endpoint(EndpointName=endpoint, Body=body, ContentType=content_type, Accept=accept)
    answer = ask(make_front()[1], body, {"Content-Type": content_type, "Accept": accept})
    assert answer.status == 200
    assert answer.body == direct["Body"].read()
    assert answer.headers["Content-Type"] == direct["ContentType"]


def test_the_fronts_errors_are_the_containers(make_front):
    answer = ask(make_front()[1], b"[[1, 2, 3]]", {"Content-Type": "application/json"})
    assert (answer.status, json.loads(answer.body)["error"]["type"]) == (400, "InvalidRows")
    answer = ask(make_front()[1], b"x", {"Content-Type": "image/png"})
    assert (answer.status, json.loads(answer.body)["error"]["type"]) == (415, "UnsupportedMediaType")


def test_a_front_without_the_right_says_nothing_of_it_to_the_caller(cloud, make_front):
    name, url = make_front(action="sagemaker:DescribeEndpoint")
    answer = ask(url, b"[[0.0]]", {"Content-Type": "application/json"})
    assert answer.status == 502
    assert json.loads(answer.body)["error"]["type"] == "AccessDeniedException"
    assert endpoint_named_nowhere(answer.body)
    assert any("AccessDeniedException" in line for line in cloud.log_of(name))


def endpoint_named_nowhere(body):
    return b"arn:" not in body


MODULE = """
import json

def before(body, content_type):
    customer = int(body)
    if customer > 9:
        raise ValueError(f"no customer {customer}")
    return json.dumps([[float(customer)]]).encode(), "application/json"

def after(body, content_type):
    (label,) = json.loads(body)
    return json.dumps({"leaves": bool(label)}).encode(), content_type
"""


def test_the_users_module_stands_before_and_after(cloud, make_front):
    name, url = make_front(MODULE)
    assert json.loads(ask(url, b"7", {"Content-Type": "text/plain"}).body) == {"leaves": True}
    refused = ask(url, b"17", {"Content-Type": "text/plain"})
    assert (refused.status, json.loads(refused.body)["error"]) == (
        400,
        {"type": "ValueError", "message": "no customer 17"},
    )
    # Nothing of what the customer sent; a search for it would also find it in the id of another line.
    (said,) = (json.loads(line) for line in cloud.log_of(name) if line.startswith('{"hook"'))
    assert said == {"hook": "before", "error": "ValueError", "at": ["front.py:7 in before"]}
    lines = [json.loads(line) for line in cloud.log_of(name) if line.startswith("{")]
    assert not any("no customer" in str(line) for line in lines)


def test_the_front_is_called_by_invoke_function_as_well(cloud, make_front):
    name, _ = make_front()
    answer = cloud.call(name, {"body": [[0.0], [1.0]]})
    assert (answer["statusCode"], json.loads(answer["body"])) == (200, [0, 1])


@pytest.mark.parametrize(
    "query", [{"X-Amz-Credential": "nobody"}, {"X-Amz-Credential": ""}, {"note": "X-Amz-Credential"}]
)
def test_a_query_may_have_the_name_of_a_signature_and_not_be_one(echo, query):
    url = f"{echo[1]}?{urlencode(query)}"
    assert ask(url, credentials=None).status == 403
