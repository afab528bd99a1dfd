"""APIs that were not made by the constructs: mocks, mappings, routes, and what is not emulated."""

import base64
import itertools
import json
import socket
from collections.abc import Mapping
from typing import Any

import pytest

from tests.local_sagemaker.api_gateway.front_desk import FrontDesk, Response
from tests.local_sagemaker.cloud import allow, scripted

TRUST: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": "sts:AssumeRole",
    },
}
RUNTIME = "arn:aws:apigateway:us-east-1:runtime.sagemaker:path/endpoints"
# Of more levels than any parser takes.
DEEP = b"[" * 200_000
numbers = itertools.count(1)


class OwnApi:
    """An API that is made request by request."""

    def __init__(self, desk: FrontDesk, **options: Any) -> None:
        self.desk = desk
        self.gateway = desk.gateway
        self.id: str = self.gateway.create_rest_api(name=f"own-{next(numbers)}", **options)["id"]
        self._resources: dict[str, str] = {"/": self.gateway.get_resources(restApiId=self.id)["items"][0]["id"]}

    def resource(self, path: str) -> str:
        """Make what is missing of a path; give the id of its last resource."""
        if path not in self._resources:
            parent, _, part = path.rpartition("/")
            made = self.gateway.create_resource(restApiId=self.id, parentId=self.resource(parent or "/"), pathPart=part)
            self._resources[path] = made["id"]
        return self._resources[path]

    def method(
        self,
        path: str = "/call",
        http_method: str = "POST",
        *,
        integration: Mapping[str, Any] | None = None,
        responses: Mapping[str, Mapping[str, Any]] | None = None,
        **options: Any,
    ) -> None:
        """Make a method; by default a mock that answers 200 with an empty body."""
        where = {"restApiId": self.id, "resourceId": self.resource(path), "httpMethod": http_method}
        self.gateway.put_method(**where, **{"authorizationType": "NONE", **options})
        mock = {"type": "MOCK", "requestTemplates": {"application/json": '{"statusCode": 200}'}}
        self.gateway.put_integration(**where, **(integration or mock))
        for status, response in (responses if responses is not None else {"200": {}}).items():
            self.gateway.put_integration_response(**where, statusCode=status, **response)

    def deploy(self, **variables: str) -> None:
        """Deploy to the stage `test`."""
        deployment = self.gateway.create_deployment(restApiId=self.id)["id"]
        self.gateway.create_stage(restApiId=self.id, stageName="test", deploymentId=deployment, variables=variables)

    def call(self, path: str = "/call", body: bytes = b"{}", **options: Any) -> Response:
        """Call it, unsigned."""
        options = {"Content_Type": "application/json", "signer": None, **options}
        return self.desk.post(f"/restapis/{self.id}/test/_user_request_{path}", body, **options)


def binary_api(desk: FrontDesk, media_type: str) -> OwnApi:
    own = OwnApi(desk)
    operation = {"op": "add", "path": "/binaryMediaTypes/~1", "value": media_type}
    own.gateway.update_rest_api(restApiId=own.id, patchOperations=[operation])
    return own


def answers(template: str, **response: Any) -> dict[str, Any]:
    return {"200": {"responseTemplates": {"application/json": template}, **response}}


@pytest.fixture
def own(desk):
    return OwnApi(desk)


@pytest.fixture(scope="module")
def caller_role(desk):
    arn = f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{desk.endpoint}"
    return desk.cloud.make_role([allow("sagemaker:InvokeEndpoint", arn)], TRUST)


def sagemaker(desk, role: str | None, **options: Any) -> dict[str, Any]:
    integration = {
        "type": "AWS",
        "integrationHttpMethod": "POST",
        "uri": f"{RUNTIME}/{desk.endpoint}/invocations",
        "passthroughBehavior": "WHEN_NO_TEMPLATES",
        **options,
    }
    return integration if role is None else {**integration, "credentials": role}


def test_a_mock_answers_what_its_templates_say(own):
    own.method(
        responses=answers(
            '{"id": "$context.requestId", "colour": "$stageVariables.colour", "stage": "$context.stage"}',
            responseParameters={
                "method.response.header.X-Static": "'text'",
                "method.response.header.X-Stage": "stageVariables.colour",
                "method.response.header.X-None": "stageVariables.none",
                "method.response.header.X-Id": "context.requestId",
                "method.response.header.X-Missing": "context.authorizer.principalId",
            },
        )
    )
    own.deploy(colour="red")
    answer = own.call()
    assert answer.json == {"id": answer.headers["x-amzn-RequestId"], "colour": "red", "stage": "test"}
    assert [answer.headers[f"X-{name}"] for name in ("Static", "Stage", "None", "Missing")] == [
        "text",
        "red",
        None,
        None,
    ]
    assert answer.headers["X-Id"] == answer.headers["x-amzn-RequestId"]


def test_a_template_may_set_headers_and_any_status(own):
    own.method(
        responses=answers(
            "#set($context.responseOverride.status = 599)#set($context.responseOverride.header.X-Set = 1)"
        )
    )
    own.method("/good", responses=answers("#set($context.responseOverride.header.Set = 1)#set($a = 2)$a"))
    own.method("/odd", responses=answers("#set($context.responseOverride.status = 599)"))
    own.deploy()
    assert own.call().status == 500
    assert own.call("/good").headers["Set"] == "1"
    assert own.call("/odd").status == 599


@pytest.mark.parametrize(
    ("path", "found"),
    [("/items/7", "one"), ("/items/new", "literal"), ("/items/7/more", "rest"), ("/items/", "items"), ("/", "root")],
)
def test_the_most_literal_path_answers(desk, path, found):
    own = OwnApi(desk)
    for route, name in {
        "/": "root",
        "/items": "items",
        "/items/new": "literal",
        "/items/{id}": "one",
        "/{rest+}": "rest",
    }.items():
        own.method(route, "ANY", responses=answers(name))
    own.deploy()
    assert own.call(path).body.decode() == found
    assert own.call(path, method="PUT").body.decode() == found


def test_a_deployment_keeps_the_api_as_it_was(own):
    own.method(responses=answers("before"))
    own.deploy()
    own.method(responses=answers("after"))
    assert own.call().body == b"before"


def test_models_and_validators_without_the_cdk(own):
    model = json.dumps({"type": "object", "required": ["a"]})
    own.gateway.create_model(restApiId=own.id, name="Needs", contentType="application/json", schema=model)
    validator = own.gateway.create_request_validator(
        restApiId=own.id, name="both", validateRequestBody=True, validateRequestParameters=True
    )["id"]
    own.method(
        requestValidatorId=validator,
        requestModels={"$default": "Needs"},
        requestParameters={"method.request.header.X-Need": True, "method.request.querystring.q": True},
    )
    own.method("/empty", requestValidatorId=validator, requestModels={"application/json": "Empty"})
    own.method("/unchecked")
    own.deploy()
    deep = own.call("/call?q=1", DEEP, X_Need="1")
    assert (deep.status, deep.json) == (400, {"message": "Invalid request body"})
    answer = own.call()
    assert (answer.status, answer.json) == (400, {"message": "Missing required request parameters: [X-Need, q]"})
    refused = own.call("/call?q=1", X_Need="1")
    assert (refused.status, refused.json) == (400, {"message": "Invalid request body"})
    assert own.call("/call?q=1", b'{"a": 1}', X_Need="1").status == 200
    assert own.call("/empty", b"no JSON").status == 200
    assert own.call("/unchecked", b"no JSON").status == 200


def test_a_validator_may_look_at_the_parameters_alone(own):
    validator = own.gateway.create_request_validator(restApiId=own.id, name="some", validateRequestParameters=True)
    own.gateway.create_model(restApiId=own.id, name="Needs", contentType="application/json", schema='{"type": "null"}')
    own.method(requestValidatorId=validator["id"], requestModels={"application/json": "Needs"})
    bodies = own.gateway.create_request_validator(restApiId=own.id, name="body", validateRequestBody=True)
    own.method("/body", requestValidatorId=bodies["id"], requestModels={"application/json": "Needs"})
    own.deploy()
    assert own.call().status == 200
    assert own.call("/body").status == 400
    assert own.call("/body", b"null").status == 200


def test_a_model_that_refers_to_another_is_not_emulated(own):
    reference = {"properties": {"a": [{"$ref": "https://apigateway.amazonaws.com/restapis/a/models/B"}]}}
    validator = own.gateway.create_request_validator(restApiId=own.id, name="body", validateRequestBody=True)["id"]
    own.gateway.create_model(
        restApiId=own.id, name="Needs", contentType="application/json", schema=json.dumps(reference)
    )
    own.method(requestValidatorId=validator, requestModels={"application/json": "Needs"})
    own.deploy()
    assert own.call().status == 500


def test_gateway_responses_have_statuses_headers_and_variables_of_their_own(own):
    own.gateway.put_gateway_response(
        restApiId=own.id,
        responseType="MISSING_AUTHENTICATION_TOKEN",
        statusCode="404",
        responseParameters={
            "gatewayresponse.header.X-Static": "'text'",
            "gatewayresponse.header.X-Other": "method.request.header.Other",
            "gatewayresponse.header.X-Page": "method.request.querystring.Page",
            "gatewayresponse.header.X-Stage": "context.stage",
        },
        responseTemplates={"application/json": '{"stage": "$context.stage", "none": "$context.none"}'},
    )
    own.method()
    own.deploy()
    answer = own.call("/other?Page=7", Other="sent")
    assert (answer.status, answer.json) == (404, {"stage": "test", "none": ""})
    names = ("Static", "Other", "Page", "Stage")
    assert [answer.headers[f"X-{name}"] for name in names] == ["text", "sent", "7", "test"]
    assert "X-Other" not in own.call("/other").headers


def test_the_plain_call_to_sagemaker(desk, own, caller_role):
    own.method(integration=sagemaker(desk, caller_role))
    own.deploy()
    assert own.call(body=b"[[0.0, 1.0]]").json == [0]


def test_headers_are_mapped_from_headers_queries_and_texts(desk, own, caller_role):
    mapped = {
        "integration.request.header.Accept": "'text/csv'",
        "integration.request.header.Content-Type": "method.request.querystring.type",
        "integration.request.header.X-Amzn-SageMaker-Custom-Attributes": "method.request.header.Attributes",
    }
    own.method(integration=sagemaker(desk, caller_role, requestParameters=mapped))
    own.deploy()
    answer = own.call("/call?type=text/csv", b"0.0,1.0\n", Attributes="method=decision_function")
    assert float(answer.body) < 0


ROW = b"[[0.0, 1.0]]"
PREDICTED = b"[0]"


@pytest.mark.parametrize(
    ("handling", "sent", "accept", "received"),
    [
        (None, ROW, "text/plain", PREDICTED),
        ("CONVERT_TO_TEXT", ROW, "application/x-rows", PREDICTED),
        ("CONVERT_TO_BINARY", base64.b64encode(ROW), "text/plain", None),
        (None, ROW, "application/x-rows", None),
    ],
)
def test_texts_become_bytes_where_that_is_asked_for(desk, caller_role, handling, sent, accept, received):
    own = binary_api(desk, "application/x-rows")
    given = {} if handling is None else {"contentHandling": handling}
    own.method(integration=sagemaker(desk, caller_role, **given), responses={"200": given})
    own.deploy()
    answer = own.call(body=sent, Accept=accept)
    # An answer in JSON is no base64.
    assert (answer.status, answer.body) == (200, received) if received else answer.status == 500


@pytest.mark.parametrize(
    ("handling", "accept", "received"),
    [
        (None, "application/json", PREDICTED),
        (None, "text/plain", base64.b64encode(PREDICTED)),
        ("CONVERT_TO_TEXT", "application/json", base64.b64encode(PREDICTED)),
        ("CONVERT_TO_BINARY", "text/plain", PREDICTED),
    ],
)
def test_bytes_become_texts_where_that_is_asked_for(desk, caller_role, handling, accept, received):
    own = binary_api(desk, "application/json")
    given = {} if handling is None else {"contentHandling": handling}
    own.method(integration=sagemaker(desk, caller_role), responses={"200": given})
    own.method("/text", integration=sagemaker(desk, caller_role, contentHandling="CONVERT_TO_TEXT"))
    own.deploy()
    assert own.call(body=ROW, Accept=accept).body == received
    # The container is sent base64, which is no JSON.
    assert own.call("/text", ROW, Accept="application/json").json["OriginalStatusCode"] == 400


def test_base64_that_is_none_is_a_failure(desk, own, caller_role):
    own.method(integration=sagemaker(desk, caller_role, contentHandling="CONVERT_TO_BINARY"))
    own.deploy()
    assert own.call(body=base64.b64encode(ROW)).body == PREDICTED
    assert own.call(body=ROW).status == 500


def test_without_binary_types_everything_is_text(desk, own, caller_role):
    own.method(
        integration=sagemaker(desk, caller_role),
        responses={"200": {"contentHandling": "CONVERT_TO_BINARY"}},
    )
    own.deploy()
    assert own.call(body=b"[[0.0, 1.0]]").status == 500


def test_a_template_takes_bytes_as_base64(desk):
    own = binary_api(desk, "*/*")
    template = {"a/b": '{"statusCode": 200, "body": "$input.body"}'}
    own.method(
        "/text", integration={"type": "MOCK", "requestTemplates": template, "contentHandling": "CONVERT_TO_TEXT"}
    )
    own.method("/bytes", integration={"type": "MOCK", "requestTemplates": template})
    own.deploy()
    assert own.call("/text", b"\xff", Content_Type="a/b").status == 200
    assert own.call("/bytes", b"\xff", Content_Type="a/b").status == 500


def test_what_has_no_template_is_passed_on_or_not_as_the_method_says(desk, own, caller_role):
    template = {"text/csv": "[[$input.body]]"}
    for path, behaviour in {"/never": "NEVER", "/templates": "WHEN_NO_TEMPLATES", "/match": "WHEN_NO_MATCH"}.items():
        own.method(
            path, integration=sagemaker(desk, caller_role, passthroughBehavior=behaviour, requestTemplates=template)
        )
    own.deploy()
    assert own.call("/never").json == {"message": "Unsupported Media Type"}
    assert own.call("/templates").status == 415
    assert own.call("/match", b"[[0.0, 1.0]]").json == [0]
    assert own.call("/never", b"0.0, 1.0", Content_Type="text/csv").json == [0]


@pytest.mark.parametrize(
    "integration",
    [
        {"type": "HTTP", "integrationHttpMethod": "GET", "uri": "http://localhost/"},
        {
            "type": "AWS",
            "integrationHttpMethod": "POST",
            "uri": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/f/invocations",
        },
        {"type": "MOCK", "requestTemplates": {"application/json": "{}"}},
        {"type": "MOCK", "requestTemplates": {"application/json": "$util.time()"}},
    ],
)
def test_an_integration_that_is_not_emulated_fails_each_request(own, integration, caplog):
    own.method(integration=integration)
    own.deploy()
    answer = own.call()
    assert (answer.status, answer.json) == (500, {"message": "Internal server error"})
    assert "is not emulated" in caplog.text or "gives no statusCode" in caplog.text


@pytest.mark.parametrize(
    ("template", "body", "told"),
    [
        ("$util.base64Decode($input.body)", b"not base64!", "$util.base64Decode(): "),
        ("$input.path('$.x').get(3)", b'{"x": [1]}', "IndexError"),
        ("$input.path('$.x').contains()", b'{"x": "text"}', "TypeError"),
    ],
)
def test_a_template_that_fails_is_an_internal_error_and_a_line_in_the_log(own, template, body, told, caplog):
    own.method(integration={"type": "MOCK", "requestTemplates": {"application/json": template}})
    own.deploy()
    answer = own.call(body=body)
    assert (answer.status, answer.json) == (500, {"message": "Internal server error"})
    assert f"a mapping template: {told}" in caplog.text


def test_whatever_else_fails_is_an_internal_error_and_a_line_in_the_log(own, caplog):
    own.method(responses=answers("#set($context.responseOverride.status = 'none')"))
    own.deploy()
    answer = own.call()
    assert (answer.status, answer.json) == (500, {"message": "Internal server error"})
    assert "the request failed: ValueError" in caplog.text


def test_a_body_of_too_many_levels_is_no_json_to_a_template(own, caplog):
    template = "#set($a = $input.json('$.x')){\"statusCode\": 200}"
    own.method(integration={"type": "MOCK", "requestTemplates": {"application/json": template}})
    own.deploy()
    answer = own.call(body=DEEP)
    assert (answer.status, answer.json) == (400, {"message": "Invalid request body"})
    assert own.call(body=b"{").status == 200


@pytest.mark.parametrize(
    "mapped",
    [
        {"integration.request.querystring.a": "'1'"},
        {"integration.request.header.A": "method.request.body.a"},
    ],
)
def test_a_mapping_that_is_not_emulated_fails_each_request(desk, own, caller_role, mapped):
    own.method(integration=sagemaker(desk, caller_role, requestParameters=mapped))
    own.deploy()
    assert own.call(body=b"[[0.0, 1.0]]").status == 500


def test_an_answer_without_a_response_for_it_is_a_failure(desk, own, caller_role):
    own.method(integration=sagemaker(desk, caller_role), responses={"200": {"selectionPattern": "2\\d\\d"}})
    own.method("/none", integration=sagemaker(desk, caller_role), responses={})
    own.deploy()
    assert own.call(body=b"[[0.0, 1.0]]").status == 200
    assert own.call(body=b"[[0.0]]").status == 500
    assert own.call("/none", b"[[0.0, 1.0]]").status == 500


@pytest.mark.parametrize("role", [None, "arn:aws:iam::123456789012:role/none"])
def test_without_a_role_sagemaker_is_not_asked(desk, own, role):
    own.method(integration=sagemaker(desk, role))
    own.deploy()
    assert own.call(body=b"[[0.0, 1.0]]").status == 500


def test_a_role_that_trusts_one_api_is_of_no_use_to_another_one(desk):
    trusted, other = OwnApi(desk), OwnApi(desk)
    source = f"arn:aws:execute-api:us-east-1:123456789012:{trusted.id}/*"
    statement = {**TRUST["Statement"], "Condition": {"ArnLike": {"aws:SourceArn": source}}}
    role = desk.cloud.make_role([allow("sagemaker:InvokeEndpoint", "*")], {**TRUST, "Statement": statement})
    for own in (trusted, other):
        own.method(integration=sagemaker(desk, role))
        own.deploy()
    assert [own.call(body=ROW).status for own in (other, trusted, other)] == [500, 200, 500]


def test_an_answer_that_takes_too_long_is_a_timeout(desk, own, tmp_path):
    slow = desk.cloud.make_endpoint(desk.cloud.make_config(desk.cloud.make_model(scripted("slow"))))
    role = desk.cloud.make_role([allow("sagemaker:InvokeEndpoint", "*")], TRUST)
    integration = sagemaker(desk, role, timeoutInMillis=50)
    own.method(integration={**integration, "uri": f"{RUNTIME}/{slow}/invocations"})
    own.deploy()
    held = tmp_path / "held"
    answer = own.call(body=f"hold {held}".encode(), Content_Type="text/plain")
    held.touch()
    assert (answer.status, answer.json) == (504, {"message": "Endpoint request timed out"})


def test_an_api_whose_default_endpoint_is_disabled_is_forbidden_as_soon_as_it_is_deployed_so(desk):
    own = OwnApi(desk, disableExecuteApiEndpoint=True)
    own.method()
    own.deploy()
    answer = own.call()
    assert (answer.status, answer.json) == (403, {"message": "Forbidden"})
    switch = {"op": "replace", "path": "/disableExecuteApiEndpoint"}
    for value, status in (("false", 200), ("true", 403)):
        own.gateway.update_rest_api(restApiId=own.id, patchOperations=[{**switch, "value": value}])
        deployment = own.gateway.create_deployment(restApiId=own.id)["id"]
        operation = {"op": "replace", "path": "/deploymentId", "value": deployment}
        own.gateway.update_stage(restApiId=own.id, stageName="test", patchOperations=[operation])
        assert own.call().status == status


def test_a_stage_without_a_deployment_is_forbidden(own):
    own.gateway.create_stage(restApiId=own.id, stageName="test", deploymentId="none")
    answer = own.call()
    assert (answer.status, answer.json) == (403, {"message": "Forbidden"})


@pytest.mark.parametrize("options", [{"policy": '{"Statement": []}'}, {"cloneFrom": "other"}])
def test_an_api_is_not_made_with_what_is_not_emulated(desk, options):
    with pytest.raises(desk.gateway.exceptions.BadRequestException, match=f"not emulated with {next(iter(options))}"):
        desk.gateway.create_rest_api(name="own", **options)
    assert all(api["name"] != "own" for api in desk.gateway.get_rest_apis()["items"])


def test_an_api_is_given_no_policy_later_either(own):
    operation = {"op": "replace", "path": "/policy", "value": "{}"}
    with pytest.raises(own.gateway.exceptions.BadRequestException, match="not emulated with /policy"):
        own.gateway.update_rest_api(restApiId=own.id, patchOperations=[operation])
    own.gateway.update_rest_api(restApiId=own.id, patchOperations=[{"op": "remove", "path": "/policy"}])


@pytest.mark.parametrize("body", [b'{"openapi": "3.0.1", "paths": {}}', b"swagger: '2.0'", b"{}"])
def test_an_import_is_not_emulated(own, body):
    gateway = own.gateway
    with pytest.raises(gateway.exceptions.BadRequestException, match="imports of OpenAPI are not emulated"):
        gateway.import_rest_api(body=body)
    with pytest.raises(gateway.exceptions.BadRequestException, match="imports of OpenAPI are not emulated"):
        gateway.put_rest_api(restApiId=own.id, body=body)


@pytest.mark.parametrize(
    ("target", "source"),
    [
        ("gatewayresponse.header.X", "method.request.path.item"),
        ("gatewayresponse.header.X", "method.request.multivalueheader.Y"),
        ("gatewayresponse.header.X", "stageVariables.y"),
        ("gatewayresponse.querystring.X", "'text'"),
    ],
)
def test_a_gateway_response_takes_no_mapping_that_is_not_emulated(own, target, source):
    with pytest.raises(own.gateway.exceptions.BadRequestException, match="not emulated in a gateway response"):
        own.gateway.put_gateway_response(
            restApiId=own.id, responseType="THROTTLED", responseParameters={target: source}
        )


def test_an_authorizer_is_not_emulated(own):
    own.method(authorizationType="CUSTOM")
    own.deploy()
    assert own.call().status == 500


def test_a_key_from_an_authorizer_is_not_emulated(desk):
    own = OwnApi(desk, apiKeySource="AUTHORIZER")
    own.method(apiKeyRequired=True)
    own.deploy()
    assert own.call().status == 500


def test_a_method_has_a_throttle_of_its_own(own):
    own.method()
    own.method("/free")
    own.deploy()
    own.gateway.update_stage(
        restApiId=own.id,
        stageName="test",
        patchOperations=[
            {"op": "replace", "path": "/~1call/POST/throttling/burstLimit", "value": "1"},
            {"op": "replace", "path": "/~1call/POST/throttling/rateLimit", "value": "0.001"},
        ],
    )
    assert [own.call().status for _ in range(2)] == [200, 429]
    assert [own.call("/free").status for _ in range(2)] == [200, 200]


def test_of_several_templates_the_caller_chooses(own):
    templates = {"application/json": '"json"', "text/plain": "plain"}
    own.method(responses={"200": {"responseTemplates": templates}})
    own.deploy()
    assert own.call(Accept="text/plain").body == b"plain"
    assert own.call(Accept="image/png").body == b'"json"'


def test_nothing_that_listens_is_a_failure_of_the_network():
    from local_sagemaker.api_gateway.integrations import _post
    from local_sagemaker.api_gateway.refusals import RefusalError

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(RefusalError) as caught:
        _post(f"http://127.0.0.1:{port}/", b"", {}, 5.0)
    assert (caught.value.kind, caught.value.status) == ("INTEGRATION_FAILURE", 504)
