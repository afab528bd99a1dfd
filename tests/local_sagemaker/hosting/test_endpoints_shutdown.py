"""Of endpoints nothing outlives the local cloud, however it ends."""

import signal
import subprocess
import sys

from tests.local_sagemaker.cloud import eventually
from tests.local_sagemaker.containers.test_processes import alive

CLOUD = """
import time
from tests.local_sagemaker.cloud import running_cloud, scripted
from tests.local_sagemaker.hosting.test_endpoints import config_of, containers_of
with running_cloud() as cloud:
    name = cloud.make_endpoint(config_of(cloud, "orphan"))
    print(cloud.invoke(name), *containers_of(cloud, name), flush=True)
    time.sleep(60)
"""


# A process of its own: shutdown would take the cloud of the other tests down.
SHUTDOWN = """
from local_sagemaker.hosting import endpoints
from local_sagemaker.data_plane_errors import DataPlaneError
from moto.sagemaker.models import FakeEndpoint, SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse
from tests.local_sagemaker.cloud import running_cloud
from tests.local_sagemaker.hosting.test_endpoints import arn, config_of, containers_of, refused
from tests.local_sagemaker.containers.test_processes import alive

motos = SageMakerModelBackend.create_endpoint, vars(FakeEndpoint)["create_from_cloudformation_json"]
with running_cloud() as cloud:
    assert motos[0] is not SageMakerModelBackend.create_endpoint
    pids = containers_of(cloud, cloud.make_endpoint(config_of(cloud, "running"), "running"))
    cloud.sagemaker.create_endpoint(EndpointName="starting", EndpointConfigName=config_of(cloud, "slow", "slow"))
    assert cloud.describe("starting")["EndpointStatus"] == "Creating"
    message = refused(cloud.sagemaker.delete_endpoint, EndpointName="starting")
    assert message == f'Cannot update in-progress endpoint "{arn("starting")}".', message
    deployments = endpoints._data_plane._deployments
    (starting,) = [found for identity, found in deployments.items() if identity.name == "starting"]
    endpoints.shutdown()
    assert not any(alive(pid) for pid in pids)
    try:
        starting.wait()
    except DataPlaneError as error:
        print(error)
assert motos == (SageMakerModelBackend.create_endpoint, vars(FakeEndpoint)["create_from_cloudformation_json"])
assert not hasattr(SageMakerResponse, "update_endpoint")
endpoints.shutdown()
"""


def test_shutdown_stops_what_runs_and_what_starts_and_gives_moto_its_methods_back():
    done = subprocess.run([sys.executable, "-c", SHUTDOWN], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "did not pass the ping health check" in done.stdout or "deleted while it started" in done.stdout


def test_a_killed_cloud_leaves_no_container():
    with subprocess.Popen([sys.executable, "-c", CLOUD], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        name, pid = process.stdout.readline().split()
        assert name == "orphan"
        assert alive(int(pid))
        process.send_signal(signal.SIGKILL)
    eventually(lambda: not alive(int(pid)))
