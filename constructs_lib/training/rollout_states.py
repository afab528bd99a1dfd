"""The step of a state machine that puts a trained model behind an endpoint, and takes away the one before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from constructs_lib.jobs.workflow import States, Step, choice, fail

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, kw_only=True)
class RolloutRequests:
    """What SageMaker is asked for, as its API takes it.

    Attributes
    ----------
    name_prefix
        Of the names of model and endpoint configuration, which are the same.
    endpoint_name
        The endpoint.
    model
        CreateModel, without name and ModelDataUrl.
    config
        CreateEndpointConfig, without its name; the trained variant has no ModelName.
    variant_index
        Which of the production variants is the trained one.
    update
        UpdateEndpoint, without the name of the configuration.
    """

    name_prefix: str
    endpoint_name: str
    model: Mapping[str, Any]
    config: Mapping[str, Any]
    variant_index: int
    update: Mapping[str, Any]


def roll_out(requests: RolloutRequests, *, partition: str, label: str) -> Step:
    """Make model and configuration, move the endpoint to them, and wait until it has arrived.

    UpdateEndpoint has no ``.sync``. An update that is undone leaves the endpoint in service with its old
    configuration, so only the name of the configuration says how it went. An endpoint that is being updated refuses
    another update: one that came in between is waited for.

    Parameters
    ----------
    requests
        What to ask for.
    partition
        Such as ``aws``.
    label
        Put before the names of the states.
    """

    def named(text: str) -> str:
        return f"{label}: {text}"

    def call(action: str, parameters: Mapping[str, Any], after: str, **fields: Any) -> dict[str, Any]:
        return {
            "Type": "Task",
            "Resource": f"arn:{partition}:states:::aws-sdk:sagemaker:{action}",
            "Parameters": dict(parameters),
            # Not None, which the CDK leaves out of a definition.
            "ResultPath": "$.answer",
            "Next": after,
            **fields,
        }

    def look(path: str, after: str) -> dict[str, Any]:
        return call(
            "describeEndpoint",
            {"EndpointName": requests.endpoint_name},
            after,
            ResultPath=path,
            ResultSelector={
                "EndpointStatus.$": "$.EndpointStatus",
                "EndpointConfigName.$": "$.EndpointConfigName",
            },
            Retry=[_RETRY],
        )

    def delete(kind: str, name: str, after: str) -> dict[str, Any]:
        # One that is gone already, or cannot go, is no reason to call the rollout a failure.
        catch = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.answer", "Next": after}]
        return call(f"delete{kind}", {f"{kind}Name.$": name}, after, Catch=catch)

    def caught(after: str) -> list[dict[str, Any]]:
        return [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.why", "Next": after}]

    take_back = named("take the configuration back")

    def in_service(path: str, after: str) -> dict[str, Any]:
        return {"Variable": f"{path}.EndpointStatus", "StringEquals": "InService", "Next": after}

    def runs(name: str, after: str) -> dict[str, Any]:
        return {"Variable": "$.after.EndpointConfigName", "StringEqualsPath": name, "Next": after}

    def why(cause: str, after: str) -> dict[str, Any]:
        return {"Type": "Pass", "Parameters": {"Cause": cause}, "ResultPath": "$.why", "Next": after}

    def trained(after: str) -> dict[str, Any]:
        # The stack's own model and configuration stay: they are CloudFormation's.
        pattern = f"{requests.name_prefix}-*"
        return {"Variable": "$.before.EndpointConfigName", "StringMatches": pattern, "Next": after}

    model = {"ModelName.$": "$.rollout.name", **requests.model}
    model["PrimaryContainer"] = {
        **requests.model["PrimaryContainer"],
        "ModelDataUrl.$": "$.result.ModelArtifacts.S3ModelArtifacts",
    }
    variants = [dict(variant) for variant in requests.config["ProductionVariants"]]
    variants[requests.variant_index]["ModelName.$"] = "$.rollout.name"
    config = {"EndpointConfigName.$": "$.rollout.name", **requests.config, "ProductionVariants": variants}
    update = {**requests.update, "EndpointConfigName.$": "$.rollout.name"}

    def states(after: str) -> States:
        return {
            named("name the model"): {
                "Type": "Pass",
                "Parameters": {"name.$": f"States.Format('{requests.name_prefix}-{{}}', $.time.text)"},
                "ResultPath": "$.rollout",
                "Next": named("look at the endpoint"),
            },
            named("look at the endpoint"): look("$.before", named("is the endpoint ready")),
            named("is the endpoint ready"): choice(
                [
                    in_service("$.before", named("create the model")),
                    *_while_changing("$.before.EndpointStatus", named("wait for the endpoint")),
                ],
                named("endpoint not in service"),
            ),
            named("wait for the endpoint"): _wait(named("look at the endpoint")),
            named("endpoint not in service"): fail(
                "EndpointNotInService", "The endpoint has failed or is being deleted: deploy it anew, then train again."
            ),
            named("create the model"): call(
                "createModel", model, named("create the configuration"), Retry=[_RETRY_CREATION]
            ),
            named("create the configuration"): call(
                "createEndpointConfig",
                config,
                named("update the endpoint"),
                Retry=[_RETRY_CREATION],
                Catch=caught(take_back),
            ),
            named("update the endpoint"): call(
                "updateEndpoint", update, named("wait for the update"), Catch=caught(named("look for another update"))
            ),
            named("look for another update"): look("$.before", named("is there another update")),
            named("is there another update"): choice(
                _while_changing("$.before.EndpointStatus", named("wait for the other update")), take_back
            ),
            named("wait for the other update"): _wait(named("look at the other update")),
            named("look at the other update"): look("$.before", named("is the other update done")),
            named("is the other update done"): choice(
                [
                    in_service("$.before", named("update the endpoint")),
                    *_while_changing("$.before.EndpointStatus", named("wait for the other update")),
                ],
                take_back,
            ),
            named("wait for the update"): _wait(named("look at the update")),
            named("look at the update"): look("$.after", named("is the update done")),
            named("is the update done"): choice(
                [
                    in_service("$.after", named("which configuration is it")),
                    *_while_changing("$.after.EndpointStatus", named("wait for the update")),
                ],
                named("endpoint failed"),
            ),
            named("endpoint failed"): fail(
                "EndpointFailed",
                "The update failed, and so did the way back: the endpoint serves nothing. Its log group says why; "
                "deploy it anew.",
            ),
            named("which configuration is it"): choice(
                [
                    runs("$.rollout.name", named("was the model before trained too")),
                    runs("$.before.EndpointConfigName", named("say that it was undone")),
                ],
                # Somebody has updated the endpoint since: that is the one that counts.
                named("say that it was superseded"),
            ),
            named("say that it was undone"): why(
                "SageMaker undid the update, and the endpoint serves what it served before; the reason stands in the "
                "endpoint's log group, or an alarm tells it.",
                take_back,
            ),
            named("say that it was superseded"): why(
                "The endpoint was updated by somebody else meanwhile, and serves that configuration.",
                named("was the superseded model trained too"),
            ),
            named("was the superseded model trained too"): choice(
                [trained(named("delete the superseded configuration"))], take_back
            ),
            named("delete the superseded configuration"): delete(
                "EndpointConfig", "$.before.EndpointConfigName", named("delete the superseded model")
            ),
            named("delete the superseded model"): delete("Model", "$.before.EndpointConfigName", take_back),
            named("was the model before trained too"): choice(
                [trained(named("delete the configuration before"))], after
            ),
            named("delete the configuration before"): delete(
                "EndpointConfig", "$.before.EndpointConfigName", named("delete the model before")
            ),
            named("delete the model before"): delete("Model", "$.before.EndpointConfigName", after),
            take_back: delete("EndpointConfig", "$.rollout.name", named("take the model back")),
            named("take the model back"): delete("Model", "$.rollout.name", named("update failed")),
            named("update failed"): {"Type": "Fail", "Error": "EndpointUpdateFailed", "CausePath": "$.why.Cause"},
        }

    return Step(named("name the model"), states)


def _wait(after: str) -> dict[str, Any]:
    return {"Type": "Wait", "Seconds": _SECONDS_BETWEEN_LOOKS, "Next": after}


def _while_changing(variable: str, after: str) -> Sequence[dict[str, Any]]:
    return [{"Variable": variable, "StringEquals": status, "Next": after} for status in _CHANGING]


_CHANGING = ("Creating", "RollingBack", "SystemUpdating", "Updating")
_SECONDS_BETWEEN_LOOKS = 30
# A role's rights may be new, and the service may ask for patience.
_RETRY_CREATION = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "MaxAttempts": 3, "BackoffRate": 2}
_RETRY = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "MaxAttempts": 5, "BackoffRate": 2}
