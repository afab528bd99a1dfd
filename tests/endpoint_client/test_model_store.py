"""Models of a multi-model endpoint that runs on the local cloud come and go without a deployment."""

import io
import tarfile

import joblib
import numpy as np
import pytest
from sklearn.dummy import DummyClassifier

from endpoint_client import (
    ConfigurationError,
    EndpointNotFound,
    InputRejected,
    InvalidInput,
    InvalidRequest,
    ModelStore,
    Predictor,
)
from tests.local_sagemaker.cloud import BUCKET, IMAGE, allow, archive, rights, running_cloud, scripted

LIST = allow("s3:ListBucket", f"arn:aws:s3:::{BUCKET}", StringLike={"s3:prefix": ["cities/*", "cities/"]})


@pytest.fixture(scope="module")
def cloud():
    with running_cloud() as cloud:
        yield cloud


@pytest.fixture(scope="module")
def name(cloud):
    container = {
        "Image": IMAGE,
        "Mode": "MultiModel",
        "ModelDataUrl": f"s3://{BUCKET}/cities/",
    }
    role = cloud.make_role([*rights(), LIST])
    cloud.sagemaker.create_model(ModelName="cities", PrimaryContainer=container, ExecutionRoleArn=role)
    return cloud.make_endpoint(cloud.make_config("cities"), "cities")


@pytest.fixture
def models(cloud, name, monkeypatch):
    settings = {"AWS_ENDPOINT_URL": cloud.url, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    for variable, value in settings.items():
        monkeypatch.setenv(variable, value)
    return ModelStore(name, region="us-east-1")


@pytest.fixture
def model_dir(tmp_path):
    def save(label):
        folder = tmp_path / f"model-{label}"
        folder.mkdir()
        model = DummyClassifier(strategy="constant", constant=label).fit(np.zeros((2, 3)), [1, 2])
        joblib.dump(model, folder / "model.joblib")
        return folder

    return save


def test_models_are_added_called_listed_and_removed(models, model_dir):
    assert models.names() == []
    assert models.add("one.tar.gz", model_dir(1)) == f"s3://{BUCKET}/cities/one.tar.gz"
    models.add("eu/two.tar.gz", model_dir(2) / "model.joblib")
    assert models.names() == ["eu/two.tar.gz", "one.tar.gz"]
    with Predictor("cities", region="us-east-1", target_model="one.tar.gz") as predictor:
        assert predictor.predict([[0.0, 0.0, 0.0]]).tolist() == [1]
        assert predictor.predict([[0.0, 0.0, 0.0]], target_model="eu/two.tar.gz").tolist() == [2]
        with pytest.raises(InputRejected, match="the rows have 1 columns, the model takes 3"):
            predictor.predict([[0.0]])
        models.remove("eu/two.tar.gz")
        with pytest.raises(InvalidRequest, match=r"Failed to download model data\(bucket"):
            predictor.predict([[0.0, 0.0, 0.0]], target_model="three.tar.gz")
    assert models.names() == ["one.tar.gz"]


def test_a_name_is_given_once(models, model_dir):
    models.add("taken.tar.gz", model_dir(1))
    with pytest.raises(ConfigurationError, match=r"there is a model 'taken\.tar\.gz' already.*take a new name"):
        models.add("taken.tar.gz", model_dir(2))


def test_what_is_no_model_is_refused(models, model_dir, tmp_path):
    for wrong in ("one", "/one.tar.gz"):
        with pytest.raises(InvalidInput, match=r"give one such as 'paris\.tar\.gz'"):
            models.add(wrong, model_dir)
    with pytest.raises(InvalidInput, match="there is no model at"):
        models.add("nothing.tar.gz", tmp_path / "nothing")


def test_a_folder_that_is_no_model_is_refused(models, tmp_path):
    with pytest.raises(InvalidInput, match="is empty: save the model there"):
        models.add("empty.tar.gz", tmp_path)
    (tmp_path / "code").mkdir()
    with pytest.raises(InvalidInput, match=r"holds a folder 'code'.*entry_point or source_dir"):
        models.add("code.tar.gz", tmp_path)


def test_a_link_is_packed_as_what_it_leads_to(cloud, models, model_dir, tmp_path):
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "model.joblib").symlink_to(model_dir(2) / "model.joblib")
    (tmp_path / "linked" / "__pycache__").mkdir()
    models.add("linked.tar.gz", tmp_path / "linked")
    body = cloud.s3.get_object(Bucket=BUCKET, Key="cities/linked.tar.gz")["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as packed:
        (entry,) = packed.getmembers()
    assert entry.isfile()
    with Predictor("cities", region="us-east-1", target_model="linked.tar.gz") as predictor:
        assert predictor.predict([[0.0, 0.0, 0.0]]).tolist() == [2]


def test_a_method_cannot_be_chosen_for_one_of_many_models(models):
    predictor = Predictor(models.endpoint_name, region="us-east-1", target_model="one.tar.gz")
    with predictor, pytest.raises(ConfigurationError, match="calls the method that it was deployed with"):
        predictor.predict_proba([[0.0, 0.0, 0.0]])


def test_a_ready_archive_goes_as_it_is(cloud, models, tmp_path):
    packed = archive({"model.joblib": b"..."})
    (tmp_path / "model.tar.gz").write_bytes(packed)
    models.add("ready.tar.gz", tmp_path / "model.tar.gz")
    assert cloud.s3.get_object(Bucket=BUCKET, Key="cities/ready.tar.gz")["Body"].read() == packed


def test_an_endpoint_of_one_model_is_changed_by_deployments(cloud, models):
    single = cloud.make_endpoint(cloud.make_config(cloud.make_model(scripted("one"))))
    with pytest.raises(ConfigurationError, match="serves a single model, which only a deployment changes"):
        assert ModelStore(single, region="us-east-1").uri
    with pytest.raises(EndpointNotFound):
        assert ModelStore("nothing", region="us-east-1").names()
