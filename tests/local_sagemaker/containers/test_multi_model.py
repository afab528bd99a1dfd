"""Many models behind one endpoint: loaded when first asked for, let go when there are too many."""

import contextlib
import json
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_sagemaker.access.artifacts import ArtifactStore, Location
from local_sagemaker.access.rights import Credentials
from local_sagemaker.containers.container_logs import ContainerLog
from local_sagemaker.containers.container_plans import Site
from local_sagemaker.containers.loaded_models import MOST_LOADED, TARGET_MODEL
from local_sagemaker.containers.multi_model_container import MultiModelContainer
from local_sagemaker.data_plane_errors import ContainerError
from tests.aws_training.cases import wheel
from tests.local_sagemaker.cloud import (
    ACCOUNT,
    BUCKET,
    IMAGE,
    REGION,
    SCRIPTED,
    Cloud,
    allow,
    archive,
    eventually,
    rights,
    running_cloud,
    scripted,
)
from tests.local_sagemaker.containers.test_containers import Installing
from tests.local_sagemaker.invocations.test_shadowing import statistic
from tests.local_sagemaker.recorder import Recorder

CODE = archive({"inference.py": b"", "sklearn_runtime/__init__.py": b"", "sklearn_runtime/server.py": SCRIPTED})
LIST = allow("s3:ListBucket", f"arn:aws:s3:::{BUCKET}", StringLike={"s3:prefix": ["*"]})


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with running_cloud() as cloud:
        yield cloud


def make_models(cloud: Cloud, prefix: str, *names: str, statements: Any = (), **container: Any) -> str:
    """Make a model of many, put some of them under its prefix; give the model's name."""
    for name in names:
        cloud.put(archive({"name.txt": name.encode()}), f"{prefix}{name}.tar.gz")
    definition = {
        "Image": IMAGE,
        "Mode": "MultiModel",
        "ModelDataUrl": f"s3://{BUCKET}/{prefix}",
        "Environment": {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": cloud.put(CODE)},
        **container,
    }
    role = cloud.make_role([*(statements or [*rights(), LIST])])
    model = f"models-{prefix.strip('/')}"
    cloud.sagemaker.create_model(ModelName=model, PrimaryContainer=definition, ExecutionRoleArn=role)
    return model


def make_endpoint(cloud: Cloud, prefix: str, *names: str, **options: Any) -> str:
    return cloud.make_endpoint(cloud.make_config(make_models(cloud, prefix, *names, **options)))


def measured(cloud: Cloud, endpoint: str, metric: str, name: str) -> float:
    return statistic(cloud, "AWS/SageMaker", metric, endpoint, "AllTraffic", name)


def test_each_request_is_answered_by_the_model_that_it_names(cloud):
    endpoint = make_endpoint(cloud, "named/", "paris", "eu/rome")
    for _ in range(2):
        assert cloud.invoke(endpoint, TargetModel="paris.tar.gz") == "paris"
        assert cloud.invoke(endpoint, TargetModel="eu/rome.tar.gz") == "eu/rome"
    assert eventually(lambda: measured(cloud, endpoint, "ModelCacheHit", "SampleCount") == 4)
    assert measured(cloud, endpoint, "ModelCacheHit", "Sum") == 2
    assert measured(cloud, endpoint, "ModelLoadingTime", "Sum") > 0
    instances = "/aws/sagemaker/Endpoints"
    assert statistic(cloud, instances, "LoadedModelCount", endpoint, "AllTraffic", "Maximum") >= 2


def test_a_model_that_comes_later_needs_no_deployment(cloud):
    endpoint = make_endpoint(cloud, "later/")
    with pytest.raises(ClientError, match=rf"Failed to download model data\(bucket: {BUCKET}, key: later/new.tar.gz\)"):
        cloud.invoke(endpoint, TargetModel="new.tar.gz")
    cloud.put(archive({"name.txt": b"new"}), "later/new.tar.gz")
    assert cloud.invoke(endpoint, TargetModel="new.tar.gz") == "new"


def test_many_requests_for_a_model_load_it_once(cloud):
    endpoint = make_endpoint(cloud, "once/", "paris")
    clients = [cloud.client("sagemaker-runtime") for _ in range(6)]

    def pid(client: Any) -> Any:
        answer = client.invoke_endpoint(EndpointName=endpoint, Body=b"environment", TargetModel="paris.tar.gz")
        return json.loads(answer["Body"].read())["pid"]

    with ThreadPoolExecutor(6) as threads:
        assert len(set(threads.map(pid, clients))) == 1


def test_the_one_that_was_not_used_for_longest_goes_and_comes_back(cloud):
    names = [f"m{number}" for number in range(MOST_LOADED + 1)]
    endpoint = make_endpoint(cloud, "evicted/", *names)

    def pid(name: str) -> int:
        environment = json.loads(cloud.invoke(endpoint, b"environment", TargetModel=f"{name}.tar.gz"))
        assert environment["SAGEMAKER_MULTI_MODEL"] == "true"
        number: int = environment["pid"]
        return number

    pids = {name: pid(name) for name in names[:-1]}
    pid(names[0])  # so that the second is the oldest
    pid(names[-1])
    assert eventually(lambda: measured(cloud, endpoint, "ModelUnloadingTime", "SampleCount") == 1)
    assert pid(names[0]) == pids[names[0]]
    assert pid(names[1]) != pids[names[1]]


def test_without_a_cache_a_model_goes_when_nobody_uses_it(cloud):
    setting = {"ModelCacheSetting": "Disabled"}
    endpoint = make_endpoint(cloud, "uncached/", "paris", MultiModelConfig=setting)
    pids = {json.loads(cloud.invoke(endpoint, b"environment", TargetModel="paris.tar.gz"))["pid"] for _ in range(2)}
    assert len(pids) == 2


def test_custom_attributes_do_not_reach_the_hooks(cloud):
    endpoint = make_endpoint(cloud, "attributes/", "paris")
    answer = cloud.invoke(endpoint, b"headers", TargetModel="paris.tar.gz", CustomAttributes="method=transform")
    assert "x-amzn-sagemaker-custom-attributes" not in json.loads(answer)
    assert json.loads(answer)["x-amzn-sagemaker-target-model"] == "paris.tar.gz"


def test_a_model_that_does_not_start_is_the_models_error_and_is_tried_again(cloud):
    endpoint = make_endpoint(cloud, "broken/")
    cloud.put(b"no archive", "broken/damaged.tar.gz")
    cloud.put(archive({"nothing.txt": b""}), "broken/empty.tar.gz")
    with pytest.raises(ClientError, match="Failed to start workers: Failed to extract model data archive"):
        cloud.invoke(endpoint, TargetModel="damaged.tar.gz")
    with pytest.raises(ClientError) as info:
        cloud.invoke(endpoint, b"die", TargetModel="empty.tar.gz")
    assert info.value.response["Error"]["Code"] == "ModelError"


def test_a_process_that_dies_over_a_request_comes_back(cloud):
    endpoint = make_endpoint(cloud, "dying/", "paris")
    assert cloud.invoke(endpoint, TargetModel="paris.tar.gz") == "paris"
    with pytest.raises(ClientError, match="ModelError"):
        cloud.invoke(endpoint, b"die", TargetModel="paris.tar.gz")

    def answers() -> bool:
        # Until it is seen that the process is gone, it is asked in vain.
        with contextlib.suppress(ClientError):
            return bool(cloud.invoke(endpoint, TargetModel="paris.tar.gz") == "paris")
        return False

    assert eventually(answers)


def test_a_request_names_a_model_exactly_where_there_are_many(cloud):
    endpoint = make_endpoint(cloud, "named-again/", "paris")
    with pytest.raises(ClientError, match=r"ValidationError.* is missing a target model header\."):
        cloud.invoke(endpoint)
    # A stream's request has no way to name one, whatever is put into its head.
    client = cloud.client("sagemaker-runtime")
    client.meta.events.register("before-sign.sagemaker-runtime.InvokeEndpointWithResponseStream", _name_a_model)
    with pytest.raises(ClientError, match=r"ValidationError.* is missing a target model header\."):
        client.invoke_endpoint_with_response_stream(EndpointName=endpoint, Body=b"name")
    single = cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("one"))))
    answer = client.invoke_endpoint_with_response_stream(EndpointName=single, Body=b"headers")
    assert TARGET_MODEL.lower() not in json.loads(b"".join(part["PayloadPart"]["Bytes"] for part in answer["Body"]))
    with pytest.raises(ClientError, match="is not a multi-model endpoint and does not support target model header"):
        cloud.invoke(single, TargetModel="paris.tar.gz")


def _name_a_model(request: Any, **_: Any) -> None:
    request.headers[TARGET_MODEL] = "paris.tar.gz"


def test_the_role_must_be_allowed_to_list_and_to_read(cloud):
    with pytest.raises(ClientError, match="not authorized to perform: s3:ListBucket"):
        make_models(cloud, "unlisted/", statements=rights())
    reading = [*rights()[1:], LIST, allow("s3:GetObject", f"arn:aws:s3:::{BUCKET}/object-*")]
    endpoint = make_endpoint(cloud, "unread/", "paris", statements=reading)
    with pytest.raises(ClientError, match=r"Failed to download model data.*not authorized to perform: s3:GetObject"):
        cloud.invoke(endpoint, TargetModel="paris.tar.gz")


def test_many_models_are_neither_serverless_nor_asynchronous_nor_shadowed(cloud):
    model = make_models(cloud, "refused/")
    with pytest.raises(ClientError, match="has the mode MultiModel, which cannot be used with ServerlessConfig"):
        cloud.make_serverless_config(model)
    output = {"OutputConfig": {"S3OutputPath": f"s3://{BUCKET}/output/"}}
    with pytest.raises(ClientError, match="which cannot be used with AsyncInferenceConfig"):
        cloud.make_config(model, config={"AsyncInferenceConfig": output})


def test_the_models_code_is_installed_when_the_instance_starts(cloud):
    given = {
        "SAGEMAKER_PROGRAM": "inference.py",
        "SAGEMAKER_SUBMIT_DIRECTORY": cloud.put(
            archive(
                {
                    "inference.py": b"",
                    "sklearn_runtime/__init__.py": b"import extra",
                    "sklearn_runtime/server.py": SCRIPTED,
                    "extra-1.0-py3-none-any.whl": wheel("extra", ""),
                    "requirements.txt": b"./extra-1.0-py3-none-any.whl",
                }
            )
        ),
    }
    name = make_endpoint(cloud, "installed/", "a", Environment=given)
    assert cloud.invoke(name, TargetModel="a.tar.gz") == "a"


def test_an_instance_that_is_stopped_ends_pip_before_it_removes_its_folder(cloud, tmp_path, monkeypatch):
    folder = tmp_path / "instance"
    (folder / "code").mkdir(parents=True)
    role, pip = Recorder(), Installing("trap 'exit 7' TERM; echo up; while :; do sleep 0.01; done")
    instance = MultiModelContainer(
        Location(BUCKET, "stopped/"),
        ArtifactStore(role, account_id=ACCOUNT, region=REGION),
        given={},
        site=Site(folder, REGION, cloud.url, Credentials("ASIA1", "secret", "token")),
        python=sys.executable,
        log=ContainerLog(role, "group", "stopped", account_id=ACCOUNT, region=REGION),
        startup_timeout=60.0,
        cache=True,
    )
    monkeypatch.setattr(instance, "_installation", pip)
    failed: list[ContainerError] = []

    def start() -> None:
        try:
            instance.start()
        except ContainerError as error:
            failed.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    eventually(lambda: instance.log.last_line == "up")
    instance.stop()
    assert pip.started[0].exit_status == 7
    assert not folder.exists()
    thread.join(20)
    assert [str(error) for error in failed] == ["pip failed"]


def test_a_requirement_that_cannot_be_installed_fails_the_endpoint(cloud):
    code = archive({"inference.py": b"", "requirements.txt": b"./missing-1.0-py3-none-any.whl"})
    given = {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": cloud.put(code)}
    reason = cloud.failed_endpoint(cloud.make_config(make_models(cloud, "missing/", "a", Environment=given)))
    assert "pip install -r requirements.txt ended with status 1: ERROR: " in reason
    assert "missing-1.0-py3-none-any.whl" in reason
