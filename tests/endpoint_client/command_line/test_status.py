"""The state of real endpoints of the local cloud, and of described ones that it does not make."""

import io
import json

import pytest

from endpoint_client.command_line import status
from endpoint_client.command_line.status import _settled
from endpoint_client.exceptions import EndpointNotFound
from tests.endpoint_client.test_live_line import Terminal
from tests.local_sagemaker.cloud import BUCKET, Cloud, allow, rights, scripted


def facts(out: str) -> dict[str, str]:
    return dict(line.split(maxsplit=1) for line in out.splitlines())


@pytest.fixture
def champion(cloud: Cloud) -> str:
    environment = {"SKLEARN_RUNTIME_MODEL_SKLEARN": "1.4.2", "SKLEARN_RUNTIME_METHOD": "predict_proba"}
    return cloud.make_model(scripted("a"), environment)


def test_an_endpoint_in_service(run, cloud, champion):
    config = cloud.make_config(champion, cloud.make_model(scripted("b")), InitialVariantWeight=3.0)
    name = cloud.make_endpoint(config)
    done = run("status", name)
    assert (done.status, done.err) == (0, "")
    shown = facts(done.out)
    assert shown["status"].startswith("InService, since 20")
    assert shown["configuration"] == config
    variants = [line.split(maxsplit=1)[1] for line in done.out.splitlines() if line.startswith("variant")]
    assert variants[0] == "variant-1: 50% of the requests (weight 3), 1 of 1 ml.m5.large"
    assert f"  model        {champion}, scikit-learn 1.4.2, calls predict_proba" in done.out.splitlines()
    read = json.loads(run("status", name, "--json").out)
    assert read["variants"][0] == {
        "name": "variant-1",
        "weight": 3.0,
        "desired_weight": 3.0,
        "share": 0.5,
        "instances": 1,
        "desired_instances": 1,
        "instance_type": "ml.m5.large",
        "serverless": None,
        "status": None,
        "model": {
            "name": champion,
            "image": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3",
            "data": read["variants"][0]["model"]["data"],
            "scikit_learn": "1.4.2",
            "method": "predict_proba",
        },
    }
    assert read["variants"][0]["model"]["data"].startswith(f"s3://{BUCKET}/")
    assert (read["shadow_variants"], read["async_inference"], read["data_capture"]) == ([], None, None)


def test_a_serverless_endpoint(run, cloud, champion):
    name = cloud.make_endpoint(cloud.make_serverless_config(champion, ProvisionedConcurrency=2))
    assert "serverless, 2,048 MB, 5 requests at once, 2 of them warm" in facts(run("status", name).out)["variant"]


def test_an_asynchronous_endpoint_that_captures(run, cloud, champion):
    output = {"S3OutputPath": f"s3://{BUCKET}/out", "S3FailurePath": f"s3://{BUCKET}/errors"}
    config = cloud.make_config(champion, config={"AsyncInferenceConfig": {"OutputConfig": output}})
    name = cloud.make_endpoint(config)
    assert (
        facts(run("status", name).out)["asynchronous"]
        == f"answers in s3://{BUCKET}/out, errors in s3://{BUCKET}/errors"
    )


def test_an_endpoint_with_a_shadow_that_captures(run, cloud):
    role = cloud.make_role([*rights(), allow("s3:PutObject", f"arn:aws:s3:::{BUCKET}/*")])
    shadow = {
        "VariantName": "Shadow",
        "ModelName": cloud.make_model(scripted("b"), ExecutionRoleArn=role),
        "InstanceType": "ml.c5.large",
        "InitialInstanceCount": 1,
        "InitialVariantWeight": 0.25,
    }
    capture = {
        "EnableCapture": True,
        "InitialSamplingPercentage": 50,
        "DestinationS3Uri": f"s3://{BUCKET}/captured",
        "CaptureOptions": [{"CaptureMode": "Input"}],
    }
    model = cloud.make_model(scripted("a"), ExecutionRoleArn=role)
    config = cloud.make_config(model, config={"ShadowProductionVariants": [shadow], "DataCaptureConfig": capture})
    shown = facts(run("status", cloud.make_endpoint(config)).out)
    assert shown["shadow"] == "Shadow: 1 of 1 ml.c5.large"
    assert shown["capture"] == f"on, 50 % of the requests in s3://{BUCKET}/captured"


def test_an_endpoint_that_failed_says_why_in_full(run, cloud):
    config = cloud.make_config(cloud.make_model(scripted("a"), {"CONTAINER": "broken"}))
    cloud.sagemaker.create_endpoint(EndpointName="failed", EndpointConfigName=config)
    assert cloud.settled("failed")["EndpointStatus"] == "Failed"
    done = run("status", "failed", "--wait")
    assert done.status == 3
    assert facts(done.out)["status"].startswith("Failed, since ")
    assert "ModelLoadError: the weights are not there" in facts(done.out)["failure"]
    assert done.err == ""


def test_what_is_gone_is_left_out_with_a_note(run, cloud, champion):
    config = cloud.make_config(champion)
    name = cloud.make_endpoint(config)
    cloud.sagemaker.delete_model(ModelName=champion)
    done = run("status", name)
    assert done.status == 0
    assert facts(done.out)["model"] == champion
    assert f"model '{champion}' in us-east-1" in facts(done.out)["note"]
    cloud.sagemaker.delete_endpoint_config(EndpointConfigName=config)
    done = run("status", name)
    assert done.status == 0
    assert facts(done.out)["variant"] == "AllTraffic: 100% of the requests (weight 1), 1 of 1 instances"
    assert f"endpoint configuration '{config}'" in facts(done.out)["note"]


def test_an_endpoint_that_is_not_there(run, cloud):
    done = run("status", "nowhere", "--wait")
    assert (done.status, done.out) == (1, "")
    assert "There is no endpoint 'nowhere' in the account and region" in done.err


class Described:
    """DescribeEndpoint's answers, one after another: a deletion that takes minutes cannot be had here."""

    def __init__(self, *states: str) -> None:
        self._states = list(states)
        self.asked = 0

    def next(self, *_: object) -> dict[str, str]:
        self.asked += 1
        state = self._states.pop(0)
        if state == "gone":
            raise EndpointNotFound("it is gone")
        return {"EndpointName": "churn", "EndpointStatus": state}


@pytest.fixture
def without_pauses(monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)


@pytest.mark.parametrize("terminal", [False, True])
def test_waiting_shows_each_state_once_in_a_log_and_always_on_a_terminal(monkeypatch, without_pauses, terminal):
    described = Described("Updating", "Updating", "RollingBack", "InService")
    stream = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setattr(status, "describe_endpoint", described.next)
    assert _settled(None, described.next(), 60)["EndpointStatus"] == "InService"  # type: ignore[arg-type]
    shown = stream.getvalue()
    assert shown.count("Updating") == (2 if terminal else 1)
    assert shown.count("RollingBack") == 1


def test_waiting_for_a_deletion_ends_with_the_endpoint(monkeypatch, without_pauses):
    described = Described("Deleting", "gone")
    monkeypatch.setattr(status, "describe_endpoint", described.next)
    with pytest.raises(EndpointNotFound):
        _settled(None, described.next(), 60)  # type: ignore[arg-type]


def test_waiting_has_an_end(monkeypatch, without_pauses):
    described = Described("Creating", "Creating")
    monkeypatch.setattr(status, "describe_endpoint", described.next)
    assert _settled(None, described.next(), 0)["EndpointStatus"] == "Creating"  # type: ignore[arg-type]
    assert described.asked <= 2
