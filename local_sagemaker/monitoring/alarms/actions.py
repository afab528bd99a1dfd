"""What acts when an alarm changes its state: topics are told, functions called; scaling policies look for themselves.

Rules: "Alarm actions" in the CloudWatch user guide. A topic's own policy must let ``cloudwatch.amazonaws.com``
publish, a function's ``lambda.alarms.cloudwatch.amazonaws.com`` call it; the key of an encrypted topic is not asked.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.sns.exceptions import SNSException
from moto.sns.models import sns_backends
from moto.utilities.arns import parse_arn

from local_sagemaker.access.policies import Request, allows_service
from local_sagemaker.data_plane_errors import DataPlaneError
from local_sagemaker.functions.outcomes import FunctionError
from local_sagemaker.functions.running import call, find_function, obstacle
from local_sagemaker.monitoring.alarms.log import ACTION, alarm_log
from local_sagemaker.monitoring.alarms.notifications import function_event, subject, topic_message
from local_sagemaker.monitoring.alarms.reasons import timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from local_sagemaker.monitoring.alarms.notifications import Transition

TOPIC_PRINCIPAL = "cloudwatch.amazonaws.com"
FUNCTION_PRINCIPAL = "lambda.alarms.cloudwatch.amazonaws.com"

logger = logging.getLogger(__name__)
_get_base_url: Callable[[], str] | None = None


class ActionError(Exception):
    """An action did not act; the text says why."""


def use(get_base_url: Callable[[], str]) -> None:
    """Say where the local cloud is, for the environment of functions."""
    global _get_base_url
    _get_base_url = get_base_url


def act(transition: Transition, arns: Sequence[str]) -> None:
    """Let actions act, and note in the alarm's history how that went.

    Parameters
    ----------
    arns
        Of the actions.
    """
    alarm = transition.alarm
    parts = parse_arn(alarm.alarm_arn)
    log = alarm_log(parts.account, parts.region)
    for arn in arns:
        data = {"notificationResource": arn, "stateUpdateTimestamp": timestamp(transition.time)}
        try:
            _act(transition, arn)
        except (ActionError, DataPlaneError, FunctionError) as error:
            logger.warning("the action %s of alarm %s failed: %s", arn, alarm.name, error)
            log.note(
                alarm,
                ACTION,
                f'Failed to execute action {arn}. Received error: "{error}"',
                {"actionState": "Failed", **data, "error": str(error)},
            )
        else:
            log.note(alarm, ACTION, f"Successfully executed action {arn}", {"actionState": "Succeeded", **data})


def _act(transition: Transition, arn: str) -> None:
    service = arn.split(":")[2] if arn.count(":") >= 5 else ""
    kinds = {"sns": _tell_topic, "lambda": _call_function, "autoscaling": _check_policy}
    if service not in kinds:
        raise ActionError("the local cloud acts on SNS topics, Lambda functions and scaling policies alone")
    kinds[service](transition, arn)


def _tell_topic(transition: Transition, arn: str) -> None:
    parts = parse_arn(arn)
    topics = sns_backends[parts.account][parts.region]
    try:
        topic = topics.get_topic(arn)
    except SNSException as error:
        raise ActionError(f"Topic does not exist: {arn}") from error
    request = Request("sns:Publish", arn, _source(transition))
    if not allows_service(json.loads(topic.policy), TOPIC_PRINCIPAL, request):
        raise ActionError(
            f"CloudWatch Alarms is not authorized to perform: SNS:Publish on resource: {arn} because no resource-based "
            f"policy allows the SNS:Publish action: allow it to {TOPIC_PRINCIPAL} in the topic's policy"
        )
    topics.publish(topic_message(transition), arn=arn, subject=subject(transition))


def _call_function(transition: Transition, arn: str) -> None:
    parts = parse_arn(arn)
    # A version or an alias may follow the name.
    plain = ":".join(arn.split(":")[:7])
    function = find_function(plain, parts.account, parts.region)
    if function is None:
        raise ActionError(f"Function not found: {arn}")
    document = {"Statement": _statements(function)}
    request = Request("lambda:InvokeFunction", arn, _source(transition))
    if not allows_service(document, FUNCTION_PRINCIPAL, request):
        raise ActionError(
            f"CloudWatch Alarms is not authorized to perform: lambda:InvokeFunction on the resource {arn} because no "
            f"resource-based policy allows it: add a permission for {FUNCTION_PRINCIPAL}"
        )
    reason = obstacle(function)
    if reason is not None:
        raise ActionError(f"{arn} cannot be called: {reason}")
    if _get_base_url is None:
        raise ActionError("functions are called by a local cloud with a data plane alone")
    call(function, function_event(transition), _get_base_url())


def _statements(function: Any) -> list[Any]:
    found: list[Any] = function.policy.statements if function.policy is not None else []
    return found


def _check_policy(transition: Transition, arn: str) -> None:
    """Go on, unless there is no such policy: those that there are look at the alarm themselves (`auto_scaling`)."""
    del transition
    parts = parse_arn(arn)
    policies = applicationautoscaling_backends[parts.account][parts.region].policies.values()
    if all(policy.policy_arn != arn for policy in policies):
        raise ActionError(f"No scaling policy found for: {arn}")


def _source(transition: Transition) -> dict[str, str]:
    arn = transition.alarm.alarm_arn
    account = parse_arn(arn).account
    return {
        "aws:SecureTransport": "true",
        "aws:SourceAccount": account,
        "aws:SourceArn": arn,
        # SNS's own: whose request it is.
        "aws:SourceOwner": account,
        "aws:PrincipalIsAWSService": "true",
    }
