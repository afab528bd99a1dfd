"""The instances of a variant: what SageMaker does before it starts the first, and what makes one after another."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from moto.utilities.utils import get_partition

from local_sagemaker.access.artifacts import ArtifactStore, Location, is_multi_model
from local_sagemaker.access.network_interfaces import authorize_network_interfaces
from local_sagemaker.access.rights import ExecutionRole
from local_sagemaker.containers.container_logs import ContainerLog
from local_sagemaker.containers.container_plans import Site, plan_container, plan_installation
from local_sagemaker.containers.containers import Container
from local_sagemaker.containers.images import authorize_pull
from local_sagemaker.containers.interpreters import interpreter_for
from local_sagemaker.containers.multi_model_container import MultiModelContainer
from local_sagemaker.containers.submit_directories import code_location, place_code
from local_sagemaker.data_plane_errors import UnsupportedModelError
from local_sagemaker.monitoring.instance_metrics import authorize_instance_metrics

if TYPE_CHECKING:
    import socket
    import threading
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from local_sagemaker.containers.container_client import ContainerResponse
    from local_sagemaker.containers.container_stream import ContainerStream
    from local_sagemaker.hosting.host import Host

# Seconds, of ContainerStartupHealthCheckTimeoutInSeconds.
DEFAULT_STARTUP_TIMEOUT = 480


class Client(Protocol):
    """HTTP to an instance; see `ContainerClient`."""

    def request(
        self, method: str, path: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None, timeout: float
    ) -> ContainerResponse:
        """Send a request and read the whole answer."""

    def stream(
        self,
        path: str,
        *,
        body: bytes,
        headers: Mapping[str, str],
        deadline: float,
        caller: socket.socket | None,
    ) -> ContainerStream:
        """Send a request and read the head of the answer."""


class Instance(Protocol):
    """What takes the invocations of a variant: a `Container`, or a `MultiModelContainer`."""

    log: ContainerLog
    ready: threading.Event
    in_flight: int

    @property
    def client(self) -> Client:
        """HTTP to it."""

    @property
    def pid(self) -> int | None:
        """Process id of its server, None when none runs."""

    @property
    def process_groups(self) -> frozenset[int]:
        """Process groups of all that runs on it."""

    def start(self) -> None:
        """Start it and wait until it answers /ping."""

    def stop(self) -> None:
        """Stop it for good."""


class Prepared(NamedTuple):
    """A variant that is ready for its instances.

    Attributes
    ----------
    role
        The session of the model's execution role.
    make
        Makes an instance, which is then to be started.
    """

    role: ExecutionRole
    make: Callable[[], Instance]


def prepare(host: Host, description: Mapping[str, Any], model: Any, base_url: str, folder: Path) -> Prepared:
    """Assume the role, check what the image takes, and fetch model and code.

    Parameters
    ----------
    host
        The endpoint, or the transform job.
    description
        ProductionVariant of the endpoint configuration.
    model
        moto's model.
    base_url
        Address of the local cloud, for the containers' environment.
    folder
        An empty folder, for the variant's files.

    Raises
    ------
    DataPlaneError
        The text is what DescribeEndpoint gives as FailureReason.
    """
    definition = only_container(model)
    variant, image = description["VariantName"], definition.get("Image", "")
    role = ExecutionRole.assume(model.execution_role_arn, region=host.region, source_arn=host.arn)
    authorize_pull(role, image, get_partition(host.region))
    if model.vpc_config:
        authorize_network_interfaces(role, model.vpc_config, account_id=host.account_id)
    given: Mapping[str, str] = definition.get("Environment", {})
    for name in ("model", "code", "tmp"):
        (folder / name).mkdir()
    store = ArtifactStore(role, account_id=host.account_id, region=host.region)
    if is_multi_model(definition):
        store.check_model(definition)
    else:
        store.fetch_model(definition, folder / "model")
    code = code_location(given)
    if code is not None:
        store.fetch_archive(Location.parse(code), folder / "code")
    authorize_instance_metrics(role, host)
    site = Site(folder, host.region, base_url, role.credentials, bool(model.enable_network_isolation))
    python = interpreter_for(image)
    timeout = float(description.get("ContainerStartupHealthCheckTimeoutInSeconds", DEFAULT_STARTUP_TIMEOUT))

    def new_log(instance: str) -> ContainerLog:
        stream = f"{variant}/{instance}"
        return ContainerLog(role, host.log_group, stream, account_id=host.account_id, region=host.region)

    if is_multi_model(definition):

        def make_multi_model() -> Instance:
            instance = _instance_id()
            own = folder / instance
            own.mkdir()
            (own / "code").symlink_to(folder / "code", target_is_directory=True)
            return MultiModelContainer(
                Location.parse(definition["ModelDataUrl"]),
                store,
                given={**given, "SAGEMAKER_MULTI_MODEL": "true"},
                site=site._replace(base_dir=own),
                python=python,
                log=new_log(instance),
                startup_timeout=timeout,
                cache=definition.get("MultiModelConfig", {}).get("ModelCacheSetting") != "Disabled",
            )

        return Prepared(role, make_multi_model)

    place_code(given, folder)
    installation = plan_installation(given, site, python)
    plan = plan_container(given, site, python, image=image, installation=installation)

    def make() -> Instance:
        instance = _instance_id()
        return Container(plan, folder / f"{instance}.sock", folder / "tmp", new_log(instance), timeout)

    return Prepared(role, make)


def only_container(model: Any) -> Mapping[str, Any]:
    """Give the container definition of a model.

    Parameters
    ----------
    model
        moto's model.

    Raises
    ------
    UnsupportedModelError
        It is an inference pipeline.
    """
    # Those that `endpoints` keeps: what a model package brought is in them, whatever became of the package since.
    containers = model.definitions
    if len(containers) > 1:
        raise UnsupportedModelError(
            f"the model {model.model_name} is an inference pipeline of {len(containers)} containers, which the local "
            "cloud does not run: use one container"
        )
    definition: Mapping[str, Any] = containers[0]
    return definition


def _instance_id() -> str:
    return f"i-{secrets.token_hex(9)[:17]}"
