"""Signatures of real clients, and of requests that are broken by hand."""

import datetime as dt
import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from urllib.parse import quote

import pytest
from botocore.credentials import Credentials

from tests.local_sagemaker.access.signing import MISMATCH, OWN, Refused, Request, refusal
from tests.local_sagemaker.cloud import REGION, Cloud, running_cloud, scripted


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        yield cloud


@pytest.fixture(scope="module")
def url(cloud: Cloud) -> str:
    name = cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("only"))), "signed")
    return f"{cloud.url}/endpoints/{name}/invocations"


def broken(url: str, header: str, old: str, new: str, **options: Any) -> Refused:
    """Change a header of a signed request by a regular expression; give how it is refused."""
    request = Request(url, **options)
    request.headers[header] = re.sub(old, new, request.headers[header])
    return request.send().refused


def test_a_right_signature_passes(url):
    assert Request(url).send().body == b"only"


def test_a_wrong_secret_is_told_with_what_should_have_been_signed(url):
    request = Request(url, signer=Credentials(OWN.access_key, "wrong"))
    code, message, status = request.send().refused
    assert (code, status) == ("InvalidSignatureException", 403)
    stamp, host = request.headers["X-Amz-Date"], request.headers["Host"]
    assert re.fullmatch(
        re.escape(MISMATCH) + r"\n\nThe Canonical String for this request should have been\n'POST\n"
        rf"/endpoints/signed/invocations\n\ncontent-type:text/csv\nhost:{host}\nx-amz-date:{stamp}\n\n"
        r"content-type;host;x-amz-date\n[0-9a-f]{64}'\n\n"
        rf"The String-to-Sign should have been\n'AWS4-HMAC-SHA256\n{stamp}\n"
        rf"{stamp[:8]}/{REGION}/sagemaker/aws4_request\n[0-9a-f]{{64}}'\n",
        message,
    )


@pytest.mark.parametrize("operation", ["invoke_endpoint", "invoke_endpoint_with_response_stream"])
def test_a_client_with_a_wrong_secret_gets_the_error_of_the_runtime(cloud, url, operation):
    runtime = cloud.client("sagemaker-runtime", aws_secret_access_key="wrong")
    code, message, status = refusal(lambda: getattr(runtime, operation)(EndpointName="signed", Body=b"name"))
    assert (code, message.partition("\n")[0], status) == ("InvalidSignatureException", MISMATCH, 403)


def test_an_asynchronous_request_with_a_wrong_secret_is_refused(cloud, url):
    runtime = cloud.client("sagemaker-runtime", aws_secret_access_key="wrong")
    refused = refusal(lambda: runtime.invoke_endpoint_async(EndpointName="signed", InputLocation="s3://models/x"))
    assert (refused.code, refused.status) == ("InvalidSignatureException", 403)


def test_a_client_with_a_wrong_secret_gets_the_error_of_the_control_plane(cloud):
    refused = refusal(cloud.client("sagemaker", aws_secret_access_key="wrong").list_endpoints)
    assert refused.code == "InvalidSignatureException"
    assert refused.message.startswith(
        MISMATCH + "\n\nThe Canonical String for this request should have been\n'POST\n/\n"
    )
    assert refused.status == 400


@pytest.mark.parametrize("service", ["iam", "sts", "cloudformation"])
def test_services_of_the_query_protocol_have_codes_of_their_own_and_tell_less(cloud, service):
    ask = {"iam": "list_roles", "sts": "get_caller_identity", "cloudformation": "list_stacks"}[service]
    client = cloud.client(service, aws_secret_access_key="wrong")
    assert refusal(getattr(client, ask)) == ("SignatureDoesNotMatch", MISMATCH, 403)


def test_a_service_whose_paths_hold_names_is_asked_with_them_encoded(cloud):
    lambdas = cloud.client("lambda")
    missing = "arn:aws:lambda:us-east-1:123456789012:function:none:live one"
    assert refusal(lambda: lambdas.list_tags(Resource=missing)).code != "InvalidSignatureException"
    wrong = cloud.client("lambda", aws_secret_access_key="wrong")
    assert refusal(lambda: wrong.list_tags(Resource=missing))[::2] == ("InvalidSignatureException", 403)


def test_s3_is_left_as_it_is(cloud):
    cloud.client("s3", aws_secret_access_key="wrong").put_object(Bucket="models", Key="any", Body=b"x")


@pytest.mark.parametrize(
    ("ago", "beginning", "end"),
    [
        (310, "Signature expired: {0} is now earlier than ", r"\d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)"),
        (-310, "Signature not yet current: {0} is still later than ", r"\d{8}T\d{6}Z \(\d{8}T\d{6}Z \+ 5 min\.\)"),
    ],
)
def test_a_clock_that_is_off_by_more_than_five_minutes_is_told(url, ago, beginning, end):
    request = Request(url, ago=ago)
    code, message, status = request.send().refused
    assert (code, status) == ("InvalidSignatureException", 403)
    told = beginning.format(request.headers["X-Amz-Date"])
    assert message.startswith(told)
    assert re.fullmatch(end, message.removeprefix(told))


@pytest.mark.parametrize("ago", [280, -280])
def test_a_clock_that_is_off_by_less_will_do(url, ago):
    assert Request(url, ago=ago).send().status == 200


def test_the_day_of_the_scope_is_that_of_the_date(url):
    request = Request(url)
    day = request.headers["X-Amz-Date"][:8]
    refused = broken(url, "Authorization", rf"/{day}/", "/20200101/")
    assert refused.message.startswith(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
        f"'20200101' != '{day}', from '{day}T"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"service": "sagemaker-runtime"}, "Credential should be scoped to correct service: 'sagemaker'. "),
        (
            {"headers": {"Host": "runtime.sagemaker.eu-west-1.amazonaws.com"}},
            "Credential should be scoped to a valid region. ",
        ),
    ],
)
def test_a_scope_for_something_else_is_told(url, options, message):
    for signer in (OWN, Credentials("test", "test")):
        assert Request(url, **options, signer=signer).send().refused == ("InvalidSignatureException", message, 403)


def test_everything_that_is_wrong_with_the_scope_is_told_at_once(url):
    refused = broken(url, "Authorization", "sagemaker/aws4_request", "s4/aws5_request")
    assert refused.message == (
        "Credential should be scoped to correct service: 'sagemaker'. "
        "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. "
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("AWS4-HMAC-SHA256", "AWS4-HMAC-MD5", "Unsupported AWS 'algorithm': 'AWS4-HMAC-MD5'."),
        (
            "/aws4_request",
            "",
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service",
        ),
        (", Signature=[0-9a-f]+", "", "Authorization header requires 'Signature' parameter. (Hashed with SHA-256 and"),
        (
            "SignedHeaders=",
            "SignedHeaders",
            "Invalid key=value pair (missing equal-sign) in Authorization header (hashed",
        ),
        (
            ".+",
            "AWS4-HMAC-SHA256",
            "Authorization header requires 'Credential' parameter. Authorization header requires ",
        ),
    ],
)
def test_a_signature_that_is_not_whole_is_incomplete(url, old, new, message):
    refused = broken(url, "Authorization", old, new)
    assert (refused.code, refused.status) == ("IncompleteSignatureException", 403)
    assert refused.message.startswith(message)


def test_without_a_date_a_signature_is_incomplete(url):
    request = Request(url)
    del request.headers["X-Amz-Date"]
    refused = request.send().refused
    assert refused.code == "IncompleteSignatureException"
    assert refused.message.startswith(
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
    )


@pytest.mark.parametrize("date", ["yesterday", "20261301T000000Z", "Fri, 31 Dec 9999 23:59:59 -1400"])
def test_a_date_is_of_the_basic_format(url, date):
    told = f"Date must be in ISO-8601 'basic format'. Got '{date}'. See http://en.wikipedia.org/wiki/ISO_8601"
    assert broken(url, "X-Amz-Date", ".+", date) == ("IncompleteSignatureException", told, 403)


def test_the_date_may_be_that_of_http(url):
    request = Request(url, headers={"Date": "replaced by botocore"})
    assert "X-Amz-Date" not in request.headers
    assert request.send().status == 200


@pytest.mark.parametrize(("zone", "hours"), [("GMT", 0), ("+0000", 0), ("-0000", 0), ("+0200", 2)])
def test_a_date_of_http_says_its_zone(url, zone, hours):
    request = Request(url, headers={"Date": "replaced by botocore"}, ago=100)
    request.headers["Date"] = (
        f"{dt.datetime.now(tz=dt.timezone(dt.timedelta(hours=hours))):%a, %d %b %Y %H:%M:%S} {zone}"
    )
    # Its text is not what was signed, but as a time it is right.
    assert request.send().refused.message.startswith(MISMATCH)


def test_the_host_must_be_signed(url):
    refused = broken(url, "Authorization", ";host", "")
    assert refused.message == "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."


def test_a_signed_header_that_is_not_sent_counts_as_empty(url):
    request = Request(url, headers={"X-Amzn-SageMaker-Custom-Attributes": "trace=1"})
    assert request.send().status == 200
    del request.headers["X-Amzn-SageMaker-Custom-Attributes"]
    assert "\nx-amzn-sagemaker-custom-attributes:\n" in request.send().refused.message


def test_a_header_that_is_not_signed_may_change(url):
    request = Request(url)
    request.headers["X-Amzn-SageMaker-Custom-Attributes"] = "trace=1"
    assert request.send().status == 200


def test_spaces_in_a_header_do_not_count(url):
    request = Request(url, headers={"X-Amzn-SageMaker-Custom-Attributes": "two  words"})
    request.headers["X-Amzn-SageMaker-Custom-Attributes"] = " two words "
    assert request.send().status == 200


def test_a_signed_header_is_read_in_utf_8(url):
    request = Request(url, headers={"X-Note": "Zürich"})
    request.headers["X-Note"] = "Zürich".encode().decode("latin-1")
    assert request.send().status == 200


@pytest.mark.parametrize("said", [{}, {"X-Amz-Content-SHA256": sha256(b"name").hexdigest()}], ids=["unsaid", "said"])
def test_a_body_that_was_changed_is_found(url, said):
    request = Request(url, b"name", said)
    assert request.send().body == b"only"
    request.body = b"Name"
    assert request.send().refused.message.startswith(MISMATCH)


def test_a_body_cannot_be_left_unsigned(url):
    request = Request(url, headers={"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"})
    assert request.send().refused.message.startswith(MISMATCH)


def test_a_body_may_be_left_unsigned_where_aws_has_such_operations(cloud):
    address = f"{cloud.url}/snapshots/snap-1/blocks/0"
    unsigned = {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}
    request = Request(address, b"block", unsigned, method="PUT", service="ebs")
    request.body = b"other"
    assert b"signature" not in request.send().body
    request.headers["X-Amz-Content-SHA256"] = sha256(b"other").hexdigest()
    assert request.send().refused.message.startswith(MISMATCH)


def test_a_path_and_a_query_are_signed_as_they_were_sent(cloud):
    address = f"{cloud.url}/2015-03-31/functions/a%20b%2Fc/code?b=x%20y&a=~&a=1%2B1&c"
    plain = Request(address, b"", method="GET", service="lambda")
    assert plain.send().status == 404
    plain.target = plain.target.replace("b=x", "b=y")
    assert plain.send().refused.message.startswith(MISMATCH)


def test_a_request_to_a_proxy_names_the_whole_address(cloud, url):
    request = Request(url)
    request.target = url
    assert request.send().body == b"only"


def test_a_signature_in_the_query_is_verified_too(url):
    request = Request(url, b"", presigned=True)
    request.body = b"name"
    assert request.send().refused.message.startswith(MISMATCH)


def test_a_signature_in_the_query_has_a_life_of_its_own(url):
    request = Request(url, b"", presigned=True, ago=70)
    (stamp,) = re.findall("X-Amz-Date=([^&]+)", request.target)
    message = request.send().refused.message
    assert message.startswith(f"Signature expired: {stamp} is now earlier than ")
    assert message.endswith("Z - 1 min.)")


@pytest.mark.parametrize(("expires", "minutes"), [("9" * 20, 7 * 24 * 60), ("soon", 5), ("²", 5)])
def test_a_life_in_the_query_is_a_week_at_most(url, expires, minutes):
    request = Request(url, b"", presigned=True, ago=8 * 24 * 3600)
    request.target = request.target.replace("X-Amz-Expires=60", f"X-Amz-Expires={quote(expires)}")
    assert request.send().refused.message.endswith(f" - {minutes} min.)")


def test_a_signature_in_the_query_that_is_not_whole_is_incomplete(url):
    request = Request(url, b"", presigned=True)
    request.target = re.sub("&X-Amz-(SignedHeaders|Signature|Expires)=[^&]*", "", request.target)
    code, message, status = request.send().refused
    assert (code, status) == ("IncompleteSignatureException", 403)
    assert message == (
        "AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string parameters must include "
        "'X-Amz-SignedHeaders'. Re-examine the query-string parameters."
    )


def test_two_signatures_are_one_too_many(url):
    request = Request(url)
    request.target += "?X-Amz-Algorithm=AWS4-HMAC-SHA256"
    assert request.send().refused == (
        "InvalidSignatureException",
        "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
        403,
    )


def test_a_key_that_is_not_known_may_have_any_secret(cloud, url):
    request = Request(url, signer=Credentials("test", "any"), ago=4000)
    assert request.send().body == b"only"
    assert cloud.client("iam", aws_access_key_id="test", aws_secret_access_key="any").list_users()["Users"] == []
