"""Custom resources whose function is in Python: the function is called as CloudFormation calls it.

Contract: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html. The function answers to an
address of its own request, which on AWS is in S3 and here a listener on the loopback.
"""

from __future__ import annotations

import json
import logging
import threading
import uuid
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

from moto.cloudformation.exceptions import UnformattedGetAttTemplateException

from local_sagemaker.functions.outcomes import FunctionError
from local_sagemaker.functions.running import call, find_function, obstacle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

# CloudFormation takes 4 KB; what is longer is cut off here and not there.
_LONGEST_ANSWER = 64 * 1024
# Seconds from the end of the function to its answer, which it has sent before.
_LATE_ANSWER = 5.0

logger = logging.getLogger(__name__)

_get_base_url: Callable[[], str] | None = None


def install(get_base_url: Callable[[], str]) -> None:
    """Say where the local cloud is, for the functions' environment."""
    global _get_base_url
    _get_base_url = get_base_url


def is_custom(resource_type: str) -> bool:
    """Say whether a resource type is a custom resource's."""
    return resource_type.startswith("Custom::") or resource_type == "AWS::CloudFormation::CustomResource"


def why_not_run(properties: Mapping[str, Any], account_id: str, region: str) -> str | None:
    """Say why a custom resource cannot be run here; None where it can."""
    function = find_function(properties.get("ServiceToken"), account_id, region)
    return "its ServiceToken is no function of this stack's account" if function is None else obstacle(function)


class CustomResourceFailedError(Exception):
    """The function said FAILED, or nothing; the text is its reason."""


class FunctionBacked:
    """One custom resource, with the interface of moto's resource classes.

    Parameters
    ----------
    facts
        StackId, LogicalResourceId and ResourceType.
    properties
        As the template gives them.
    """

    def __init__(self, facts: Mapping[str, str], properties: Mapping[str, Any]) -> None:
        self._facts = dict(facts)
        self._properties = properties
        self._data: dict[str, Any] = {}
        self.physical_resource_id = ""

    @classmethod
    def create_from_cloudformation_json(
        cls, name: str, definition: Mapping[str, Any], account_id: str, region_name: str, **details: Any
    ) -> FunctionBacked:
        """Have the function make it."""
        facts = {
            "StackId": details["StackId"],
            "LogicalResourceId": details["LogicalId"],
            "ResourceType": details["ResourceType"],
        }
        resource = cls(facts, definition["Properties"])
        try:
            resource._ask("Create", account_id, region_name)
        except CustomResourceFailedError:
            # What was made before it failed is to go, as far as the function can.
            if resource.physical_resource_id:
                with suppress(CustomResourceFailedError, FunctionError):
                    resource._ask("Delete", account_id, region_name)
            raise
        resource.physical_resource_id = resource.physical_resource_id or name
        return resource

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: FunctionBacked,
        new_resource_name: str,
        cloudformation_json: Mapping[str, Any],
        account_id: str,
        region_name: str,
    ) -> FunctionBacked:
        """Have the function change it."""
        del new_resource_name
        old = original_resource
        resource = cls(old._facts, cloudformation_json["Properties"])
        resource.physical_resource_id = old.physical_resource_id
        resource._ask("Update", account_id, region_name, OldResourceProperties=_as_text(old._properties))
        if resource.physical_resource_id != old.physical_resource_id:
            logger.warning(
                "%s changed its physical id from %s: the local cloud does not ask to delete the old one",
                old._facts["LogicalResourceId"],
                old.physical_resource_id,
            )
        return resource

    def delete(self, account_id: str, region_name: str) -> None:
        """Have the function delete it."""
        self._ask("Delete", account_id, region_name)

    def get_cfn_attribute(self, attribute_name: str) -> Any:
        """Give an attribute as Fn::GetAtt does: from the function's Data."""
        if attribute_name not in self._data:
            raise UnformattedGetAttTemplateException
        return self._data[attribute_name]

    def _ask(self, request_type: str, account_id: str, region: str, **more: Any) -> None:
        function = find_function(self._properties["ServiceToken"], account_id, region)
        if function is None or _get_base_url is None:
            raise CustomResourceFailedError(f"no function {self._properties['ServiceToken']}")
        with _listening() as (url, wait):
            event = {
                "RequestType": request_type,
                "RequestId": str(uuid.uuid4()),
                "ResponseURL": url,
                "ServiceToken": self._properties["ServiceToken"],
                **self._facts,
                "ResourceProperties": _as_text(self._properties),
                **more,
            }
            if self.physical_resource_id:
                event["PhysicalResourceId"] = self.physical_resource_id
            try:
                call(function, event, _get_base_url())
            except FunctionError:
                # How it ended does not matter once it has answered.
                answer = wait(0.0)
                if answer is None:
                    raise
            else:
                answer = wait(_LATE_ANSWER)
        if answer is None:
            raise CustomResourceFailedError(
                "CloudFormation did not receive a response from your Custom Resource. Please check your logs for "
                f"requestId [{event['RequestId']}]."
            )
        self.physical_resource_id = str(answer.get("PhysicalResourceId") or self.physical_resource_id)
        if answer.get("Status") != "SUCCESS":
            raise CustomResourceFailedError(
                f"Received response status [{answer.get('Status')}] from custom resource. Message returned: "
                f"{answer.get('Reason') or 'See the details in CloudWatch Log Stream'} (RequestId: "
                f"{event['RequestId']})"
            )
        self._data = answer.get("Data") or {}


def _as_text(value: Any) -> Any:
    """CloudFormation hands every scalar to a custom resource as a text."""
    if isinstance(value, dict):
        return {name: _as_text(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


@contextmanager
def _listening() -> Iterator[tuple[str, Callable[[float], dict[str, Any] | None]]]:
    """Listen for one answer; gives its address, and what waits for it."""
    answers: list[dict[str, Any]] = []
    arrived = threading.Event()
    path = f"/{uuid.uuid4()}"

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            fits = self.path == path and length <= _LONGEST_ANSWER
            if fits:
                answers.append(json.loads(self.rfile.read(length)))
                arrived.set()
            self.send_response(200 if fits else 403)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="custom resource", daemon=True)
        thread.start()

        def wait(timeout: float) -> dict[str, Any] | None:
            return answers[0] if arrived.wait(timeout) else None

        try:
            yield f"http://127.0.0.1:{server.server_port}{path}", wait
        finally:
            server.shutdown()
            thread.join()
