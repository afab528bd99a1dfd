"""InvokeFunction runs functions: results, errors, time, rights and limits as Lambda has them."""

import base64
import json
import logging
import os
import threading
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from local_sagemaker.functions import execution_environment, outcomes, pool
from tests.local_sagemaker.cloud import ACCOUNT, REGION, allow, eventually
from tests.local_sagemaker.functions.function_cloud import LAMBDA_TRUST, alive, packed

WORK = """
import json, os, sys, time
from pathlib import Path

calls = 0

def handler(event, context):
    global calls
    calls += 1
    event = event or {}
    print("working")
    if event.get("do") == "raise":
        raise KeyError("gone")
    if event.get("do") == "exit":
        sys.stdout.write("no line end")
        os._exit(3)
    if event.get("do") == "die":
        os.kill(os.getpid(), 9)
    if event.get("do") == "object":
        return object()
    if event.get("do") == "long":
        return "x" * 7_000_000
    if event.get("do") == "wait":
        Path(event["folder"], f"started-{context.aws_request_id}").touch()
        while not Path(event["folder"], "go").exists():
            time.sleep(0.01)
    if event.get("do") == "write":
        sys.stdout.write("the end, without a line end")
    return {
        "event": event, "calls": calls, "pid": os.getpid(), "name": context.function_name,
        "arn": context.invoked_function_arn, "left": context.get_remaining_time_in_millis(),
        "color": os.environ.get("COLOR"), "region": os.environ["AWS_REGION"],
    }
"""


@pytest.fixture(scope="module")
def work(cloud):
    return cloud.make_function(WORK)


def refused(call, **parameters):
    with pytest.raises(ClientError) as error:
        call(**parameters)
    return error.value.response


def test_a_function_is_called_again_and_again_in_one_process(cloud, work):
    first, second = (cloud.call(work, {"rows": [1]}) for _ in range(2))
    assert first["event"] == {"rows": [1]}
    assert first["arn"] == f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{work}"
    assert 0 < first["left"] <= 30_000
    assert (second["pid"], second["calls"]) == (first["pid"], first["calls"] + 1)


@pytest.mark.parametrize("name", ["{}", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{{}}", f"{ACCOUNT}:function:{{}}"])
def test_it_is_found_by_name_and_by_arn(cloud, work, name):
    assert cloud.call(name.format(work))["name"] == work


def test_a_function_that_is_not_there_is_told(cloud):
    said = refused(cloud.functions.invoke, FunctionName="nothing")
    assert said["Error"]["Code"] == "ResourceNotFoundException"
    assert said["Error"]["Message"] == f"Function not found: arn:aws:lambda:{REGION}:{ACCOUNT}:function:nothing"


def test_what_the_handler_raises_is_the_answer(cloud, work):
    answer = cloud.functions.invoke(FunctionName=work, Payload='{"do": "raise"}')
    told = json.loads(answer["Payload"].read())
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert (told["errorType"], told["errorMessage"]) == ("KeyError", "'gone'")
    assert "in handler" in told["stackTrace"][0]
    assert told["requestId"]
    assert any(line.startswith("[ERROR] KeyError: 'gone'") for line in cloud.log_of(work))


@pytest.mark.parametrize(("do", "how"), [("exit", "exit status 3"), ("die", "signal: 9")])
def test_a_process_that_ends_is_an_error_and_followed_by_another(cloud, work, do, how):
    before = cloud.call(work)["pid"]
    told = cloud.call(work, {"do": do})
    assert told["errorType"] == "Runtime.ExitError"
    assert told["errorMessage"].endswith(f"Error: Runtime exited with error: {how}")
    assert cloud.call(work)["pid"] != before


def test_a_process_that_ended_between_calls_is_replaced(cloud, work):
    before = cloud.call(work)["pid"]
    os.kill(before, 9)
    eventually(lambda: not alive(before))
    assert cloud.call(work)["pid"] != before


def test_a_function_that_takes_too_long_is_ended(cloud, tmp_path):
    slow = cloud.make_function(WORK, Timeout=1)
    pid = cloud.call(slow)["pid"]
    answer = cloud.functions.invoke(
        FunctionName=slow, Payload=json.dumps({"do": "wait", "folder": str(tmp_path)}), LogType="Tail"
    )
    told = json.loads(answer["Payload"].read())
    assert answer["FunctionError"] == "Unhandled"
    assert told["errorType"] == "Sandbox.Timedout"
    assert told["errorMessage"].endswith("Error: Task timed out after 1.00 seconds")
    assert "Task timed out after 1.00 seconds\n" in base64.b64decode(answer["LogResult"]).decode()
    eventually(lambda: not alive(pid))


def test_a_result_that_is_no_json_is_told(cloud, work):
    told = cloud.call(work, {"do": "object"})
    assert told["errorType"] == "Runtime.MarshalError"
    assert told["errorMessage"] == "Unable to marshal response: Object of type object is not JSON serializable"


def test_a_result_that_is_too_long_is_told(cloud, work):
    assert cloud.call(work, {"do": "long"})["errorType"] == "Function.ResponseSizeTooLarge"


@pytest.mark.parametrize(
    ("files", "handler", "kind", "message"),
    [
        ({"index.py": "import nothing_at_all"}, "index.handler", "Runtime.ImportModuleError", "No module named"),
        ({"index.py": "def handler(:"}, "index.handler", "Runtime.UserCodeSyntaxError", "Syntax error in module"),
        ({"index.py": "1 / 0"}, "index.handler", "ZeroDivisionError", "division by zero"),
        ({"index.py": ""}, "index.other", "Runtime.HandlerNotFound", "Handler 'other' missing on module 'index'"),
        ({"index.py": "import os; os._exit(4)"}, "index.handler", "Runtime.ExitError", "exit status 4"),
    ],
)
def test_a_function_that_cannot_start_is_told(cloud, files, handler, kind, message):
    told = cloud.call(cloud.make_function(files, Handler=handler))
    assert told["errorType"] == kind
    assert message in told["errorMessage"]


def test_a_function_that_never_starts_is_ended(cloud, monkeypatch):
    monkeypatch.setattr(execution_environment, "_INIT_SECONDS", 1.0)
    told = cloud.call(cloud.make_function("import time; time.sleep(600)"))
    assert told["errorType"] == "Sandbox.Timedout"


def test_a_function_whose_process_never_connects_is_ended(cloud, monkeypatch, tmp_path):
    monkeypatch.setattr(execution_environment, "_INIT_SECONDS", 0.3)
    (tmp_path / "silent.py").write_text("import time; time.sleep(600)", encoding="utf-8")
    monkeypatch.setattr(execution_environment, "bootstrap", SimpleNamespace(__file__=str(tmp_path / "silent.py")))
    assert cloud.call(cloud.make_function(WORK))["errorType"] == "Sandbox.Timedout"


def test_a_function_whose_process_ends_before_it_connects_is_told(cloud):
    # Without its standard library, Python ends at once.
    told = cloud.call(cloud.make_function(WORK, Environment={"Variables": {"PYTHONHOME": "/nowhere"}}))
    assert told["errorType"] == "Runtime.ExitError"
    assert told["errorMessage"].endswith("Error: Runtime exited with error: exit status 1")


def test_a_handler_may_lie_in_a_package(cloud):
    files = {"pack/__init__.py": "", "pack/inner.py": "def handler(event, context): return 'inner'"}
    assert cloud.call(cloud.make_function(files, Handler="pack/inner.handler")) == "inner"


def test_the_log_has_the_call_and_the_caller_may_have_its_tail(cloud, work):
    answer = cloud.functions.invoke(FunctionName=work, Payload='{"do": "write"}', LogType="Tail")
    start, *lines, end, report = base64.b64decode(answer["LogResult"]).decode().splitlines()
    request_id = start.split()[2]
    assert start == f"START RequestId: {request_id} Version: $LATEST"
    assert lines == ["working", "the end, without a line end"]
    assert end == f"END RequestId: {request_id}"
    assert report.startswith(f"REPORT RequestId: {request_id}\tDuration: ")
    assert cloud.log_of(work)[-4:] == [*lines, end, report]


def test_without_being_asked_the_tail_is_not_given(cloud, work):
    assert "LogResult" not in cloud.functions.invoke(FunctionName=work)


def test_a_log_group_of_its_own_is_written(cloud):
    name = cloud.make_function(WORK, LoggingConfig={"LogGroup": "/mine"})
    cloud.call(name)
    assert cloud.client("logs").filter_log_events(logGroupName="/mine")["events"]


def test_variables_and_region_are_the_functions(cloud):
    name = cloud.make_function(WORK, Environment={"Variables": {"COLOR": "green"}})
    told = cloud.call(name)
    assert (told["color"], told["region"]) == ("green", REGION)


def test_a_function_has_its_roles_rights(cloud):
    code = "import boto3\ndef handler(event, context): return boto3.client('sts').get_caller_identity()['Arn']"
    assert ":assumed-role/" in cloud.call(cloud.make_function(code))


def test_new_code_and_settings_take_effect_and_end_the_old_process(cloud):
    name = cloud.make_function("import os\ndef handler(event, context): return os.getpid()")
    old = cloud.call(name)
    cloud.functions.update_function_code(FunctionName=name, ZipFile=packed({"index.py": WORK}))
    eventually(lambda: not alive(old))
    second = cloud.call(name)
    assert second["color"] is None
    cloud.functions.update_function_configuration(FunctionName=name, Environment={"Variables": {"COLOR": "red"}})
    eventually(lambda: not alive(second["pid"]))
    assert cloud.call(name)["color"] == "red"


def test_settings_may_change_before_the_first_call(cloud):
    name = cloud.make_function(WORK)
    cloud.functions.update_function_configuration(FunctionName=name, Environment={"Variables": {"COLOR": "blue"}})
    assert cloud.call(name)["color"] == "blue"


def test_a_deleted_function_leaves_no_process(cloud):
    name = cloud.make_function(WORK)
    pid = cloud.call(name)["pid"]
    cloud.functions.delete_function(FunctionName=name)
    eventually(lambda: not alive(pid))
    assert refused(cloud.functions.invoke, FunctionName=name)["Error"]["Code"] == "ResourceNotFoundException"


def wait_for_calls(folder, number):
    eventually(lambda: len(list(folder.glob("started-*"))) >= number)


def in_flight(cloud, name, folder, number):
    """Have calls under way until the file go is there; gives their threads and answers."""
    answers: list[Any] = []
    threads = []

    def call(client):
        event = json.dumps({"do": "wait", "folder": str(folder)})
        answers.append(json.loads(client.invoke(FunctionName=name, Payload=event)["Payload"].read()))

    for count in range(1, number + 1):
        thread = threading.Thread(target=call, args=(cloud.client("lambda"),))
        thread.start()
        threads.append(thread)
        wait_for_calls(folder, count)
    return threads, answers


def test_calls_at_a_time_have_a_process_each(cloud, tmp_path):
    name = cloud.make_function(WORK)
    threads, answers = in_flight(cloud, name, tmp_path, 2)
    (tmp_path / "go").touch()
    for thread in threads:
        thread.join()
    assert len({answer["pid"] for answer in answers}) == 2


def test_an_update_lets_a_call_end_first(cloud, tmp_path):
    name = cloud.make_function(WORK)
    (thread,), answers = in_flight(cloud, name, tmp_path, 1)
    cloud.functions.update_function_configuration(FunctionName=name, Timeout=29)
    (tmp_path / "go").touch()
    thread.join()
    pid = answers[0]["pid"]
    eventually(lambda: not alive(pid))


def test_more_calls_than_are_reserved_are_refused(cloud, tmp_path):
    name = cloud.make_function(WORK)
    cloud.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    (thread,), _ = in_flight(cloud, name, tmp_path, 1)
    said = refused(cloud.functions.invoke, FunctionName=name)
    (tmp_path / "go").touch()
    thread.join()
    assert said["Error"]["Code"] == "TooManyRequestsException"
    assert said["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert said["ResponseMetadata"]["HTTPStatusCode"] == 429


def test_a_call_beyond_the_most_processes_waits_in_vain_if_none_ends(cloud, tmp_path, monkeypatch):
    monkeypatch.setattr(pool, "MOST_PROCESSES", 1)
    monkeypatch.setattr(pool, "_PATIENCE", 0.01)
    name = cloud.make_function(WORK)
    (thread,), _ = in_flight(cloud, name, tmp_path, 1)
    said = refused(cloud.functions.invoke, FunctionName=name)
    (tmp_path / "go").touch()
    thread.join()
    assert said["Reason"] == "ConcurrentInvocationLimitExceeded"


def test_a_call_that_nobody_waits_for_is_accepted_and_made(cloud, tmp_path):
    name = cloud.make_function(WORK)
    event = json.dumps({"do": "wait", "folder": str(tmp_path)})
    answer = cloud.functions.invoke(FunctionName=name, InvocationType="Event", Payload=event)
    assert (answer["StatusCode"], answer["Payload"].read()) == (202, b"")
    eventually(lambda: list(tmp_path.glob("started-*")))
    (tmp_path / "go").touch()
    eventually(lambda: any(line.startswith("END") for line in cloud.log_of(name)))


@pytest.mark.parametrize(
    ("options", "reason"),
    [({}, "KeyError"), ({"Role": None}, "Could not assume role")],
)
def test_a_failure_that_nobody_waits_for_is_logged(cloud, caplog, options, reason):
    if "Role" in options:
        options = {"Role": cloud.make_role([], {**LAMBDA_TRUST, "Statement": []})}
    name = cloud.make_function(WORK, **options)
    with caplog.at_level(logging.WARNING):
        cloud.functions.invoke(FunctionName=name, InvocationType="Event", Payload='{"do": "raise"}')
        eventually(lambda: reason in caplog.text)
    assert "neither repeats it nor tells a destination" in caplog.text


def test_a_dry_run_calls_nothing(cloud):
    name = cloud.make_function(WORK)
    assert cloud.functions.invoke(FunctionName=name, InvocationType="DryRun")["StatusCode"] == 204
    logs = cloud.client("logs")
    assert logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"] == []


@pytest.mark.parametrize(
    ("options", "code", "status"),
    [
        ({"Payload": b"x" * 6_291_457}, "RequestTooLargeException", 413),
        ({"Payload": b"1" * 1_048_577, "InvocationType": "Event"}, "RequestTooLargeException", 413),
        ({"Payload": b"{"}, "InvalidRequestContentException", 400),
        ({"InvocationType": "Sometime"}, "InvalidParameterValueException", 400),
    ],
)
def test_a_request_that_lambda_refuses_is_refused(cloud, work, options, code, status):
    said = refused(cloud.functions.invoke, FunctionName=work, **options)
    assert said["Error"]["Code"] == code
    assert said["ResponseMetadata"]["HTTPStatusCode"] == status


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"Runtime": "nodejs22.x"}, "its function runs on nodejs22.x, and the local cloud runs Python"),
        ({"Code": {"ZipFile": b"no archive"}}, "is no zip archive"),
    ],
)
def test_a_function_that_cannot_be_run_here_is_refused_with_the_reason(cloud, options, why):
    settings = {"Runtime": "python3.14", "Handler": "index.handler", "Role": cloud.function_role}
    name = f"odd-{len(why)}"
    code = {"Code": {"ZipFile": b"no archive"}}
    cloud.functions.create_function(FunctionName=name, **{**settings, **code, **options})
    said = refused(cloud.functions.invoke, FunctionName=name)
    assert why in said["Error"]["Message"]
    assert said["ResponseMetadata"]["HTTPStatusCode"] == 400


@pytest.mark.parametrize("kind", ["RequestResponse", "Event", "DryRun"])
def test_what_cannot_run_is_refused_however_it_is_called(cloud, kind):
    layer = cloud.functions.publish_layer_version(LayerName=kind, Content={"ZipFile": packed({"a.py": ""})})
    for options, why in (
        ({"Runtime": "nodejs22.x"}, "its function runs on nodejs22.x"),
        ({"Layers": [layer["LayerVersionArn"]]}, "its function has layers"),
    ):
        said = refused(cloud.functions.invoke, FunctionName=cloud.make_function(WORK, **options), InvocationType=kind)
        assert said["Error"]["Code"] == "InvalidParameterValueException"
        assert why in said["Error"]["Message"]


def test_a_function_whose_role_may_not_write_its_log_is_refused(cloud):
    name = cloud.make_function(WORK, Role=cloud.make_role([], LAMBDA_TRUST))
    said = refused(cloud.functions.invoke, FunctionName=name)
    assert said["Error"]["Code"] == "AccessDeniedException"
    assert "logs:CreateLogGroup" in said["Error"]["Message"]


def as_caller(cloud, *statements):
    given = cloud.make_caller(*statements)
    return cloud.client(
        "lambda",
        aws_access_key_id=given.access_key,
        aws_secret_access_key=given.secret_key,
        aws_session_token=given.token,
    )


def test_a_caller_needs_the_right_on_this_function(cloud, work):
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{work}"
    assert as_caller(cloud, allow("lambda:InvokeFunction", arn)).invoke(FunctionName=work)["StatusCode"] == 200
    said = refused(as_caller(cloud, allow("lambda:InvokeFunction", f"{arn}-2")).invoke, FunctionName=work)
    assert said["Error"]["Code"] == "AccessDeniedException"
    assert "is not authorized to perform: lambda:InvokeFunction" in said["Error"]["Message"]


def test_the_functions_own_policy_may_let_a_caller_in(cloud):
    name = cloud.make_function(WORK)
    role = cloud.make_role([], LAMBDA_TRUST)
    given = cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="caller")["Credentials"]
    keys = {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }
    client = cloud.client("lambda", **keys)
    bucket = {"StatementId": "bucket", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
    cloud.functions.add_permission(FunctionName=name, **bucket)
    assert refused(client.invoke, FunctionName=name)["Error"]["Code"] == "AccessDeniedException"
    cloud.functions.add_permission(FunctionName=name, StatementId="one", Action="lambda:InvokeFunction", Principal=role)
    assert client.invoke(FunctionName=name)["StatusCode"] == 200


def test_a_denied_caller_stays_out_whatever_the_functions_policy_says(cloud):
    name = cloud.make_function(WORK)
    cloud.functions.add_permission(FunctionName=name, StatementId="all", Action="lambda:InvokeFunction", Principal="*")
    denied = {**allow("lambda:InvokeFunction", "*"), "Effect": "Deny"}
    assert refused(as_caller(cloud, denied).invoke, FunctionName=name)["Error"]["Code"] == "AccessDeniedException"


def test_an_unsigned_call_is_refused(cloud, work):
    client = boto3.client(
        "lambda",
        endpoint_url=cloud.url,
        region_name=REGION,
        config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}),
    )
    assert refused(client.invoke, FunctionName=work)["Error"]["Code"] == "MissingAuthenticationTokenException"
    client.close()


def test_what_is_not_emulated_is_refused_in_words(cloud, work):
    for call in (
        lambda: cloud.functions.invoke_async(FunctionName=work, InvokeArgs=b"{}"),
        lambda: cloud.functions.invoke_with_response_stream(FunctionName=work),
    ):
        assert "neither streams answers nor has the deprecated InvokeAsync" in refused(call)["Error"]["Message"]


def test_a_published_version_keeps_its_code(cloud):
    name = cloud.make_function("def handler(event, context): return context.function_version")
    version = cloud.functions.publish_version(FunctionName=name)["Version"]
    assert cloud.call(name) == "$LATEST"
    assert cloud.call(name, Qualifier=version) == version


def test_the_failure_of_a_function_is_raised_for_who_asks():
    with pytest.raises(outcomes.FunctionError, match="KeyError: 'gone'"):
        outcomes.raised({"errorType": "KeyError", "errorMessage": "'gone'"}).raise_failure()
    outcomes.succeeded("1").raise_failure()
