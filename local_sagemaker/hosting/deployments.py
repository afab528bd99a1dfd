"""The life of one endpoint: created, updated blue/green, retuned, deleted, each in the background as AWS does.

moto's endpoint object is what DescribeEndpoint shows; this module keeps it true. Status and reasons follow
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from moto.core.utils import utcnow
from moto.sagemaker.exceptions import ValidationError

from local_sagemaker import pace
from local_sagemaker.data_plane_errors import DataPlaneError
from local_sagemaker.hosting.fleet import Fleet, instances_to_run, make_fleet
from local_sagemaker.hosting.rollback_alarms import RollbackAlarms
from local_sagemaker.hosting.traffic_shifts import rollback_alarms, steps_of
from local_sagemaker.invocations.routing import Router

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from local_sagemaker.hosting.endpoint_identity import EndpointIdentity

# Seconds between two looks at the alarms of a deployment.
_LOOK_INTERVAL = 0.1
# Seconds that an invocation may take, by AWS's rule: 60 for a whole answer, 8 minutes for one that is streamed.
# https://docs.aws.amazon.com/sagemaker/latest/dg/hosting-faqs.html
INVOCATION_TIMEOUT = 60.0
STREAM_TIMEOUT = 480.0


class DeploymentError(DataPlaneError):
    """An endpoint could not be created or updated; the text is its FailureReason."""


class Deployment:
    """One endpoint.

    Parameters
    ----------
    identity
        Which endpoint.
    resource
        moto's endpoint object.
    backend
        moto's SageMaker backend of the account and region.
    base_url
        Address of the local cloud.
    before_stop
        Called when a fleet has answered its last request, before it goes: its role may go with it.
    """

    def __init__(
        self,
        identity: EndpointIdentity,
        resource: Any,
        backend: Any,
        base_url: str,
        before_stop: Callable[[], None] = lambda: None,
    ) -> None:
        self.identity = identity
        self.router: Router | None = None
        self._resource = resource
        self._backend = backend
        self._base_url = base_url
        self._before_stop = before_stop
        self._lock = threading.Lock()
        self._fleets: list[Fleet] = []
        self._stopped = False
        self._operation: Future[None] = Future()

    def create(self, options: Mapping[str, Any] | None = None) -> None:
        """Begin to start the first fleet; the status is Creating until it answers.

        Parameters
        ----------
        options
            With DeploymentConfig, where it is given: its alarms must be there already.
        """
        self._begin("Creating", lambda: self._deploy(self._resource.endpoint_config_name, options or {}))

    def update(self, config_name: str, options: Mapping[str, Any] | None = None) -> None:
        """Begin a blue/green update to another endpoint configuration.

        Parameters
        ----------
        config_name
            EndpointConfigName.
        options
            DeploymentConfig, RetainDeploymentConfig, RetainAllVariantProperties and ExcludeRetainedVariantProperties,
            where they are given.

        Raises
        ------
        ValidationError
            The configuration does not exist, or the endpoint's status does not allow an update.
        """
        self._backend.describe_endpoint_config(config_name)
        self._begin("Updating", lambda: self._deploy(config_name, options or {}))

    def retune(self, desired: Sequence[Mapping[str, Any]]) -> None:
        """Begin to change weights and instance counts in place.

        Parameters
        ----------
        desired
            DesiredWeightsAndCapacities.

        Raises
        ------
        ValidationError
            A variant is named twice or does not exist, or the endpoint's status does not allow an update.
        """
        names = [change["VariantName"] for change in desired]
        known = {variant["VariantName"] for variant in self._resource.production_variants}
        for name in names:
            if names.count(name) > 1:
                raise ValidationError(message=f'The variant name "{name}" was non-unique within the request.')
            if name not in known:
                raise ValidationError(
                    message=f'The variant name(s) "{name}" is/are not present within endpoint configuration '
                    f'"{self._resource.endpoint_config_name}".'
                )
        self._begin("Updating", lambda: self._retune(desired))

    def instance_count(self, variant: str) -> int | None:
        """Give how many instances a variant is to have; None while the endpoint is not in service, or without it."""
        if self._resource.endpoint_status != "InService" or self.router is None:
            return None
        for described in self._resource.production_variants:
            if described["VariantName"] == variant:
                count: int | None = described.get("DesiredInstanceCount")
                return count
        return None

    def delete(self, forget: Callable[[], None]) -> None:
        """Begin to delete: new invocations find no endpoint, running ones are answered.

        Parameters
        ----------
        forget
            Called when all has ended.
        """
        self._begin("Deleting", lambda: self._delete(forget))

    def wait(self) -> None:
        """Wait for what was begun last.

        Raises
        ------
        DeploymentError
            It failed.
        """
        self._operation.result()

    def stop(self) -> None:
        """Stop all processes now, whatever is under way."""
        with self._lock:
            self._stopped = True
            self.router = None
            fleets = list(self._fleets)
        for fleet in fleets:
            fleet.stop()

    def _begin(self, status: str, work: Callable[[], None]) -> None:
        with self._lock:
            current = self._resource.endpoint_status
            if self._operation.running():
                raise ValidationError(message=f'Cannot update in-progress endpoint "{self.identity.arn}".')
            if current == "Failed" and status == "Updating":
                raise ValidationError(
                    message=f'Cannot update endpoint "{self.identity.arn}" with status Failed: delete it.'
                )
            operation: Future[None] = Future()
            operation.set_running_or_notify_cancel()
            self._operation = operation
            self._resource.endpoint_status = status

        def run() -> None:
            try:
                work()
            except Exception as error:  # noqa: BLE001
                reason = _reason(error)
                with self._lock:
                    # An endpoint that has an old fleet is in service with it.
                    self._settle("InService" if status == "Updating" else "Failed", reason)
                    operation.set_exception(DeploymentError(reason))
            else:
                # At once: who reads InService may begin the next update.
                with self._lock:
                    self._settle("InService", None)
                    operation.set_result(None)

        threading.Thread(target=run, name=f"{status} {self.identity.name}", daemon=True).start()

    def _settle(self, status: str, reason: str | None) -> None:
        self._resource.pending_deployment_summary = None
        self._resource.failure_reason = reason
        self._resource.last_modified_time = utcnow()
        self._resource.endpoint_status = status

    def _deploy(self, config_name: str, options: Mapping[str, Any]) -> None:
        config = self._backend.describe_endpoint_config(config_name)
        if options.get("RetainAllVariantProperties") and self.router is not None:
            config = retained(config, self._resource.production_variants, options)
        self._resource.pending_deployment_summary = {
            "EndpointConfigName": config_name,
            "StartTime": utcnow(),
            **describe_variants(config),
        }
        fleet = make_fleet(self.identity, config, self._backend.describe_model, self._base_url)
        with self._lock:
            self._raise_if_stopped()
            self._fleets.append(fleet)
        deployment = options.get("DeploymentConfig")
        if options.get("RetainDeploymentConfig"):
            deployment = getattr(self._resource, "last_deployment_config", None)
        try:
            fleet.start()
            alarms = RollbackAlarms(rollback_alarms(deployment), fleet, self.identity)
        except BaseException:
            fleet.stop()
            self._fleets.remove(fleet)
            raise
        self._switch_to(fleet, deployment, alarms)
        self._resource.endpoint_config_name = config_name
        if deployment:
            self._resource.last_deployment_config = deployment
        show_config(self._resource, config)

    def _switch_to(self, fleet: Fleet, deployment: Mapping[str, Any] | None, alarms: RollbackAlarms) -> None:
        with self._lock:
            self._raise_if_stopped()
            router = self.router
            if router is None:
                self.router = Router(fleet)
        if router is None:
            return
        try:
            self._shift(router, fleet, deployment, alarms)
        except DataPlaneError:
            router.shift_back(STREAM_TIMEOUT)
            fleet.stop()
            self._fleets.remove(fleet)
            raise
        self._stop_fleet_of(router, fleet)

    def _shift(
        self, router: Router, fleet: Fleet, deployment: Mapping[str, Any] | None, alarms: RollbackAlarms
    ) -> None:
        """Move the traffic in steps, and watch the alarms after each."""
        counts = [max(len(variant.containers), 1) for variant in fleet.variants.values()]
        for step in steps_of(deployment, min(counts, default=1)):
            router.shift(fleet, step.share)
            deadline = time.monotonic() + pace.seconds(step.wait)
            while True:
                self._raise_if_stopped()
                alarms.check()
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    break
                time.sleep(min(remaining, _LOOK_INTERVAL))

    def _stop_fleet_of(self, router: Router, successor: Fleet) -> None:
        old = router.replace(successor, STREAM_TIMEOUT)
        self._before_stop()
        old.stop()
        self._fleets.remove(old)

    def _raise_if_stopped(self) -> None:
        if self._stopped:
            raise DataPlaneError("the local cloud stopped the endpoint")

    def _retune(self, desired: Sequence[Mapping[str, Any]]) -> None:
        with self._lock:
            self._raise_if_stopped()
            router = self.router
        if router is None:
            raise AssertionError("an endpoint that is in service has a fleet")
        described = {variant["VariantName"]: variant for variant in self._resource.production_variants}
        for change in desired:
            name = change["VariantName"]
            if change.get("DesiredInstanceCount") is not None:
                self._scale(router, name, change["DesiredInstanceCount"])
                described[name].update(dict.fromkeys(_COUNT, change["DesiredInstanceCount"]))
            if change.get("DesiredWeight") is not None:
                described[name].update(dict.fromkeys(_WEIGHT, float(change["DesiredWeight"])))
            if change.get("ServerlessUpdateConfig"):
                serverless = {**described[name]["DesiredServerlessConfig"], **change["ServerlessUpdateConfig"]}
                router.set_concurrency(
                    name, serverless["MaxConcurrency"], int(serverless.get("ProvisionedConcurrency") or 0)
                )
                described[name].update(dict.fromkeys(_SERVERLESS, serverless))
        router.set_weights(
            {c["VariantName"]: float(c["DesiredWeight"]) for c in desired if c.get("DesiredWeight") is not None}
        )

    def _scale(self, router: Router, name: str, count: int) -> None:
        variant = router.fleet.variants[name]
        missing = instances_to_run(count) - len(variant.containers)
        if missing > 0:
            router.add(variant, variant.launch(missing))
        elif missing < 0:
            variant.retire(router.withdraw(variant, -missing, STREAM_TIMEOUT))

    def _delete(self, forget: Callable[[], None]) -> None:
        with self._lock:
            router, self.router = self.router, None
        if router is not None:
            self._stop_fleet_of(router, Fleet([]))
        forget()


def _reason(error: Exception) -> str:
    if isinstance(error, DataPlaneError):
        return str(error)
    # moto's errors keep their text apart from what str() gives.
    return str(getattr(error, "message", None) or f"{type(error).__name__}: {error}")


_COUNT = ("CurrentInstanceCount", "DesiredInstanceCount")
_WEIGHT = ("CurrentWeight", "DesiredWeight")


_SERVERLESS = ("CurrentServerlessConfig", "DesiredServerlessConfig")


def show_config(resource: Any, config: Mapping[str, Any]) -> None:
    """Have DescribeEndpoint show what it shows of a configuration: the variants, and how they are called and watched.

    Parameters
    ----------
    resource
        moto's endpoint object.
    config
        What DescribeEndpointConfig gives.
    """
    described = describe_variants(config)
    resource.production_variants = described["ProductionVariants"]
    resource.shadow_production_variants = described.get("ShadowProductionVariants")
    resource.async_inference_config = config.get("AsyncInferenceConfig")
    resource.metrics_config = config.get("MetricsConfig")
    capture = config.get("DataCaptureConfig")
    resource.data_capture_config = capture and {
        "EnableCapture": capture.get("EnableCapture", True),
        "CaptureStatus": "Started" if capture.get("EnableCapture", True) else "Stopped",
        "CurrentSamplingPercentage": capture["InitialSamplingPercentage"],
        "DestinationS3Uri": capture["DestinationS3Uri"],
        "KmsKeyId": capture.get("KmsKeyId", ""),
    }


def describe_variants(config: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Give ProductionVariants and ShadowProductionVariants, each where there are some, as DescribeEndpoint does.

    Parameters
    ----------
    config
        What DescribeEndpointConfig gives.
    """
    kinds = ("ProductionVariants", "ShadowProductionVariants")
    return {kind: [_describe_variant(variant) for variant in config[kind]] for kind in kinds if config.get(kind)}


def retained(
    config: Mapping[str, Any], described: Sequence[Mapping[str, Any]], options: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Give a configuration whose variants keep what the endpoint's variants of the same names have now.

    Parameters
    ----------
    config
        What DescribeEndpointConfig gives.
    described
        ProductionVariants of DescribeEndpoint.
    options
        With ExcludeRetainedVariantProperties.
    """
    excluded = {item["VariantPropertyType"] for item in options.get("ExcludeRetainedVariantProperties") or ()}
    present = {variant["VariantName"]: variant for variant in described}
    variants = []
    for variant in config["ProductionVariants"]:
        now = present.get(variant["VariantName"], {})
        kept = {
            given: now[shown]
            for given, shown in (
                ("InitialInstanceCount", "DesiredInstanceCount"),
                ("InitialVariantWeight", "DesiredWeight"),
            )
            if shown in now and shown not in excluded
        }
        variants.append({**variant, **kept})
    return {**config, "ProductionVariants": variants}


def _describe_variant(variant: Mapping[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {"VariantName": variant["VariantName"]}
    described.update(dict.fromkeys(_WEIGHT, float(variant.get("InitialVariantWeight", 1.0))))
    if "ServerlessConfig" in variant:
        described.update(dict.fromkeys(_SERVERLESS, variant["ServerlessConfig"]))
    else:
        described.update(dict.fromkeys(_COUNT, int(variant.get("InitialInstanceCount", 1))))
    return described
