"""Artifacts are read with the role's rights, and unpacked without leaving their folder."""

import io
import tarfile
from collections.abc import Iterator

import pytest
from moto.core.base_backend import BackendDict
from moto.kms.models import kms_backends
from moto.s3.models import s3_backends

from local_sagemaker.access.artifacts import ArtifactStore, Location
from local_sagemaker.data_plane_errors import AccessDeniedError, ModelDataError, UnsupportedModelError
from tests.local_sagemaker.cloud import ACCOUNT, BUCKET, REGION, archive
from tests.local_sagemaker.recorder import Recorder

MODEL = Location(BUCKET, "churn/asset.gz")


@pytest.fixture
def bucket() -> Iterator[None]:
    BackendDict.reset()
    s3_backends[ACCOUNT]["aws"].create_bucket(BUCKET, REGION)
    yield
    BackendDict.reset()


def put(key, content, **options):
    s3_backends[ACCOUNT]["aws"].put_object(BUCKET, key, content, **options)


def names(folder):
    return [path.name for path in folder.iterdir()]


def store(role=None):
    return ArtifactStore(role or Recorder(), account_id=ACCOUNT, region=REGION)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("s3://models/a/b.tar.gz", Location("models", "a/b.tar.gz")),
        ("s3://My.bucket/a/", Location("My.bucket", "a/")),
        ("https://models.s3.us-east-1.amazonaws.com/a%20b.gz", Location("models", "a b.gz")),
        ("https://my.models.s3.amazonaws.com/a", Location("my.models", "a")),
        ("https://models.s3.cn-north-1.amazonaws.com.cn/a", Location("models", "a")),
        ("https://s3.eu-west-1.amazonaws.com/models/a/b", Location("models", "a/b")),
        ("https://s3-eu-west-1.amazonaws.com/models/a", Location("models", "a")),
        ("http://localhost:4566/models/a", Location("models", "a")),
        ("http://models.s3.localhost:4566/a", Location("models", "a")),
    ],
)
def test_every_form_of_an_address_is_read(url, expected):
    assert Location.parse(url) == expected


@pytest.mark.parametrize(
    "url", ["", "model.tar.gz", "s3://", "https://example.com/a", "https://s3.amazonaws.com/models"]
)
def test_another_address_is_refused_with_what_is_allowed(url):
    with pytest.raises(ModelDataError, match="is no address of an S3 object: give s3://bucket/key"):
        Location.parse(url)


def test_an_archive_is_unpacked_read_only_whatever_its_name(bucket, tmp_path):
    put(MODEL.key, archive({"model.joblib": b"model", "code/inference.py": b"code"}))
    role = Recorder()
    store(role).fetch_model({"ModelDataUrl": str(MODEL)}, tmp_path)
    assert (tmp_path / "model.joblib").read_bytes() == b"model"
    assert (tmp_path / "code" / "inference.py").stat().st_mode & 0o222 == 0
    assert role.asked == [("s3:GetObject", "arn:aws:s3:::models/churn/asset.gz")]


def test_a_model_without_data_is_an_empty_folder(bucket, tmp_path):
    store().fetch_model({}, tmp_path)
    store().check_model({})
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    "content", [b"", b"no archive", archive({"a": b"x" * 100_000})[:-40], b"\x1f\x8b\x08\0\0\0\0\0\0\0nonsense"]
)
def test_what_is_no_archive_is_refused_in_awss_words(bucket, tmp_path, content):
    put(MODEL.key, content)
    with pytest.raises(
        ModelDataError, match=r"Please ensure that the object located at the URL is a valid tar\.gz archive"
    ):
        store().fetch_archive(MODEL, tmp_path)


@pytest.mark.parametrize("name", ["../outside", "/absolute/../../outside", "a/../../outside"])
def test_a_path_that_leads_outside_is_refused(bucket, tmp_path, name):
    put(MODEL.key, archive({name: b"x"}))
    folder = tmp_path / "model"
    folder.mkdir()
    with pytest.raises(ModelDataError, match="Outside"):
        store().fetch_archive(MODEL, folder)
    assert names(tmp_path) == ["model"]


def test_a_link_that_leads_outside_is_refused(bucket, tmp_path):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc"
        tar.addfile(link)
    put(MODEL.key, packed.getvalue())
    with pytest.raises(ModelDataError, match="AbsoluteLinkError"):
        store().fetch_archive(MODEL, tmp_path)


def source(kind, compression, uri):
    return {"ModelDataSource": {"S3DataSource": {"S3Uri": uri, "S3DataType": kind, "CompressionType": compression}}}


def test_a_gzipped_object_as_a_source_is_unpacked(bucket, tmp_path):
    put(MODEL.key, archive({"model.joblib": b"model"}))
    store().fetch_model(source("S3Object", "Gzip", str(MODEL)), tmp_path)
    assert (tmp_path / "model.joblib").read_bytes() == b"model"


def test_an_uncompressed_object_keeps_its_name(bucket, tmp_path):
    put("churn/model.joblib", b"model")
    store().fetch_model(source("S3Object", "None", f"s3://{BUCKET}/churn/model.joblib"), tmp_path)
    assert (tmp_path / "model.joblib").read_bytes() == b"model"


def test_a_prefix_is_listed_and_copied_with_its_folders(bucket, tmp_path):
    put("churn/model.joblib", b"model")
    put("churn/code/inference.py", b"code")
    put("churn/folder/", b"")
    put("other/model.joblib", b"other")
    role = Recorder()
    definition = source("S3Prefix", "None", f"s3://{BUCKET}/churn/")
    store(role).check_model(definition)
    store(role).fetch_model(definition, tmp_path)
    found = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert found == ["code/inference.py", "model.joblib"]
    assert role.asked[0] == ("s3:ListBucket", "arn:aws:s3:::models")
    context = role.contexts["s3:ListBucket"]
    assert context is not None
    assert context["s3:prefix"] == "churn/"


def test_a_deleted_object_of_a_prefix_is_left_out(bucket, tmp_path):
    s3 = s3_backends[ACCOUNT]["aws"]
    s3.put_bucket_versioning(BUCKET, "Enabled")
    put("churn/model.joblib", b"model")
    put("churn/old.joblib", b"old")
    s3.delete_object(BUCKET, "churn/old.joblib")
    store().fetch_model(source("S3Prefix", "None", f"s3://{BUCKET}/churn/"), tmp_path)
    assert names(tmp_path) == ["model.joblib"]


def test_an_empty_prefix_is_an_error(bucket, tmp_path):
    with pytest.raises(
        ModelDataError, match="Could not find model data at s3://models/none/: no object has this prefix"
    ):
        store().fetch_model(source("S3Prefix", "None", f"s3://{BUCKET}/none/"), tmp_path)


def test_a_key_that_leads_outside_is_refused(bucket, tmp_path):
    put("churn/../../../escaped", b"x")
    with pytest.raises(ModelDataError, match="leads outside the model folder"):
        store().fetch_model(source("S3Prefix", "None", f"s3://{BUCKET}/churn/"), tmp_path)


def test_another_kind_of_source_is_refused_with_what_is_allowed(bucket, tmp_path):
    with pytest.raises(UnsupportedModelError, match="'S3Prefix' and CompressionType 'Gzip' is not emulated: use"):
        store().fetch_model(source("S3Prefix", "Gzip", f"s3://{BUCKET}/churn/"), tmp_path)


@pytest.mark.parametrize("where", [MODEL, Location("none", "model.tar.gz")])
def test_what_is_not_there_is_named(bucket, where):
    with pytest.raises(ModelDataError, match=f"Could not find model data at {where}"):
        store().check_model({"ModelDataUrl": str(where)})


def test_a_missing_right_is_named_with_the_object(bucket, tmp_path):
    put(MODEL.key, archive({}))
    with pytest.raises(AccessDeniedError) as refused:
        store(Recorder("s3:GetObject")).check_model({"ModelDataUrl": str(MODEL)})
    assert str(refused.value).startswith(f"Could not access model data at {MODEL}. AccessDenied: User: ")


@pytest.mark.parametrize("form", ["id", "arn"])
def test_an_object_under_a_key_of_yours_takes_the_right_to_decrypt(bucket, form):
    key = kms_backends[ACCOUNT][REGION].create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "", None)
    put(MODEL.key, archive({}), encryption="aws:kms", kms_key_id=key.id if form == "id" else key.arn)
    role = Recorder()
    store(role).check_model({"ModelDataUrl": str(MODEL)})
    assert role.asked[-1] == ("kms:Decrypt", key.arn)
    context = role.contexts["kms:Decrypt"]
    assert context is not None
    assert context["kms:ViaService"] == "s3.us-east-1.amazonaws.com"
    with pytest.raises(AccessDeniedError, match="kms:Decrypt"):
        store(Recorder("kms:Decrypt")).check_model({"ModelDataUrl": str(MODEL)})


@pytest.mark.parametrize("key_id", [None, "arn:aws:kms:us-east-1:123456789012:alias/aws/s3"])
def test_the_key_that_aws_manages_takes_no_right(bucket, key_id):
    put(MODEL.key, archive({}), encryption="aws:kms", kms_key_id=key_id)
    store(Recorder("kms:Decrypt")).check_model({"ModelDataUrl": str(MODEL)})


def test_a_store_of_other_things_calls_them_by_their_name(bucket, tmp_path):
    put("code.gz", b"no archive")
    code = ArtifactStore(Recorder(), account_id=ACCOUNT, region=REGION, what="code")
    with pytest.raises(ModelDataError, match="Could not find code at s3://models/absent"):
        code.read(Location(BUCKET, "absent"))
    with pytest.raises(ModelDataError, match="Failed to extract code archive"):
        code.fetch_archive(Location(BUCKET, "code.gz"), tmp_path)


def test_files_of_an_archive_stay_writable_where_that_is_asked_for(bucket, tmp_path):
    put("code.gz", archive({"train.py": b""}))
    store().fetch_archive(Location(BUCKET, "code.gz"), tmp_path, read_only=False)
    assert (tmp_path / "train.py").stat().st_mode & 0o200
